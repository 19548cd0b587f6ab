"""Click-to-open and how soon, as the terminal says it."""

from __future__ import annotations

from overt.cli.pace import tell_delay, tell_following
from overt.measure.individual import Individual, report_individual
from tests.measure.made import APPLE, MINUTE, click_hit, facts, open_hit, sent


def half(people: int, *, opens: int, clicks: int = 0, ahead: int = 0) -> Individual:
    hits = [open_hit(person, after=person * MINUTE) for person in range(1, opens + 1)]
    hits += [click_hit(person, after=(60 + person) * MINUTE) for person in range(1, clicks + 1)]
    hits += [open_hit(person, APPLE) for person in range(opens + 1, opens + ahead + 1)]
    return report_individual(facts(*(sent(person) for person in range(1, people + 1))), hits)


def test_a_rate_comes_with_its_interval_and_what_may_be_hidden() -> None:
    said = " | ".join(tell_following(half(100, opens=40, clicks=10, ahead=10).following))
    assert "20% to 25% of the 40 to 50 who opened" in said  # 10 of 50, 10 of 40
    assert "95% confidence" in said
    assert "tells little" not in said


def test_few_people_are_said_to_be_few() -> None:
    few = half(100, opens=4, clicks=1)
    assert "fewer than 20" in " ".join(tell_following(few.following))
    said = " | ".join(tell_delay(few.to_open))
    assert "fewer than 20" in said
    assert "too few for an interval at 95%" in said


def test_a_time_comes_with_its_interval_and_whom_it_leaves_out() -> None:
    said = list(tell_delay(half(100, opens=20, ahead=7).to_open))
    assert "half within 10 min (6 min to 15 min at 95%)" in said  # ranks 6 and 15 of 20
    assert "nine of ten within 18 min (15 min or more at 95%)" in said  # 0.9 ^ 20 = 12 %: no upper end
    assert "of 20 recipients seen so far; late ones will make it longer; of 7 more" in said[-1]


def test_nothing_is_said_of_what_nobody_did() -> None:
    empty = half(5, opens=0)
    assert list(tell_delay(empty.to_open)) == []
    assert list(tell_following(empty.following)) == ["nobody is seen opening"]
    assert list(tell_following(report_individual(facts(), []).following)) == []
    assert "none was seen" in next(tell_delay(half(5, opens=0, ahead=3).to_open))
