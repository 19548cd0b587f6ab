"""Law 2: bytes that no edit names come out as they went in; of an encoded part only the lines that hold an edit."""

from __future__ import annotations

import base64
import quopri

from hypothesis import given
from hypothesis import strategies as st

from overt.message import TextEdit, apply_edits, parse, read_text

_WORDS = st.lists(
    st.sampled_from(["word ", "\r\n", "<a href='x'>", "é", "=", "日本", "<p>", "long" * 20]), min_size=1, max_size=80
).map("".join)


def _wrap(text: str, encoding: str) -> bytes:
    data = text.encode()
    body = {
        "base64": lambda: base64.encodebytes(data).replace(b"\n", b"\r\n"),
        "quoted-printable": lambda: quopri.encodestring(data),
        "8bit": lambda: data,
    }[encoding]()
    head = f"Subject: before\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body


@given(_WORDS, st.sampled_from(["base64", "quoted-printable", "8bit"]), st.data())
def test_only_the_lines_that_hold_the_edit_are_other_bytes(text: str, encoding: str, draw: st.DataObject) -> None:
    raw = _wrap(text, encoding)
    message = parse(raw)
    read = read_text(message, message.root)
    at = draw.draw(st.integers(0, len(read.text)))
    edits = read.edits([TextEdit(at, at, "https://t.example.org/b/x.gif", "law", slack=True)])
    assert len(edits) == 1
    span = edits[0].span
    held = span.cut(raw)
    if encoding != "8bit":
        assert held.count(b"\n") <= 1 or not held.rstrip(b"\r\n").count(b"\n")  # one encoded line
    done = apply_edits(raw, edits)
    assert done[: span.start] == raw[: span.start]
    assert done[len(done) - (len(raw) - span.end) :] == raw[span.end :]
    again = parse(done)
    expected = read.text[:at] + "https://t.example.org/b/x.gif" + read.text[at:]
    assert read_text(again, again.root).text.replace(" ", "") == expected.replace(" ", "")
