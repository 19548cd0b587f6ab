"""One day's counters."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.errors import Malformed
from overt.measure.hit import Count
from overt.measure.token import Campaign, Kind, Link, Variant
from overt.store.table import FEWEST_SLOTS, SLOT, Table, read_table
from tests.store.sample import make_count

KEYS = st.builds(
    Count,
    campaign=st.integers(0, (1 << 32) - 1).map(Campaign),
    variant=st.integers(0, 255).map(Variant),
    kind=st.sampled_from(Kind),
    link=st.integers(0, 65_535).map(Link),
    client=st.sampled_from(["browser", "headless browser", ""]),
    actor=st.sampled_from(["human", "prefetch", ""]),
    ruleset=st.integers(0, 1000),
    hour=st.integers(0, (1 << 32) - 1),
    number=st.just(0),
)


def written(table: Table, changed: dict[Count, int]) -> None:
    table.write(changed)
    table.adopt(changed)


def found(path: Path) -> dict[Count, int]:
    return {replace(count, number=0): count.number for count in read_table(path)}


@given(st.dictionaries(KEYS, st.integers(1, (1 << 64) - 1), max_size=20))
def test_every_counter_comes_back(tmp_path_factory: pytest.TempPathFactory, numbers: dict[Count, int]) -> None:
    path = tmp_path_factory.mktemp("table") / "one.table"
    table = Table(path, random.Random(1).randrange)
    written(table, numbers)
    table.close()
    assert found(path) == numbers


def test_a_slot_lies_within_one_sector() -> None:
    assert 512 % SLOT == 0


def test_a_table_grows_and_keeps_everything(tmp_path: Path) -> None:
    table = Table(tmp_path / "one.table", random.Random(1).randrange)
    size = (tmp_path / "one.table").stat().st_size
    for campaign in range(FEWEST_SLOTS):
        written(table, {make_count(campaign, number=0): campaign + 1})
    table.close()
    assert found(tmp_path / "one.table") == {make_count(n, number=0): n + 1 for n in range(FEWEST_SLOTS)}
    assert (tmp_path / "one.table").stat().st_size > size
    assert [path.name for path in tmp_path.iterdir()] == ["one.table"]


def test_an_abandoned_write_is_undone_by_mending(tmp_path: Path) -> None:
    table = Table(tmp_path / "one.table", random.Random(1).randrange)
    written(table, {make_count(1, number=0): 5})
    table.write({make_count(1, number=0): 6, make_count(2, number=0): 1})
    table.mend()
    table.close()
    assert found(tmp_path / "one.table") == {make_count(1, number=0): 5}


def test_the_place_of_a_counter_says_nothing_of_when_it_came(tmp_path: Path) -> None:
    """The first of 100 counters lies before the last in about half of 400 tables (binomial, 5 sigma: 150 to 250)."""
    before = 0
    draw = random.Random(7).randrange
    for number in range(400):
        path = tmp_path / f"{number}.table"
        table = Table(path, draw)
        for campaign in range(100):
            written(table, {make_count(campaign, number=0): 1})
        table.close()
        order = [count.campaign for count in read_table(path)]
        before += order.index(Campaign(0)) < order.index(Campaign(99))
    assert 150 <= before <= 250


def test_the_hour_is_the_finest_time_left_even_of_the_file_itself(tmp_path: Path) -> None:
    path = tmp_path / "one.table"
    table = Table(path, random.Random(1).randrange)
    for changed in ({}, {make_count(1, number=0): 5}, {make_count(n, number=0): 1 for n in range(FEWEST_SLOTS)}):
        table.write(changed)
        table.adopt(changed)
        assert path.stat().st_mtime_ns % 3_600_000_000_000 == 0
        assert time.time() - path.stat().st_mtime < 3_610
    table.close()


def test_a_slot_torn_by_a_crash_costs_that_counter_alone(tmp_path: Path) -> None:
    path = tmp_path / "one.table"
    table = Table(path, lambda most: most - 1 if not path.exists() else random.randrange(most))
    written(table, {make_count(1, number=0): 5, make_count(2, number=0): 6})
    table.close()
    raw = bytearray(path.read_bytes())
    at = raw.index((1).to_bytes(4, "little") + (498_756).to_bytes(4, "little"))
    raw[at + 50] ^= 0xFF
    path.write_bytes(raw)
    assert found(path) == {make_count(2, number=0): 6}


def test_another_file_under_the_name_is_malformed_and_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "one.table").write_bytes(b"something else" * 100)
    with pytest.raises(Malformed):
        Table(tmp_path / "one.table", random.randrange)
    assert (tmp_path / "one.table").read_bytes().startswith(b"something else")


def test_no_file_holds_no_counters(tmp_path: Path) -> None:
    assert found(tmp_path / "none.table") == {}
