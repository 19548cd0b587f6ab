"""A campaign's report from rows."""

from __future__ import annotations

from dataclasses import replace

from overt.measure.campaign import Outcome
from overt.measure.mode import Mode
from overt.measure.report import report_campaign
from overt.measure.token import Campaign
from tests.measure.made import NOON, count, facts, open_hit, sent


def test_messages_are_counted_by_how_far_they_came() -> None:
    outcomes = [Outcome.DELIVERED, Outcome.DELIVERED, Outcome.WAITING, Outcome.FAILED, Outcome.UNKNOWN]
    campaign = report_campaign(facts(*(sent(n, outcome=outcome) for n, outcome in enumerate(outcomes, 1))), [], [])
    told = (campaign.sent, campaign.delivered, campaign.waiting, campaign.failed, campaign.unknown)
    assert told == (5, 2, 1, 1, 1)
    assert campaign.first_sent == campaign.last_sent == NOON


def test_a_half_is_there_if_something_was_sent_or_came_in_that_mode() -> None:
    assert report_campaign(facts(), [], []).shared is None
    assert report_campaign(facts(), [], []).individual is None
    assert report_campaign(facts(sent(1, Mode.SHARED)), [], []).shared is not None
    assert report_campaign(facts(sent(1)), [], []).individual is not None
    assert report_campaign(facts(), [open_hit(1)], []).individual is not None
    assert report_campaign(facts(), [], [count(1)]).shared is not None
    assert report_campaign(facts(sent(1, Mode.OFF)), [], []).shared is None


def test_rows_of_other_campaigns_are_left_out() -> None:
    other = Campaign(8)
    hits = [open_hit(1), replace(open_hit(2), campaign=other)]
    campaign = report_campaign(facts(sent(1), sent(2)), hits, [count(30), replace(count(40), campaign=other)])
    assert campaign.individual is not None
    assert campaign.shared is not None
    assert (campaign.individual.opens.human, campaign.shared.loads.total) == (1, 30)


def test_the_two_halves_never_mix() -> None:
    campaign = report_campaign(facts(sent(1), sent(2, Mode.SHARED)), [open_hit(1)], [count(30)])
    assert campaign.individual is not None
    assert campaign.shared is not None
    assert (campaign.individual.opens.of, campaign.shared.opens_of) == (1, 1)
