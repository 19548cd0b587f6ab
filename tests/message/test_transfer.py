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


def test_a_long_new_value_gets_soft_breaks_within_76_characters() -> None:
    raw = b"x\r\n"
    (edit,) = decode_body(raw, _whole(raw), "quoted-printable").edits([_change(0, 1, b"https://t.example.org/?u=" * 9)])
    assert max(map(len, edit.new.split(b"\r\n"))) <= 76
    assert quopri.decodestring(edit.new) == b"https://t.example.org/?u=" * 9 + b"\r\n"


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
