from __future__ import annotations

import base64

import pytest

from overt.errors import Refused
from overt.message import TextEdit, apply_edits, parse, read_text


def _message(body: bytes, encoding: str, charset: str, kind: str = "html") -> bytes:
    head = f"Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body


def _edited(raw: bytes, *changes: TextEdit) -> tuple[bytes, str]:
    message = parse(raw)
    done = apply_edits(raw, read_text(message, message.root).edits(changes))
    again = parse(done)
    return done, read_text(again, again.root).text


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "utf-16", "shift_jis", "iso-2022-jp"])
def test_a_change_lands_where_it_was_meant_in_every_charset(charset: str) -> None:
    text = "日本 <a href='x'>y</a> 語" if charset in ("shift_jis", "iso-2022-jp") else "né <a href='x'>y</a> fin"
    raw = _message(base64.encodebytes(text.encode(charset)), "base64", charset)
    at = text.index("'x'") + 1
    done, read = _edited(raw, TextEdit(at, at + 1, "https://t.example.org/c/", "test", slack=True))
    assert read.replace(" ", "") == text.replace("'x'", "'https://t.example.org/c/'").replace(" ", "")
    assert done.startswith(raw[: raw.index(b"\r\n\r\n")])


def test_the_raw_span_of_an_unencoded_text_is_exact() -> None:
    raw = _message("Grüße <b>x</b>".encode(), "8bit", "utf-8")
    message = parse(raw)
    assert read_text(message, message.root).raw_span(6, 14).cut(raw) == b"<b>x</b>"


def test_overlapping_changes_are_refused() -> None:
    with pytest.raises(Refused):
        _edited(_message(b"abc", "7bit", "us-ascii"), TextEdit(0, 2, "", "a"), TextEdit(1, 3, "", "b"))


def test_a_change_between_japanese_letters_leaves_and_enters_their_state() -> None:
    raw = _message("日本".encode("iso-2022-jp"), "7bit", "iso-2022-jp")
    done, read = _edited(raw, TextEdit(1, 1, "plain", "test"))
    assert read == "日plain本"
    assert done.endswith(b"\x1b$BF|\x1b(Bplain\x1b$BK\\\x1b(B")  # RFC 1468, by hand


def test_what_a_plain_text_charset_lacks_is_refused() -> None:
    with pytest.raises(Refused):
        _edited(_message(b"caf\xe9", "8bit", "iso-8859-2", "plain"), TextEdit(0, 1, "日", "test"))
