"""What was read of hits, on disk: the same as the report, sorted, searched, without whoever withdrew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overt.errors import Unavailable
from overt.measure import RecipientNumber
from overt.measure.individual import report_individual
from overt.measure.person import Line
from overt.measure.token import Campaign
from overt.store.readings import MOST_PAGE, ORDERS, Readings
from tests.measure.made import APPLE, CURL, NOON, SPRING, click_hit, facts, open_hit, sent

ANN, BEN, CLEO = RecipientNumber(1), RecipientNumber(2), RecipientNumber(3)


def lines() -> tuple[Line, ...]:
    hits = [open_hit(1, place="DE"), click_hit(1), open_hit(2, APPLE, after=60_000), open_hit(3, CURL, after=90_000)]
    return report_individual(facts(*(sent(number) for number in range(1, 5))), hits).recipients


@pytest.fixture
def readings(tmp_path: Path) -> Readings:
    made = Readings(tmp_path / "readings")
    made.write(SPRING, lines())
    return made


def test_people_read_back_as_the_report_says(readings: Readings) -> None:
    total, people = readings.people(SPRING)
    assert total == 4
    ann = people[0]
    assert (ann.recipient, ann.verdict, ann.opens, ann.clicks, ann.places) == (ANN, "clicked", 1, 1, "DE")
    assert (ann.first_open, ann.last_click) == (NOON, NOON + timedelta(minutes=1))
    assert [one.verdict for one in people] == ["clicked", "perhaps opened", "machines only", "nothing seen"]


@pytest.mark.parametrize("order", ORDERS)
def test_they_are_sorted_the_same_at_every_look(readings: Readings, order: str) -> None:
    whole = readings.people(SPRING, order=order)[1]
    parts = [readings.people(SPRING, order=order, offset=number, limit=1)[1][0] for number in range(4)]
    assert tuple(parts) == whole


def test_some_are_chosen(readings: Readings) -> None:
    assert [one.recipient for one in readings.people(SPRING, only=[BEN, CLEO])[1]] == [BEN, CLEO]
    assert readings.people(SPRING, only=[]) == (0, ())
    assert [one.recipient for one in readings.people(SPRING, verdict="machines only")[1]] == [CLEO]
    assert readings.people(SPRING, offset=90) == (4, ())
    assert readings.people(Campaign(99)) == (0, ())
    assert readings.people(SPRING, verdict="' OR 1=1 --") == (0, ())


def test_who_withdrew_is_left_out_though_a_file_has_them(readings: Readings) -> None:
    assert readings.people(SPRING, withdrawn=[ANN])[0] == 3
    assert {one.actor for one in readings.hours(SPRING, withdrawn=[ANN])} == {"prefetch", "machine"}


def test_one_recipient_is_found_in_all_campaigns(readings: Readings) -> None:
    readings.write(Campaign(8), lines())
    assert {one.campaign for one in readings.sendings_of(ANN)} == {SPRING, Campaign(8)}
    visits = readings.visits_of(ANN)
    assert [one.kind for one in visits] == ["link", "link", "beacon", "beacon"]  # the newest first
    assert {one.actor for one in visits} == {"human"}
    assert readings.visits_of(RecipientNumber(99)) == ()


def test_hours_are_of_the_clock_whatever_the_machines_zone(readings: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [(NOON, "beacon", "human", 1), (NOON, "beacon", "machine", 1), (NOON, "beacon", "prefetch", 1),
                (NOON, "link", "human", 1)]  # fmt: skip
    for zone in ("UTC", "Asia/Kathmandu"):
        monkeypatch.setenv("TZ", zone)
        assert [(one.at, one.kind, one.actor, one.visits) for one in readings.hours(SPRING)] == expected
    assert readings.hours(SPRING)[0].at == datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_files_of_other_campaigns_and_halves_go(readings: Readings, tmp_path: Path) -> None:
    folder = tmp_path / "readings"
    readings.write(Campaign(8), ())
    (folder / ".lines-9.parquet").write_bytes(b"half")
    readings.keep([SPRING])
    assert {path.name for path in folder.iterdir()} == {f"lines-{SPRING}.parquet", f"visits-{SPRING}.parquet"}
    assert readings.has(SPRING)
    assert not readings.has(Campaign(8))
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    Readings(tmp_path / "nowhere").keep([])


def test_a_broken_file_is_an_error_that_passes(readings: Readings, tmp_path: Path) -> None:
    (tmp_path / "readings" / f"lines-{SPRING}.parquet").write_bytes(b"no parquet")
    with pytest.raises(Unavailable):
        readings.people(SPRING)


def test_no_more_than_a_page_is_given(readings: Readings) -> None:
    assert len(readings.people(SPRING, limit=10**9)[1]) == 4
    assert readings.people(SPRING, limit=-1)[1] == ()
    assert MOST_PAGE == 1000
