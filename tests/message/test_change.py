from __future__ import annotations

import pytest

from overt.errors import Refused
from overt.message.change import Change, find_line_end, in_order, make_changes, reasons
from overt.message.edit import Span


def _change(start: int, end: int, new: bytes = b"", because: str = "test", filler: bytes = b"") -> Change:
    return Change(start, end, new, because, filler)


def test_changes_come_in_the_order_of_their_places_and_insertions_first() -> None:
    first, second, third = _change(0, 1), _change(2, 2), _change(2, 4)
    assert in_order([third, first, second], 4) == [first, second, third]


@pytest.mark.parametrize("changes", [[(0, 2), (1, 3)], [(3, 2)], [(0, 5)], [(4, 5)]])
def test_overlaps_and_places_outside_are_refused(changes: list[tuple[int, int]]) -> None:
    with pytest.raises(Refused):
        in_order([_change(start, end) for start, end in changes], 4)


def test_changes_are_made_within_a_piece() -> None:
    made = make_changes(b"0123456789", 2, 8, [_change(3, 4, b"three"), _change(6, 6, b"+")])
    assert made == b"2three45+67"


def test_fillers_stand_behind_the_last_change_that_has_one() -> None:
    ordered = [_change(0, 1, b"a", filler=b" "), _change(1, 2, b"b", filler=b" "), _change(2, 3, b"c")]
    assert make_changes(b"xyz", 0, 3, ordered, fill=2) == b"ab  c"


def test_each_reason_is_given_once() -> None:
    assert reasons([_change(0, 1, because="a"), _change(1, 2, because="b"), _change(2, 3, because="a")]) == "a; b"


@pytest.mark.parametrize(
    ("raw", "line", "body", "end"),
    [
        (b"a\r\nb\n", Span(0, 3), Span(0, 5), b"\r\n"),
        (b"a\r\nb\n", Span(3, 5), Span(0, 5), b"\n"),
        (b"a\nb", Span(2, 3), Span(0, 3), b"\n"),  # the line has none, its body has
        (b"A: b\r\rx", Span(6, 7), Span(6, 7), b"\r"),  # nor has the body, but the header
        (b"x", Span(0, 1), Span(0, 1), b"\r\n"),
    ],
)
def test_the_line_end_is_that_of_the_line_the_body_or_the_header(
    raw: bytes, line: Span, body: Span, end: bytes
) -> None:
    assert find_line_end(raw, line, body) == end
