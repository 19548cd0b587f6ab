"""Objects of PDF files, as ISO 32000-1 section 7.3 shows them."""

from __future__ import annotations

import pytest

from overt.message.attachment.pdfsyntax import MOST_STRING, Token, tokens


def _strings(syntax: bytes) -> list[str]:
    return [token.text for token in tokens(syntax) if token.kind == "string"]


@pytest.mark.parametrize(
    ("syntax", "text"),
    [  # The examples of 7.3.4.2 and 7.3.4.3.
        (b"(This is a string)", "This is a string"),
        (b"(Strings may contain newlines\nand such.)", "Strings may contain newlines\nand such."),
        (b"(Strings may contain balanced parentheses ( ) and\nspecial characters ( * ! & } ^ % and so on).)",
         "Strings may contain balanced parentheses ( ) and\nspecial characters ( * ! & } ^ % and so on)."),
        (b"()", ""),
        (b"(These \\\ntwo strings \\\nare the same.)", "These two strings are the same."),
        (b"(This string contains \\245two octal characters\\307.)",
         "This string contains \xa5two octal characters\xc7."),
        (b"(\\0053)", "\x053"),
        (b"(\\053)", "+"),
        (b"(\\53)", "+"),
        (b"<901FA3>", "\x90\x1f\xa3"),
        (b"<901FA>", "\x90\x1f\xa0"),
    ],
)  # fmt: skip
def test_strings_read_as_the_standard_shows(syntax: bytes, text: str) -> None:
    assert _strings(syntax) == [text]


@pytest.mark.parametrize(
    ("written", "name"),
    [  # Table 4 of 7.3.5.
        (b"/Adobe#20Green", "Adobe Green"),
        (b"/PANTONE#205757#20CV", "PANTONE 5757 CV"),
        (b"/paired#28#29parentheses", "paired()parentheses"),
        (b"/The_Key_of_F#23_Minor", "The_Key_of_F#_Minor"),
        (b"/A#42", "AB"),
    ],
)
def test_names_read_as_the_standard_shows(written: bytes, name: str) -> None:
    (found,) = tokens(b"<</K " + written + b">>")
    assert found.entries == {"K": Token("name", name)}


def test_inner_dictionaries_come_first_and_belong_to_the_outer() -> None:
    inner, outer = tokens(b"<</A<</B(c)>>/D[1 2]/G 7 0 R>>")
    assert inner.entries == {"B": Token("string", "c")}
    assert outer.entries == {"A": inner, "D": Token("other"), "G": Token("reference", number=7)}


def test_comments_hide_what_they_hold() -> None:
    assert _strings(b"% (no)\n(yes)") == ["yes"]


def test_an_object_starts_anew_whatever_was_left_open() -> None:
    found = list(tokens(b"1 0 obj <</A [ 2 0 obj <</B(c)>>"))
    assert [token.number for token in found if token.kind == "object"] == [1, 2]
    assert found[-1].entries == {"B": Token("string", "c")}


def test_a_string_that_never_closes_is_empty() -> None:
    assert _strings(b"(" + b"a" * MOST_STRING * 2) == [""]
