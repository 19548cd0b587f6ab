"""Character references in attributes; expected values are those of WHATWG HTML 13.2.5.72 to 13.2.5.80."""

from __future__ import annotations

import pytest
import turbohtml
from hypothesis import given
from hypothesis import strategies as st

from overt.message.charref import ValueMap, decode_value, encode_value

WORDS = "& &amp &amp; &ampx &not= &noti; &#x41; &#0 &#x110000; &#128; &lt é &acE; a ; = &# &#x &#xD800; &NotEqualTilde;"
PIECES = st.lists(st.sampled_from([*WORDS.split(), "&#9999999999999;", "\r\n", "\r", "\n", "\x00", " "])).map("".join)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("a?b=1&amp;c=2", "a?b=1&c=2"),
        ("a?b=1&copy=2", "a?b=1&copy=2"),  # 13.2.5.73: "for historical reasons" in an attribute
        ("a?b=1&copy;=2", "a?b=1©=2"),
        ("&copy", "©"),
        ("&notit", "&notit"),
        ("&#128;", "€"),  # 13.2.5.80, the table
        ("&#x0;", "\N{REPLACEMENT CHARACTER}"),
        ("&#xD800;", "\N{REPLACEMENT CHARACTER}"),
        ("&#1114112;", "\N{REPLACEMENT CHARACTER}"),
        ("&unknown;", "&unknown;"),
        ("a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_a_reference_reads_as_the_standard_says(source: str, value: str) -> None:
    assert decode_value(source) == value


@given(PIECES)
def test_a_value_reads_as_the_tree_has_it(source: str) -> None:
    link = turbohtml.parse(f'<a href="{source}">').find("a")
    assert link is not None
    assert decode_value(source) == link.attr("href")


@given(PIECES)
def test_every_character_of_a_value_has_its_place_in_the_source(source: str) -> None:
    value, places = decode_value(source), ValueMap(source)
    cuts = [places.original(index) for index in range(len(value) + 1)]
    assert cuts == sorted(cuts)
    assert cuts[-1] == len(source)
    assert cuts[0] == 0
    for index, character in enumerate(value):
        piece = source[cuts[index] : cuts[index + 1]]
        assert piece == character or piece == "" or piece[0] in "&\r\x00"


def test_a_place_behind_references_is_found() -> None:
    places = ValueMap("&amp;&#65;b\r\nc")
    assert [places.original(index) for index in range(6)] == [0, 5, 10, 11, 13, 14]


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), st.sampled_from("\"'"))
def test_what_is_encoded_reads_as_itself(value: str, quote: str) -> None:
    source = encode_value(value, quote)
    assert quote not in source
    assert decode_value(source) == value
