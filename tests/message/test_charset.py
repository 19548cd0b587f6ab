from __future__ import annotations

import pytest

from overt.errors import Refused
from overt.message.charset import decode_charset


@pytest.mark.parametrize(
    ("data", "label", "html", "charset"),
    [
        (b"x", "ISO-8859-1", False, "windows-1252"),  # WHATWG Encoding, names and labels
        (b"x", "latin1", False, "windows-1252"),
        (b"x", "no-such-charset", False, "utf-8"),
        ("é".encode(), "", False, "utf-8"),
        ("é".encode("latin-1"), "", False, "windows-1252"),
        (b"\xef\xbb\xbfx", "iso-8859-1", False, "utf-8"),
        (b'<meta charset="koi8-r">', "", True, "koi8-r"),
        (b'<meta http-equiv=Content-Type content="text/html; charset=Shift_JIS">', "", True, "shift_jis"),
        (b'<meta charset="utf-16">', "", True, "utf-8"),  # WHATWG HTML 13.2.3.2
    ],
)
def test_the_charset_is_the_one_a_browser_takes(data: bytes, label: str, html: bool, charset: str) -> None:
    assert decode_charset(data, label, html=html).charset == charset


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "aé€😀z"),
        ("windows-1252", "aé€z"),
        ("utf-16le", "aé😀z"),
        ("utf-16be", "aé😀z"),
        ("shift_jis", "aあ亜z"),
        ("iso-2022-jp", "aあ亜z<a href=x>い"),
        ("gb18030", "a中😀z"),
        ("euc-kr", "a한z"),
        ("big5", "a中z"),
    ],
)
def test_offsets_lead_to_the_bytes_of_their_characters(charset: str, text: str) -> None:
    codec = {"utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}.get(charset, charset)
    data = text.encode(codec)
    decoded = decode_charset(data, charset, html=False)
    assert decoded.text == text
    for at, letter in enumerate(text):
        own = data[decoded.start(at) : decoded.end(at + 1)]
        expected = letter.encode(codec)
        assert own in expected or expected.endswith(own)
        if letter.isascii() and charset != "utf-16le" and charset != "utf-16be":
            assert own == letter.encode()


def test_damaged_utf_8_keeps_the_offsets_behind_it() -> None:
    decoded = decode_charset(b"a\xff\xc3b", "utf-8", html=False)
    assert decoded.text == "a\ufffd\ufffdb"
    assert decoded.start(3) == 3


def test_open_bytes_of_windows_1252_are_control_characters() -> None:
    assert decode_charset(b"a\x81b", "windows-1252", html=False).text == "a\x81b"


def test_what_the_charset_lacks_is_a_reference_in_html_and_refused_in_text() -> None:
    decoded = decode_charset(b"x", "iso-8859-2", html=True)
    assert decoded.encode("€", html=True) == b"&#8364;"
    with pytest.raises(Refused):
        decoded.encode("€", html=False)
