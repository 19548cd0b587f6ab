from __future__ import annotations

import pytest

from overt.message import parse, parse_parameters
from overt.message.field import decode_words, read_field


def test_a_field_is_unfolded_and_its_spans_cut_out_its_source() -> None:
    raw = b"Subject: one\r\n two\r\nTo: a@example.org\r\n\r\n"
    subject, to = parse(raw).root.fields
    assert subject.text == "one two"
    assert subject.span.cut(raw) == b"Subject: one\r\n two\r\n"
    assert to.value.cut(raw) == b" a@example.org"


@pytest.mark.parametrize(
    ("written", "read"),
    [  # RFC 2047 section 8
        ("=?ISO-8859-1?Q?a?=", "a"),
        ("=?ISO-8859-1?Q?a?= b", "a b"),
        ("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
        ("=?ISO-8859-1?Q?a?=  \r\n =?ISO-8859-1?Q?b?=", "ab"),
        ("=?ISO-8859-1?Q?a_b?=", "a b"),
        ("=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"),
        ("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=", "If you can read this yo"),
    ],
)
def test_encoded_words_read_as_the_rfc_shows(written: str, read: str) -> None:
    assert decode_words(written) == read


def test_a_letter_cut_in_two_words_is_one_letter() -> None:
    assert decode_words("=?utf-8?Q?caf=C3?= =?UTF-8?b?qQ==?=") == "café"


@pytest.mark.parametrize("text", ["=?utf-8?b?w?=", "=?x?z?a?=", "=?utf-8?q?a b?=", "=?", "a =?b"])
def test_a_broken_word_stays_as_it_is(text: str) -> None:
    assert decode_words(text) == text


def test_an_unknown_charset_is_read_as_utf_8_or_latin() -> None:
    assert decode_words("=?x-nobodys?q?caf=C3=A9?=") == "café"
    assert decode_words("=?x-nobodys?q?caf=E9?=") == "café"


def test_raw_utf_8_and_raw_latin_are_both_readable() -> None:
    assert read_field("Grüße".encode()) == "Grüße"
    assert read_field("Grüße".encode("latin-1")) == "Grüße"


def test_rfc_2231_continuations_and_charsets_are_joined() -> None:
    # RFC 2231 section 4.1
    value, params = parse_parameters(
        "application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20; "
        'title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2="isn\'t it!"'
    )
    assert (value, params) == ("application/x-stuff", {"title": "This is even more ***fun*** isn't it!"})


def test_quoted_parameters_may_hold_semicolons_and_the_first_of_two_wins() -> None:
    assert parse_parameters('Text/Plain; a="x;\\"y"; A=2')[1] == {"a": 'x;"y'}


def test_thousands_of_parameters_are_bounded() -> None:
    assert len(parse_parameters("a/b" + "".join(f"; p{n}=1" for n in range(5000)))[1]) == 200
