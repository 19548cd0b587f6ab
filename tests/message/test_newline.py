from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from overt.message.newline import Newlines


@given(st.text(st.sampled_from("a\r\n")))
def test_each_character_of_the_normalised_text_is_found_again(text: str) -> None:
    normalised = text.replace("\r\n", "\n").replace("\r", "\n")
    newlines = Newlines(text)
    for offset, character in enumerate(normalised):
        original = text[newlines.original(offset)]
        assert original == character or (character == "\n" and original == "\r")
    assert newlines.original(len(normalised)) == len(text)


def test_only_crlf_shifts_what_follows() -> None:
    assert [Newlines("a\r\nb\rc").original(offset) for offset in range(5)] == [0, 1, 3, 4, 5]
