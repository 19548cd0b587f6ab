from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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


@pytest.mark.parametrize("text", ["ab=c", "aé=b"])
@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize(("start", "end"), [(-3, 2), (2, 99), (99, 120), (-5, -1), (3, 1)])
def test_places_outside_the_text_have_raw_bytes_inside_the_part(text: str, encoding: str, start: int, end: int) -> None:
    raw = _message(_encoded(text.encode(), encoding, b"\r\n"), encoding, "utf-8")
    message = parse(raw)
    span = read_text(message, message.root).raw_span(start, end)
    assert message.root.body.start <= span.start <= span.end <= message.root.body.end


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


def test_seven_bit_html_holds_new_letters_as_references_and_seven_bit_text_refuses_them() -> None:
    done, _ = _edited(_message(b"<p>x</p>", "7bit", "utf-8"), TextEdit(3, 4, "é", "test"))
    assert done.endswith(b"<p>&#233;</p>")  # RFC 2045 section 2.7: 7bit has no octet above 127
    with pytest.raises(Refused):
        _edited(_message(b"x", "7bit", "utf-8", "plain"), TextEdit(0, 1, "é", "test"))
    done, _ = _edited(_message(b"x", "8bit", "utf-8", "plain"), TextEdit(0, 1, "é", "test"))
    assert done.endswith("é".encode())


def test_the_line_end_of_new_lines_is_that_of_the_text() -> None:
    for body, newline in ((b"a\nb\r\n", "\n"), (b"a\r\nb", "\r\n"), (b"a\rb", "\r"), (b"a", "\r\n")):
        message = parse(_message(body, "8bit", "utf-8"))
        assert read_text(message, message.root).newline == newline


@pytest.mark.parametrize(
    ("body", "encoding", "charset", "kinds"),
    [
        (b"x", "7bit", "utf-8", []),
        (b"\xff", "8bit", "utf-8", ["charset-bytes"]),
        ("\ufffd".encode(), "8bit", "utf-8", []),  # the character itself is no damage
        (b"x", "7bit", "utf-7", ["charset-label"]),  # WHATWG Encoding has no UTF-7
        (b"x=ZZ", "quoted-printable", "utf-8", ["quoted-printable-escape"]),
        (b"x", "x-uuencode", "utf-8", ["transfer-encoding"]),
    ],
)
def test_what_is_wrong_with_the_bytes_is_said(body: bytes, encoding: str, charset: str, kinds: list[str]) -> None:
    message = parse(_message(body, encoding, charset))
    assert [defect.kind for defect in read_text(message, message.root).defects] == kinds


def test_new_lines_of_two_changes_side_by_side_are_both_kept() -> None:
    body = b"a\n=E9=9C=BD=\rb=\n?\n\r"
    raw = _message(body, "quoted-printable", "utf-8", "plain")
    message = parse(raw)
    text = read_text(message, message.root).text
    for first in range(len(text)):
        for second in range(first, len(text) + 1):
            _, read = _edited(raw, TextEdit(0, first, "\n", "a"), TextEdit(second, len(text), "\n", "b"))
            assert read == "\n" + text[first:second] + "\n"


_ATOMS = st.sampled_from(
    [
        *(
            "word ",
            "\r\n",
            "\n",
            "\r",
            " ",
            "\t",
            "=",
            "é",
            "日本",
            "😀",
            "<a href='x'>",
            ".\n",
            "From ",
            "--b",
            "long" * 20,
        ),
        *("\x81", "€", "\x1b", "ﾌ", "~", "\\"),
    ]
)
_DAMAGE = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from([b"", b"=", b"\r\n", b" ", b"A", b"\xff", b"=\n", b"\x1b$B", b"!"])),
    max_size=3,
)
_CHARSETS = st.sampled_from(
    ["utf-8", "windows-1252", "utf-16", "shift_jis", "iso-2022-jp", "gbk", "euc-kr", "big5", "koi8-r", "us-ascii"]
)
_NEW = st.sampled_from(
    ["", "x", "https://t.example.org/b/x.gif", "é", "日", "\n", "\r\n", "=", "a" * 100, "b \n", ".\n"]
)


def _encoded(data: bytes, encoding: str, end: bytes) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(data).replace(b"\n", end)
    return quopri.encodestring(data).replace(b"\n", end) if encoding == "quoted-printable" else data


def _damaged(body: bytes, damage: list[tuple[int, bytes]]) -> bytes:
    for at, new in damage:
        place = at % (len(body) + 1)
        body = body[:place] + new + body[place + (not new) :]
    return body


@settings(max_examples=600)
@given(
    text=st.lists(_ATOMS, max_size=30).map("".join),
    charset=_CHARSETS,
    encoding=st.sampled_from(["base64", "quoted-printable", "8bit"]),
    end=st.sampled_from([b"\r\n", b"\n", b"\r"]),
    damage=_DAMAGE,
    cuts=st.lists(st.integers(0, 10_000), min_size=2, max_size=6),
    new=_NEW,
)
@example("a\n\r\rb\n\r", "utf-8", "quoted-printable", b"\r", [(2, b"=\n")], [0, 2, 5, 6], "\n")
@example("\r", "utf-8", "quoted-printable", b"\r", [(0, b"="), (0, b"=\n")], [0, 0], "\n")
@example("€€", "utf-8", "base64", b"\r\n", [(1, b"")], [1, 9], "")
def test_the_decoded_result_is_the_text_with_the_changes_made(
    text: str, charset: str, encoding: str, end: bytes, damage: list[tuple[int, bytes]], cuts: list[int], new: str
) -> None:
    body = _damaged(_encoded(text.encode(charset, "ignore"), encoding, end), damage)
    message = parse(_message(body, encoding, charset, "plain"))
    read = read_text(message, message.root)
    places = sorted(cut % (len(read.text) + 1) for cut in cuts)
    pairs = list(zip(places[::2], places[1::2], strict=False))
    for first, last in pairs:
        span = read.raw_span(first, last)
        assert message.root.body.start <= span.start <= span.end <= message.root.body.end
    try:
        edits = read.edits([TextEdit(first, last, new, "test") for first, last in pairs])
    except Refused:
        return
    wanted, at = "", 0
    for first, last in pairs:
        wanted, at = wanted + read.text[at:first] + new, last
    again = parse(apply_edits(message.raw, edits))
    assert read_text(again, again.root).text == wanted + read.text[at:]
    if encoding == "quoted-printable":
        assert all(len(row) <= 76 for edit in edits for row in edit.new.splitlines())
