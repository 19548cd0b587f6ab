"""Cells too small to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.measure.few import FEWEST, choose_span, hide_few, put_together

CELLS = st.lists(st.integers(0, 60), max_size=8)


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ([20, 40], (20, 40)),
        ([5, 40], (None, None)),  # 5 could be had from the total
        ([19, 19, 40], (None, None, 40)),
        ([5, 30, 40], (None, None, 40)),
        ([0, 0, 25], (0, 0, 25)),
        ([3], (None,)),
        ([], ()),
    ],
)
def test_small_cells_are_hidden_and_cannot_be_had_by_subtraction(
    cells: list[int], shown: tuple[int | None, ...]
) -> None:
    assert hide_few(cells) == shown


@given(CELLS)
def test_what_is_hidden_adds_up_to_enough_or_is_everything(cells: list[int]) -> None:
    shown = hide_few(cells)
    hidden = [cell for cell, seen in zip(cells, shown, strict=True) if seen is None]
    assert all(cell in (0, seen) or seen is None for cell, seen in zip(cells, shown, strict=True))
    assert all(seen is None or seen == 0 or seen >= FEWEST for seen in shown)
    assert not hidden or sum(hidden) >= FEWEST or all(not seen for seen in shown)


def test_hours_are_put_together_by_their_span() -> None:
    assert put_together({0: 1, 2: 2, 3: 4, 7: 8}, 3) == {0: 3, 3: 4, 6: 8}


def test_the_finest_span_that_shows_most_is_chosen() -> None:
    assert choose_span({0: 30, 1: 30}) == 1
    assert choose_span({0: 15, 1: 15, 2: 15, 3: 15, 4: 15, 5: 15}) == 3
    assert choose_span({}) == 1


def test_too_few_of_everything_end_at_a_day() -> None:
    assert choose_span({0: 1, 30: 1}) == 24
