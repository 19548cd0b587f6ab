"""One day of each recipient, overwritten, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from overt.measure import Kind, Link, Mode, Purpose, RecipientNumber, Sending
from overt.store import Layout, Ledger
from overt.store.compact import compact
from overt.store.hits import load_hits
from overt.store.schema import writing
from overt.store.sent import settle
from overt.testing import FixedClock
from tests.store.made import make_hit, write_segments

ROBIN = "robin@example.org"
DAY = 20_781  # 2026-11-24, by date -d @$((20781 * 86400))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def ledger(engine: Engine, clock: FixedClock) -> Ledger:
    ledger = Ledger(engine, clock)
    ledger.grant(ROBIN, Purpose.HYGIENE, way="form", reference="form-1")
    return ledger


def test_a_later_day_replaces_the_one_before_and_an_earlier_does_not(ledger: Ledger, engine: Engine) -> None:
    robin = ledger.recipient(ROBIN)
    assert ledger.last_open(robin) is None
    for day in (DAY, DAY + 3, DAY + 1, DAY + 3):
        ledger.keep_days({robin: day})
    assert ledger.last_open(robin) == date(2026, 11, 27)
    with writing(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM last_open").scalar() == 1


@pytest.mark.parametrize("purpose", [Purpose.HYGIENE, Purpose.OPENS, None])
def test_a_withdrawal_takes_the_day_away_and_lets_no_other_in(ledger: Ledger, purpose: Purpose | None) -> None:
    robin = ledger.recipient(ROBIN)
    ledger.keep_days({robin: DAY})
    ledger.withdraw(ROBIN, purpose)
    assert ledger.last_open(robin) is None
    ledger.keep_days({robin: DAY + 1})
    assert ledger.last_open(robin) is None
    assert robin in ledger.undated_recipients()


def test_withdrawing_links_leaves_the_day(ledger: Ledger) -> None:
    robin = ledger.recipient(ROBIN)
    ledger.keep_days({robin: DAY})
    ledger.withdraw(ROBIN, Purpose.LINKS)
    assert ledger.last_open(robin) == date(2026, 11, 24)
    assert ledger.undated_recipients() == frozenset()


def test_a_number_that_nobody_has_is_passed_over(ledger: Ledger) -> None:
    ledger.keep_days({RecipientNumber(12345): DAY})
    assert ledger.last_open(RecipientNumber(12345)) is None


def test_compaction_makes_a_day_of_such_hits_and_nothing_of_them_stays(ledger: Ledger, tmp_path: Path) -> None:
    layout, robin = Layout(tmp_path), ledger.recipient(ROBIN)
    dated = replace(
        make_hit(1), kind=Kind.BEACON, link=Link(0), mode=Mode.HYGIENE, sending=Sending(robin << 32), user_agent=""
    )
    other = make_hit(2)
    write_segments(layout, [replace(dated, at_ms=(DAY + shift) * 86_400_000) for shift in (0, 2, 1)] + [other])
    assert load_hits(layout) == (other,)
    compact(layout, frozenset(), keep_days=ledger.keep_days)
    assert ledger.last_open(robin) == date(2026, 11, 26)
    assert load_hits(layout) == (other,)
    compact(layout, frozenset(), keep_days=ledger.keep_days)
    assert ledger.last_open(robin) == date(2026, 11, 26)


def test_who_has_been_quiet_is_found_with_the_last_day_and_the_messages_since(
    ledger: Ledger, engine: Engine, clock: FixedClock
) -> None:
    today = clock.now().date()
    people = {name: f"{name}@example.org" for name in ("never", "long", "lately", "new", "individual")}
    sendings: list[Sending] = []

    def send(name: str, mode: Mode = Mode.HYGIENE) -> None:
        recipient = ledger.recipient(people[name])
        sendings.append(ledger.new_sending(ledger.campaign("spring"), recipient, opens=mode, grant="form"))

    for name in ("never", "never", "long", "lately"):
        send(name)
    send("individual", Mode.INDIVIDUAL)
    clock.advance(seconds=100 * 86_400)
    send("new")
    with writing(engine) as connection:
        for sending in sendings:
            settle(connection, sending, delivered=1, failed=None, reason="")
    first = today.toordinal() - date(1970, 1, 1).toordinal()
    ledger.keep_days({ledger.recipient(people["long"]): first + 1, ledger.recipient(people["lately"]): first + 90})
    found = ledger.quiet(date.fromordinal(today.toordinal() + 40))
    assert [(one.address, one.last and one.last.toordinal() - today.toordinal(), one.messages) for one in found] == [
        (people["never"], None, 2),
        (people["long"], 1, 1),
    ]
