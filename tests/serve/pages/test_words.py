"""The pages' words: whole in every language, and chosen as the browser asks."""

from __future__ import annotations

import string

import pytest

from overt.measure import Language
from overt.serve.pages.words import choose_language, read_words


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_every_sentence_with_the_same_places(language: Language) -> None:
    english, words = read_words(Language.ENGLISH), read_words(language)
    assert words.sentences.keys() == english.sentences.keys()
    for name, sentence in english.sentences.items():
        assert places(words.sentences[name]) == places(sentence), name
        assert words.sentences[name].strip(), name


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH", "de"),
        ("nl,fr;q=0.3,de;q=0.8", "de"),
        ("fr;q=0,de;q=0.1", "de"),
        ("en;q=0.5,fr", "fr"),
        ("*", "en"),
        ("de;q=9,fr", "fr"),
        ("x" * 100_000 + ",de", "en"),
    ],
)
def test_the_language_is_the_one_that_is_wanted_most(accepted: str, language: str) -> None:
    assert choose_language(accepted, Language.ENGLISH) is Language(language)


def test_another_wording_has_another_version() -> None:
    assert len({read_words(language).version for language in Language}) == len(Language)
