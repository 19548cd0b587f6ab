"""Report values on the terminal."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from overt.cli.report import estimate
from overt.cli.summary import show_campaign
from overt.measure import Actors, CampaignReport, LinkLine, Mode, Shared, report_campaign
from overt.measure.group import History
from overt.measure.token import Link, RecipientNumber, Variant
from tests.measure.made import APPLE, click_hit, count, facts, open_hit, sent


def text(campaign: CampaignReport, *, by_recipient: bool = False, width: int = 100) -> str:
    console = Console(width=width, file=StringIO(), highlight=False)
    console.print(show_campaign(campaign, by_recipient=by_recipient))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_a_hostile_destination_is_inert() -> None:
    evil = "https://example.org/[red]\x1b]8;;https://evil.example\x07[/red]"
    shared = Shared(
        0, 0, Actors(), Actors(), (LinkLine(Link(1), evil, Actors()),), (), (), {Variant(0): (Actors(), Actors())}, ()
    )
    campaign = report_campaign(facts(), [], [count(1)])
    said = text(CampaignReport(**{**{name: getattr(campaign, name) for name in campaign.__slots__}, "shared": shared}))
    assert "\x1b" not in said
    assert "[red]" in said


def test_bounds_and_interval_are_said_together() -> None:
    people = [sent(number) for number in range(1, 41)]
    hits = [open_hit(1), click_hit(1), *(open_hit(number, APPLE) for number in range(2, 12))]
    said = text(report_campaign(facts(*people), hits, []))
    assert "1 to 11 of 40 (2% to 28%)" in said  # 1/40 = 2.5 %, 11/40 = 27.5 %
    assert "95% confidence" in said
    assert "fetched ahead (Apple)" in said


def test_a_campaign_of_which_no_message_is_listed_says_so() -> None:
    assert "lists no message" in text(report_campaign(facts(), [open_hit(1)], []))


def test_messages_without_measuring_say_so() -> None:
    assert "nothing to report" in text(report_campaign(facts(sent(1, Mode.OFF)), [], []))


def test_a_sending_that_nobody_listed_is_said_to_have_no_rate() -> None:
    said = text(report_campaign(facts(), [open_hit(1)], []), by_recipient=True)
    assert "--manifest" in said
    assert "%" not in said


def test_small_cells_are_said_to_be_few() -> None:
    said = text(report_campaign(facts(), [], [count(100), count(3, client="mail program")]))
    assert "few" in said
    assert "too few to show" in said


def test_a_campaign_whose_name_nobody_knows_is_called_by_its_number() -> None:
    named = facts()
    said = text(report_campaign(type(named)(named.campaign, ""), [open_hit(1)], []))
    assert "campaign 7" in said


def test_it_fits_eighty_columns() -> None:
    people = [sent(number) for number in range(1, 41)]
    hits = [open_hit(1, place="DE"), click_hit(1), open_hit(2, APPLE)]
    said = text(report_campaign(facts(*people), hits, [count(30)]), by_recipient=True, width=80)
    assert max(map(len, said.splitlines())) <= 80
    assert "person1@example.org" in said


def test_an_estimate_is_told_with_whom_it_is_of_and_what_it_hangs_on() -> None:
    people = range(1, 101)
    history = History(
        reached={RecipientNumber(person): 0 for person in people},
        fetched={RecipientNumber(person): 1 for person in people if person <= 40},
    )
    hits = [open_hit(person, APPLE) for person in range(1, 41)]
    hits += [open_hit(person) for person in range(41, 71)] + [click_hit(person) for person in (1, 2, 3, 41, 42, 43, 44)]
    made = estimate(report_campaign(facts(*map(sent, people)), hits, [], history))
    said = text(made)
    # 30 of 60 others opened, 4 of these 30 clicked; 3 of 40 clicked ahead: 3/40 / (4/30) is 56 %
    assert "of the 40 who are fetched for ahead, by their clicks" in said
    assert "of the 100 whose programs earlier mail showed" in said
    assert "as often per opening as others within a factor of 1.5" in said


def test_why_there_is_no_estimate_is_told() -> None:
    said = text(estimate(report_campaign(facts(sent(1)), [open_hit(1)], [])))
    assert "No recipient's program is known from an earlier campaign yet" in said
