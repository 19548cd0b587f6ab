"""Parameters of a link that tell people and campaigns apart, taken off; everything else stays as it is written.

The names are rows of `overt/rules/parameters.tsv`. Parameters that do something are no business of ours: where the URL
logs in, confirms or unsubscribes, only names that no server acts upon go, and a URL that carries its own signature is
left alone. What is left is byte for byte what was there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, get_args
from urllib.parse import unquote

from overt.errors import Malformed
from overt.guard.errand import SIGNATURES, find_errand
from overt.message import is_web

LONGEST: Final = 64 * 1024  # characters, as `overt.message.url` allows a URL
#: `person`: this recipient or visitor; `click`: this one click; `campaign`: the mailing, the same for everybody.
Meaning = Literal["person", "click", "campaign"]
MEANINGS: Final = get_args(Meaning)
COLUMNS: Final = ("name", "meaning", "vendor", "source", "reason")
_NAME: Final = re.compile(r"[a-z0-9_.-]+\*?")
_PATH: Final = re.compile(r"\s*[a-z]+:[/\\]*[^/\\?#]*([^?#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row. `name` is in lower case; with a star at its end it is a beginning."""

    name: str
    meaning: Meaning
    vendor: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """Rows by their whole name, and those whose name is a beginning."""

    exact: Mapping[str, Parameter]
    prefixes: tuple[Parameter, ...]

    def find(self, name: str) -> Parameter | None:
        """The row for a parameter's name, in any case; whole names win over beginnings."""
        lower = unquote(name, errors="replace").lower().removeprefix("amp;")  # an & that was escaped once too often
        found = self.exact.get(lower)
        if found is None:
            found = next((row for row in self.prefixes if lower.startswith(row.name[:-1])), None)
        return found


@cache
def parameters() -> ParameterSet:
    """The rows that come with the package."""
    return read_parameters(files("overt").joinpath("rules", "parameters.tsv").read_text(encoding="utf-8"))


def read_parameters(text: str) -> ParameterSet:
    """A table in our columns; raises `Malformed` with all its mistakes, each with its line."""
    lines = text.splitlines()
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise Malformed(f"line 1: the columns of parameters are {', '.join(COLUMNS)}, with tabs between them")
    faults: list[str] = []
    rows: dict[str, Parameter] = {}
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        meaning = next((one for one in MEANINGS if len(cells) == len(COLUMNS) and one == cells[1]), None)
        if meaning is None or not _NAME.fullmatch(cells[0]) or not cells[3]:
            faults.append(f"line {number}: a name in lower case, one of {', '.join(MEANINGS)}, and a source are wanted")
        elif cells[0] in rows:
            faults.append(f"line {number}: {cells[0]} stands there already")
        else:
            rows[cells[0]] = Parameter(cells[0], meaning, cells[2], cells[3], cells[4])
    if faults:
        raise Malformed("; ".join(faults))
    return ParameterSet(
        {name: row for name, row in rows.items() if not name.endswith("*")},
        tuple(row for name, row in rows.items() if name.endswith("*")),
    )


def strip_parameters(url: str, rows: ParameterSet | None = None) -> tuple[str, tuple[str, ...]]:
    """The URL without such parameters, in its query and in its fragment, and their names as written."""
    if len(url) > LONGEST or not is_web(url) or ("?" not in url and "#" not in url):
        return url, ()
    known = parameters() if rows is None else rows
    front, hash_sign, fragment = url.partition("#")
    path, question, query = front.partition("?")
    names = frozenset(pair.partition("=")[0].lower() for pair in query.split("&"))
    if names & SIGNATURES:
        return url, ()
    found = _PATH.match(path)
    acts = find_errand(found[1] if found else "", names) is not None
    removed: list[str] = []
    query = _strip(query, known, acts, removed)
    route, mark, inner = fragment.partition("?")
    if mark:
        inner = _strip(inner, known, acts, removed)
    elif "=" in fragment:
        route = _strip(fragment, known, acts, removed)
    if not removed:
        return url, ()
    tail = route + (mark if inner else "") + inner
    return path + (question if query else "") + query + (hash_sign if tail else "") + tail, tuple(removed)


def _strip(pairs: str, known: ParameterSet, acts: bool, removed: list[str]) -> str:
    kept: list[str] = []
    for pair in pairs.split("&"):
        name = pair.partition("=")[0]
        row = known.find(name) if name else None
        if row is None or (acts and row.meaning == "person"):
            kept.append(pair)
        else:
            removed.append(name)
    return "&".join(kept)
