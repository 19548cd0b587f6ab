"""What is known before anybody asked for anything."""

from __future__ import annotations

from overt.measure.campaign import ARRIVED, Outcome
from tests.measure.made import facts, sent


def test_a_message_arrived_unless_something_speaks_against_it() -> None:
    assert {Outcome.DELIVERED, Outcome.UNKNOWN} == ARRIVED


def test_a_campaign_without_sendings_is_a_campaign() -> None:
    assert facts().sent == ()
    assert facts(sent(1)).sent[0].outcome is Outcome.DELIVERED
