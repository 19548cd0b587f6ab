"""When compaction runs, in which process, and what happens where it fails."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from overt.cli.compaction import Compaction, Need, compact_command
from overt.cli.house import House, open_house
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.measure import Purpose
from overt.store.compact import compact
from overt.store.hits import load_hits
from overt.testing import FixedClock
from tests.store.made import make_hit, write_counts, write_segments
from tests.store.sample import make_count


def run(compaction: Compaction, rounds: int) -> None:
    """Let so many waits pass, then end it."""

    async def go() -> None:
        waits = iter(range(rounds))

        async def sleep(seconds: float) -> None:
            if next(waits, None) is None:
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await compaction.run(sleep)

    asyncio.run(go())


def writing(path: Path) -> tuple[str, ...]:
    return (sys.executable, "-c", f"open({str(path)!r}, 'a').write('x')")


def test_it_runs_only_where_there_is_something_to_do(folder: Path) -> None:
    due = iter([True, False, True])
    compaction = Compaction(writing(folder / "ran"), {}, lambda: next(due), 1)
    run(compaction, 3)
    assert (folder / "ran").read_text() == "xx"
    assert compaction.runs == 2


def test_a_run_that_fails_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    command = (sys.executable, "-c", "import sys; sys.exit('the disk is full')")
    with caplog.at_level(logging.ERROR):
        run(Compaction(command, {}, lambda: True, 1), 2)
    assert [record.getMessage() for record in caplog.records] == ["hits could not be compacted: the disk is full"] * 2


def test_the_command_is_this_python_and_this_settings_file() -> None:
    assert compact_command(Path("etc/overt.toml"))[1:] == (
        "-m",
        "overt.cli.main",
        "compact",
        "--settings",
        "etc/overt.toml",
    )
    assert "--settings" not in compact_command(None)


def test_the_command_works_on_a_folder_with_nothing_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compact"]) == 0
    assert "0 hits moved, 0 dropped" in capsys.readouterr().out


def begun(house: House) -> Need:
    """Past the look that each day begins with."""
    need = Need(house)
    assert need.is_due()
    return need


def test_each_day_makes_it_due_once_for_words_go_day_by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERT_RETENTION__WORDS_DAYS", "30")
    clock = FixedClock(datetime(2020, 6, 1, tzinfo=UTC))
    with open_house(load_settings(), clock=clock) as house:
        house.ledger.record_event("test", "a sentence")
        need = begun(house)
        clock.advance(hours=23)
        assert not need.is_due()
        clock.advance(hours=1)
        assert need.is_due()
        assert not need.is_due()
    assert main(["compact"]) == 0
    with open_house(load_settings()) as house:
        assert house.ledger.events() == ()


def test_somebody_who_withdrew_makes_it_due_once() -> None:
    with open_house(load_settings()) as house:
        need = begun(house)
        assert not need.is_due()
        house.ledger.withdraw("ann@example.org", Purpose.OPENS)
        assert need.is_due()
        assert not need.is_due()


def test_a_finished_segment_makes_it_due(folder: Path) -> None:
    with open_house(load_settings()) as house:
        house.layout.segments.mkdir(parents=True)
        need = begun(house)
        assert not need.is_due()
        (house.layout.segments / "hits-0-1764000000000-01234567.seg").touch()
        assert need.is_due()


def test_what_became_too_old_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERT_RETENTION__HITS_DAYS", "30")
    monkeypatch.setenv("OVERT_RETENTION__COUNTS_DAYS", "30")
    clock = FixedClock(datetime(2020, 6, 1, tzinfo=UTC))  # a Monday
    now = int(clock.now().timestamp() * 1000)
    with open_house(load_settings(), clock=clock) as house:
        write_segments(house.layout, [make_hit(at_ms=now)])
        write_counts(house.layout, [make_count(hour=now // 3_600_000)])
        compact(house.layout, frozenset())
    # The command goes by the real clock, on which all of that is long past.
    assert main(["compact"]) == 0
    with open_house(load_settings()) as house:
        assert load_hits(house.layout) == ()
        assert list(house.layout.counts.glob("*.table")) == []
