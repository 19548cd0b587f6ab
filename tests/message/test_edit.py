from __future__ import annotations

import pytest

from overt.errors import Refused
from overt.message import Edit, Span, apply_edits, invert_edits


def _edit(start: int, end: int, new: bytes) -> Edit:
    return Edit(Span(start, end), new, "test")


def test_replacing_inserting_and_deleting_in_one_go() -> None:
    edits = [_edit(6, 11, b"there"), _edit(0, 0, b">> "), _edit(5, 6, b"")]
    assert apply_edits(b"hello world", edits) == b">> hellothere"


def test_insertions_at_one_place_keep_their_order_and_stand_before_a_replacement() -> None:
    edits = [_edit(1, 2, b"X"), _edit(1, 1, b"1"), _edit(1, 1, b"2")]
    assert apply_edits(b"abc", edits) == b"a12Xc"


def test_no_edits_give_the_very_same_object() -> None:
    raw = b"anything"
    assert apply_edits(raw, ()) is raw


@pytest.mark.parametrize("edits", [[(0, 3), (2, 4)], [(0, 9)], [(1, 3), (1, 2)]])
def test_overlaps_and_spans_beyond_the_end_are_refused(edits: list[tuple[int, int]]) -> None:
    with pytest.raises(Refused):
        apply_edits(b"abcdef", [_edit(start, end, b"") for start, end in edits])


def test_a_span_runs_forward() -> None:
    with pytest.raises(Refused):
        Span(3, 2)


def test_the_inverse_of_adjacent_edits_restores_the_bytes() -> None:
    raw = b"abcdef"
    edits = [_edit(0, 2, b""), _edit(2, 2, b"XY"), _edit(2, 4, b""), _edit(4, 6, b"Z")]
    changed = apply_edits(raw, edits)
    assert changed == b"XYZ"
    assert apply_edits(changed, invert_edits(raw, edits)) == raw
