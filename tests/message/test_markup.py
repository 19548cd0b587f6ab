"""Tags and comments without a tree; turbohtml's tokeniser and WHATWG HTML 13.2.5 say what is right."""

from __future__ import annotations

import pytest
import turbohtml
from hypothesis import given
from hypothesis import strategies as st

from overt.message.markup import Attribute, Comment, Tag, Unfinished, read_tag, scan, write_value

WORDS = (
    "< > / = \" ' a B <a </a <!-- --> --!> <! - ! ? <img&src=x> href =\"x\" ='y' <b> </ <x&y&=&z> é &amp; <br/>"
    " <? <?x xml ?>"
)
MARKUP = st.lists(
    st.sampled_from(
        [*(word.replace("&", " ") for word in WORDS.split()), " ", "\n", "\x00", "&amp;", "<!doctype html>"]
    )
).map("".join)


def comments(text: str) -> list[str]:
    return [piece.data for piece in scan(text, 0, len(text)) if isinstance(piece, Comment)]


def tags(text: str) -> list[Tag]:
    return [piece for piece in scan(text, 0, len(text)) if isinstance(piece, Tag)]


@given(MARKUP)
def test_tags_are_those_of_the_tokeniser(text: str) -> None:
    expected = [
        (
            token.tag,
            token.type == turbohtml.TokenType.END_TAG,
            [] if token.type == turbohtml.TokenType.END_TAG else token.attrs,
        )
        for token in turbohtml.tokenize(text)
        if token.type in (turbohtml.TokenType.START_TAG, turbohtml.TokenType.END_TAG)
    ]
    found = [(tag.name, tag.closes, [(a.name, a.value) for a in tag.attributes]) for tag in tags(text)]
    assert found == [(name, closes, [] if closes else _first(given or [])) for name, closes, given in expected]


@given(MARKUP)
def test_comments_are_those_of_the_tokeniser(text: str) -> None:
    expected = [token.data for token in turbohtml.tokenize(text) if token.type == turbohtml.TokenType.COMMENT]
    assert comments(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<?<", ["?<"]),
        ("<?<!-- a", ["?<!-- a"]),
        ("a<?1>b", ["?1"]),
        ("<?xml version='1.0'?>", ["?xml version='1.0'?"]),
        ("<?>", ["?"]),
        ("<?", []),
        ("a<?xsl b>c", []),
        ("<?xmlns?>", []),
        ("<?xml", []),
    ],
)
def test_a_question_mark_begins_a_comment_unless_a_name_follows(text: str, expected: list[str]) -> None:
    assert [token.data for token in turbohtml.tokenize(text) if token.type == turbohtml.TokenType.COMMENT] == expected
    assert comments(text) == expected


@given(MARKUP)
def test_places_cut_out_what_they_name(text: str) -> None:
    position = 0
    for piece in scan(text, 0, len(text)):
        assert text[piece.start] == "<"
        if isinstance(piece, Unfinished):
            return
        assert piece.start >= position
        assert text[piece.end - 1] == ">" or piece.end == len(text)
        position = piece.end
        for attribute in piece.attributes if isinstance(piece, Tag) else ():
            assert text[attribute.value_start : attribute.value_end] == attribute.source
            assert piece.start < attribute.start <= attribute.value_start <= attribute.value_end <= attribute.end


def test_a_text_that_ends_in_a_tag_says_so() -> None:
    assert list(scan('<p>a<img alt="b>', 0, 16)) == [Tag("p", 0, 3, False, ()), Unfinished(4)]


def test_raw_text_holds_no_tags() -> None:
    assert [tag.name for tag in tags("<style><a></style><textarea><b></textarea><plaintext><i>")] == [
        "style", "style", "textarea", "textarea", "plaintext",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "new", "written"),
    [
        ('<a href="x">', 'b"c&d', '<a href="b&quot;c&amp;d">'),
        ("<a href='x'>", "b'c", "<a href='b&#39;c'>"),
        ("<a href=x>", "b?c=d&e", '<a href="b?c=d&amp;e">'),
        ("<a href=x>", "b/c", "<a href=b/c>"),
        ("<a href=x>", "", '<a href="">'),
        ("<a href>", "b", '<a href="b">'),
        ("<a href= >", "b", "<a href= b>"),
        ("<a href=>", "b", "<a href=b>"),
    ],
)
def test_a_value_is_written_in_the_quoting_it_had(source: str, new: str, written: str) -> None:
    attribute = only(source)
    assert source[: attribute.value_start] + write_value(attribute, new) + source[attribute.value_end :] == written
    assert only(written).value == new


@given(st.sampled_from(['<a b="x">', "<a b='x'>", "<a b=x>", "<a b>", "<a b=>", "<a b c>"]), st.text(max_size=8))
def test_whatever_is_written_reads_as_itself(source: str, new: str) -> None:
    new = new.replace("\x00", "")
    attribute = only(source)
    written = source[: attribute.value_start] + write_value(attribute, new) + source[attribute.value_end :]
    assert only(written).value == new


def test_the_first_of_two_attributes_counts() -> None:
    tag = read_tag("<a href=x HREF=y>", 0, 17)
    assert tag is not None
    assert [(a.name, a.value) for a in tag.attributes] == [("href", "x")]


def only(source: str) -> Attribute:
    tag = read_tag(source, 0, len(source))
    assert tag is not None
    return tag.attributes[0]


def _first(attributes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return list({name: (name, value) for name, value in reversed(attributes)}.values())[::-1]
