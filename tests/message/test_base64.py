from __future__ import annotations

import base64

import pytest

from overt.errors import Refused
from overt.message.base64 import Base64Body
from overt.message.change import Change
from overt.message.edit import Span, apply_edits

DATA = bytes(range(65, 91)) * 10


def _body(raw: bytes) -> Base64Body:
    return Base64Body(raw, Span(0, len(raw)))


def _changed(raw: bytes, start: int, end: int, new: bytes, filler: bytes = b"") -> bytes:
    return apply_edits(raw, _body(raw).edits([Change(start, end, new, "test", filler)]))


def _lines(data: bytes, width: int, end: bytes = b"\r\n") -> bytes:
    letters = base64.b64encode(data)
    return b"".join(letters[at : at + width] + end for at in range(0, len(letters), width))


@pytest.mark.parametrize(
    ("raw", "data", "defects"),
    [
        (b"aGVsbG8=\r\n", b"hello", ()),
        (b"aGVs\rbG8=", b"hello", ()),
        (b"aGVsbG8", b"hello", ("base64-padding",)),
        (b"aGVs!bG8=", b"hello", ("base64-junk",)),
        (b"aGVsbG8=\naGVsbG8=\n", b"hellohello", ("base64-after-padding",)),
        (b"aGVsb", b"hel", ()),  # six bits are no byte
        (b"", b"", ()),
        (b"!?", b"", ("base64-junk",)),
    ],
)
def test_damaged_base64_is_read_as_far_as_it_goes(raw: bytes, data: bytes, defects: tuple[str, ...]) -> None:
    body = _body(raw)
    assert (body.data, body.defects) == (data, defects)
    assert body.raw_span(0, len(data)).end <= len(raw)


def test_raw_spans_are_the_letters_that_hold_the_bytes() -> None:
    raw = b"aGVs\r\nbG8=\r\n"  # hel, lo
    body = _body(raw)
    assert body.raw_span(0, 1).cut(raw) == b"aG"
    assert body.raw_span(2, 3).cut(raw) == b"Vs"
    assert body.raw_span(2, 4).cut(raw) == b"Vs\r\nbG"
    assert body.raw_span(5, 5) == Span(10, 10)


@pytest.mark.parametrize("width", [76, 60, 20, 4])
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_a_filler_keeps_every_line_but_one_and_the_lines_their_width(width: int, end: bytes) -> None:
    raw = _lines(DATA, width, end)
    done = _changed(raw, 100, 101, b"abcdef", b" ")
    assert base64.b64decode(done).replace(b" ", b"") == DATA[:100] + b"abcdef" + DATA[101:]
    old, new = raw.split(end), done.split(end)
    line = 100 // (width // 4 * 3)
    assert new[:line] == old[:line]
    assert new[len(new) - (len(old) - line - 1) :] == old[line + 1 :]
    assert max(map(len, new)) == width


def test_without_a_filler_the_lines_behind_are_written_again() -> None:
    raw = _lines(DATA, 76)
    assert _changed(raw, 60, 61, b"12") == _lines(DATA[:57], 76) + _lines(DATA[57:60] + b"12" + DATA[61:], 76)


def test_a_change_that_keeps_the_length_by_threes_keeps_the_lines_too() -> None:
    raw = _lines(DATA, 76)
    done = _changed(raw, 60, 61, b"1234")
    assert done.endswith(raw[156:])
    assert base64.b64decode(done) == DATA[:60] + b"1234" + DATA[61:]


def test_a_later_change_with_a_filler_ends_what_an_earlier_one_moved() -> None:
    raw = _lines(DATA, 76)
    edits = _body(raw).edits([Change(10, 10, b"x", "one"), Change(70, 70, b"y", "two", b" ")])
    (edit,) = edits
    assert edit.span.end <= 156
    done = base64.b64decode(apply_edits(raw, edits))
    assert done.replace(b" ", b"") == DATA[:10] + b"x" + DATA[10:70] + b"y" + DATA[70:]


@pytest.mark.parametrize("width", [75, 77, 3, 1])
def test_lines_that_are_no_whole_quanta_are_changed_rightly(width: int) -> None:
    raw = _lines(DATA, width)
    for at in (0, 1, 50, 57, 58, 259, 260):
        done = _changed(raw, at, min(at + 2, 260), b"new-words", b" ")
        assert base64.b64decode(done).replace(b" ", b"") == DATA[:at] + b"new-words" + DATA[at + 2 :]


@pytest.mark.parametrize("raw", [b"aGVs!bG8=\r\n", b"aGVsbG8", b"aG Vs bG 8=", b"aGVsbG8=\r\n\r\n-- \r\n", b"aGVsbGV"])
def test_damaged_base64_is_changed_rightly_or_not_at_all(raw: bytes) -> None:
    data = _body(raw).data
    try:
        done = _changed(raw, 1, 2, b"--")
    except Refused:
        return
    assert _body(done).data == data[:1] + b"--" + data[2:]


def test_what_goes_on_behind_its_padding_is_shown_and_never_written() -> None:
    with pytest.raises(Refused):
        _changed(b"aGVsbG8=\naGVsbG8=\n", 0, 1, b"x")
    assert not _body(b"aGVsbG8=\naGVsbG8=\n").writable


def test_an_empty_body_takes_new_text() -> None:
    assert base64.b64decode(_changed(b"\r\n", 0, 0, b"hello")) == b"hello"


def test_a_filler_of_two_bytes_keeps_utf_16_in_step() -> None:
    data = "abcdefghijklmnopqrstuvwxyz".encode("utf-16-le") * 4
    raw = _lines(data, 76)
    done = _changed(raw, 2, 4, "xy".encode("utf-16-le"), b" \0")
    assert done.endswith(raw[78:])
    assert base64.b64decode(done).decode("utf-16-le").replace(" ", "") == "axy" + data.decode("utf-16-le")[2:]
