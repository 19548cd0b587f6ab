"""Letters that could be a word, judged on words and random letters that stand in no list of ours."""

from __future__ import annotations

import random

import pytest

from overt.guard.word import is_word

#: From Wiktionary's lists of frequent words, in six languages.
REAL = """hortensia brandstof verlichting zonnebloem wandern gartenbau fensterbank liebling rhubarbe jardinier ventana
invernadero semilla girasol giardino finestra primavera jardineiro sementes blomster morning sunshine gardener cottage
""".split()


@pytest.mark.parametrize("word", REAL)
def test_words_of_several_languages_read_like_words(word: str) -> None:
    assert is_word(word)
    assert is_word(word.upper())


def test_random_letters_rarely_do() -> None:
    chance = random.Random(20261102)
    tokens = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=12)) for _ in range(2000)]
    assert sum(map(is_word, tokens)) < 0.1 * len(tokens)
