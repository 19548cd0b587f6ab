from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.errors import Refused
from overt.message import Edit, Span, apply_edits
from overt.message.change import Change
from overt.message.transfer import decode_body


def _change(start: int, end: int, new: bytes, filler: bytes = b"") -> Change:
    return Change(start, end, new, "test", filler)


def _whole(raw: bytes) -> Span:
    return Span(0, len(raw))


def test_quoted_printable_reads_as_the_rfc_says() -> None:
    raw = b"a=3D1 =\r\nb  \r\nc=0D=0A=ZZ=\r\n"
    assert decode_body(raw, _whole(raw), "quoted-printable").data == b"a=1 b\r\nc\r\n=ZZ"


def test_only_the_quoted_line_that_holds_the_change_is_written_again() -> None:
    raw = b"one=20\r\ntwo=3D\r\nthree=41\r\n"
    (edit,) = decode_body(raw, _whole(raw), "quoted-printable").edits([_change(9, 10, b"!")])
    assert (edit.span.cut(raw), edit.new) == (b"two=3D\r\n", b"two!\r\n")


def test_a_long_new_value_gets_soft_breaks_within_76_characters() -> None:
    raw = b"x\r\n"
    (edit,) = decode_body(raw, _whole(raw), "quoted-printable").edits([_change(0, 1, b"https://t.example.org/?u=" * 9)])
    assert max(map(len, edit.new.split(b"\r\n"))) <= 76
    assert quopri.decodestring(edit.new) == b"https://t.example.org/?u=" * 9 + b"\r\n"


def test_base64_with_filler_leaves_the_lines_behind_alone() -> None:
    data = bytes(range(65, 91)) * 10
    raw = base64.encodebytes(data).replace(b"\n", b"\r\n")
    (edit,) = decode_body(raw, _whole(raw), "base64").edits([_change(60, 61, b"1234", b" ")])
    assert edit.span == Span(78, 154)  # the second line without its end
    done = apply_edits(raw, [edit])
    assert base64.b64decode(done).replace(b" ", b"") == data[:60] + b"1234" + data[61:]


def test_base64_without_filler_is_written_to_its_end() -> None:
    data = bytes(range(65, 91)) * 10
    raw = base64.encodebytes(data)
    (edit,) = decode_body(raw, _whole(raw), "base64").edits([_change(60, 61, b"12")])
    assert base64.b64decode(apply_edits(raw, [edit])) == data[:60] + b"12" + data[61:]


def test_damaged_base64_is_read_and_written_only_where_nothing_is_lost() -> None:
    junk = b"aGVs!bG8=\n-- \n"
    body = decode_body(junk, _whole(junk), "base64")
    assert body.data == b"hello"
    joined = base64.b64encode(b"hello") + b"\n" + base64.b64encode(b"world") + b"\n"
    with pytest.raises(Refused):
        decode_body(joined, _whole(joined), "base64").edits([_change(0, 1, b"x")])


def test_an_unknown_encoding_is_shown_and_never_written() -> None:
    body = decode_body(b"begin 644", Span(0, 9), "x-uuencode")
    assert body.data == b"begin 644"
    with pytest.raises(Refused):
        body.edits([_change(0, 1, b"x")])


_LINES = st.lists(st.sampled_from([b"a", b" ", b"=", b"\r\n", b"\xc3\xa9", b"word", b"."]), max_size=60).map(b"".join)


@given(_LINES, st.data(), st.sampled_from(["quoted-printable", "base64", "8bit"]))
def test_a_change_reads_back_as_it_was_meant(data: bytes, draw: st.DataObject, encoding: str) -> None:
    raw = {
        "quoted-printable": lambda: quopri.encodestring(data),
        "base64": lambda: base64.encodebytes(data),
        "8bit": lambda: data,
    }[encoding]()
    body = decode_body(raw, _whole(raw), encoding)
    start = draw.draw(st.integers(0, len(body.data)))
    end = draw.draw(st.integers(start, len(body.data)))
    new = draw.draw(st.sampled_from([b"", b"x", b"https://example.org/?a=b", b"\xff="]))
    edits: tuple[Edit, ...] = body.edits([_change(start, end, new)])
    done = apply_edits(raw, edits)
    assert decode_body(done, _whole(done), encoding).data == body.data[:start] + new + body.data[end:]
