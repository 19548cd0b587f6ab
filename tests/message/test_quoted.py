from __future__ import annotations

import quopri

import pytest

from overt.message.change import Change
from overt.message.edit import Span, apply_edits
from overt.message.quoted import ROW, QuotedBody


def _body(raw: bytes) -> QuotedBody:
    return QuotedBody(raw, Span(0, len(raw)))


def _changed(raw: bytes, start: int, end: int, new: bytes) -> bytes:
    return apply_edits(raw, _body(raw).edits([Change(start, end, new, "test")]))


@pytest.mark.parametrize(
    ("raw", "data"),
    [
        (b"a=3Db=\r\nc", b"a=bc"),
        (b"a=3db=\nc", b"a=bc"),
        (b"a=\rb\rc", b"ab\rc"),
        (b"a  \r\nb\t", b"a\r\nb"),  # RFC 2045 section 6.7 (3)
        (b"a= \t\r\nb", b"ab"),
        (b"a==\nb=4", b"a=b=4"),
        (b"=ZZ=3", b"=ZZ=3"),
        (b"a=", b"a"),
        (b"", b""),
        (b"\xff=C3=A9", b"\xff\xc3\xa9"),
    ],
)
def test_real_mail_s_quoted_printable_is_read(raw: bytes, data: bytes) -> None:
    assert _body(raw).data == data


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_every_decoded_byte_has_its_raw_bytes(end: bytes) -> None:
    raw = b"a=3Db=" + end + b"=C3=A9" + end + b"x"
    body = _body(raw)
    assert [body.raw_span(at, at + 1).cut(raw) for at in range(5)] == [b"a", b"=3D", b"b", b"=C3", b"=A9"]
    assert body.raw_span(5, 5 + len(end)).cut(raw) == end
    assert body.raw_span(2, 4).cut(raw) == b"b=" + end + b"=C3"  # the soft break between them too
    assert body.raw_span(len(body.data), len(body.data)) == Span(len(raw), len(raw))


def test_other_lines_and_the_style_of_their_escapes_stay() -> None:
    raw = b"=61 one=\r\n=62 two\r\n=63 three\r\n"
    assert _changed(raw, 7, 8, b"B") == b"=61 one=\r\nb Bwo\r\n=63 three\r\n"


def test_a_url_over_two_lines_becomes_one_place() -> None:
    raw = b"<a href=3D'https://exa=\nmple.org/'>x</a>\n"
    start = _body(raw).data.index(b"https")
    assert _changed(raw, start, start + len(b"https://example.org/"), b"u") == b"<a href=3D'u'>x</a>\n"


def test_white_space_that_comes_to_stand_at_a_line_end_is_escaped() -> None:
    assert _changed(b"a b\r\n", 2, 3, b"") == b"a=20\r\n"
    assert _changed(b"a\tb", 2, 3, b"") == b"a=09"


def test_a_line_end_that_is_taken_away_becomes_a_soft_break() -> None:
    assert _changed(b"a\r\nb\r\n", 1, 3, b"") == b"a=\r\nb\r\n"


def test_a_new_line_end_of_the_body_s_kind_is_a_line_end_and_another_is_escaped() -> None:
    assert _changed(b"ab\r\n", 1, 1, b"\r\n") == b"a\r\nb\r\n"
    assert _changed(b"ab\r\n", 1, 1, b"\n") == b"a=0Ab\r\n"


def test_text_behind_the_last_line_end_is_a_line_of_its_own() -> None:
    assert _changed(b"a\r\n", 3, 3, b"b") == b"a\r\nb"
    assert _changed(b"a=\r\n", 1, 1, b"b") == b"a=\r\nb"
    assert _changed(b"", 0, 0, b"b") == b"b"


def test_a_cr_of_a_soft_break_does_not_swallow_the_line_feed_behind_it() -> None:
    raw = b"a\r\nb\r\n\n"  # the second line feed is an empty line
    assert _body(_changed(raw, 4, 6, b"")).data == b"a\r\nb\n"


@pytest.mark.parametrize("size", range(70, 84))
def test_rows_keep_the_limit_whatever_falls_on_it(size: int) -> None:
    for tail in (b"", b"=", "é".encode(), b" ", b"=\r\nmore"):
        raw = b"x" + quopri.encodestring(tail) + b"\r\n" if not tail.startswith(b"=\r") else b"x" + tail
        done = _changed(raw, 0, 1, b"y" * size)
        assert max(map(len, done.split(b"\r\n"))) <= ROW  # RFC 2045 section 6.7 (5)
        assert _body(done).data == b"y" * size + _body(raw).data[1:]


def test_a_lone_full_stop_and_from_do_not_begin_a_row() -> None:
    assert _changed(b"x\n", 0, 1, b".") == b"=2E\n"
    assert _changed(b"x\n", 0, 1, b"From me") == b"=46=\nrom me\n"  # RFC 2049 section 3


def test_escapes_that_are_none_are_a_defect() -> None:
    assert _body(b"a=ZZ").defects == ("quoted-printable-escape",)
    assert _body(b"a=41\r\n").defects == ()
