"""The pages' words, a TOML file a language: translating them takes no code. Knows no page."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from overt.errors import Malformed
from overt.measure import Language

LONGEST_HEADER = 500  # characters of Accept-Language that are read; browsers send under 100
_RANGE = re.compile(r"\s*([a-zA-Z]{1,8})(?:-[a-zA-Z0-9]{1,8})*\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?")


@dataclass(frozen=True, slots=True)
class Words:
    """One language's sentences by `table.name`."""

    language: Language
    sentences: Mapping[str, str]

    @property
    def version(self) -> str:
        """Eight hexadecimal digits of the words' hash: which wording somebody agreed to."""
        whole = "\n".join(f"{name}={self.sentences[name]}" for name in sorted(self.sentences))
        return hashlib.blake2b(whole.encode(), digest_size=4).hexdigest()

    def say(self, name: str, **values: object) -> str:
        """The sentence, its `{places}` filled. Raises `KeyError` for a name that is none."""
        return self.sentences[name].format(**values)


@cache
def read_words(language: Language) -> Words:
    """The words of one language, read once."""
    text = (files("overt.serve.pages") / "languages" / f"{language.value}.toml").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for table, rows in tomllib.loads(text).items():
        for name, sentence in rows.items() if isinstance(rows, dict) else [("", rows)]:
            if not isinstance(sentence, str):
                raise Malformed(f"{language.value}.toml: {table}.{name} is no text")
            found[f"{table}.{name}".rstrip(".")] = sentence
    return Words(language, found)


def choose_language(accepted: str, otherwise: Language) -> Language:
    """The language that Accept-Language wants most (RFC 9110 section 12.5.4), of those there are."""
    best, most = otherwise, 0.0
    for part in accepted[:LONGEST_HEADER].split(","):
        match = _RANGE.fullmatch(part)
        if match is None or match[1].lower() not in {each.value for each in Language}:
            continue
        weight = float(match[2] or 1)
        if weight > most:
            best, most = Language(match[1].lower()), weight
    return best
