"""Rules as text: the tables that come with overt, and lists in Adblock's syntax that their user chose.

Everything that cannot be honoured is refused with its line and column, all of it at once; the rest is read. It opens
no file but the tables inside the package, and fetches nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Final, get_args

from overt.errors import Malformed
from overt.guard.rule import EVERYWHERE, Limits, Rule, RuleKind, RuleSet

COLUMNS: Final = ("id", "vendor", "kind", "host", "path", "source", "reason")
TABLES: Final = ("beacon.tsv", "link.tsv", "content.tsv")
_KINDS: Final = frozenset(get_args(RuleKind)) - {"list"}
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_LINE: Final = 4000  # characters; the longest of EasyPrivacy has about 2,000, all of them sites
#: What hides elements or changes pages: no business of a request, and passed over without a word.
_COSMETIC: Final = re.compile(r"#@?[?$%]?@?#")
#: Adblock's words for what is asked for.
RESOURCES: Final = frozenset(
    "document font image media object other ping script stylesheet subdocument websocket xmlhttprequest".split()
)
_ALIASES: Final = {"css": "stylesheet", "frame": "subdocument", "xhr": "xmlhttprequest", "doc": "document",
                   "beacon": "ping", "background": "image"}  # fmt: skip
_THIRD: Final = {"third-party": True, "3p": True, "~third-party": False, "first-party": False, "1p": False,
                 "~first-party": True}  # fmt: skip
#: Options that change nothing about which requests are meant.
_HARMLESS: Final = frozenset({"important", "all", "match-case", "~match-case"})


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line that was refused: numbers from 1, `column` of the first character at fault, and a sentence."""

    line: int
    column: int
    because: str
    text: str

    def __str__(self) -> str:
        """The sentence, the line, and a caret under the place."""
        start = max(0, self.column - 61)
        shown = self.text[start : start + 100]
        return f"line {self.line}: {self.because}\n  {shown}\n  {' ' * (self.column - 1 - start)}^"


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What was read of a file, and what was not."""

    rules: tuple[Rule, ...]
    mistakes: tuple[Mistake, ...] = ()


class _Refused(Exception):
    def __init__(self, column: int, because: str) -> None:
        super().__init__(because)
        self.column, self.because = column, because


def read_table(text: str) -> RuleFile:
    """Rules from a table of ours: tab-separated, the first row names the columns, `#` begins a remark."""
    rules: list[Rule] = []
    mistakes: list[Mistake] = []
    seen: set[str] = set()
    lines = text.splitlines()
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        first = lines[0] if lines else ""
        return RuleFile((), (Mistake(1, 1, f"the first row names the columns: {', '.join(COLUMNS)}", first),))
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            rule = _row(line)
            if rule.id in seen:
                raise _Refused(1, f"the id {rule.id} is taken by a row above")
            seen.add(rule.id)
            rules.append(rule)
        except _Refused as refused:
            mistakes.append(Mistake(number, refused.column, refused.because, line))
    return RuleFile(tuple(rules), tuple(mistakes))


def _row(line: str) -> Rule:
    cells = line.split("\t")
    if len(cells) != len(COLUMNS):
        raise _Refused(len(line) + 1, f"{len(cells)} columns where there are {len(COLUMNS)}")
    starts = [sum(len(cell) + 1 for cell in cells[:i]) + 1 for i in range(len(cells))]
    identity, vendor, kind, host, path, source, reason = cells
    if not _ID.fullmatch(identity):
        raise _Refused(starts[0], f"{identity!r} is no kebab-case id")
    found = next((known for known in get_args(RuleKind) if known == kind and kind in _KINDS), None)
    if found is None:
        raise _Refused(starts[2], f"{kind!r} is no kind; there are {', '.join(sorted(_KINDS))}")
    for at in (1, 5, 6):
        if not cells[at].strip():
            raise _Refused(starts[at], f"the column {COLUMNS[at]} is empty")
    if not host and len(max(re.split(r"[*^|]", path), key=len)) < 6:
        raise _Refused(starts[4], "without a host a path needs six characters in a row that say something")
    pattern = f"||{host}{path or '^'}" if host else path
    return Rule(identity, vendor, found, pattern, source, reason)


def read_adblock(text: str, name: str) -> RuleFile:
    """Network rules of a list in Adblock's syntax; `name` is the list's, and part of its rules' ids.

    Honoured: `||`, `|`, `*`, `^`, `@@`, resources, `third-party`, `domain`. Rules for elements and comments are passed
    over; regular expressions and options that change pages are refused.
    """
    rules: list[Rule] = []
    mistakes: list[Mistake] = []
    for number, written in enumerate(text.splitlines(), start=1):
        line = written.strip()
        if not line or line[0] in "![" or _COSMETIC.search(line[:_LONGEST_LINE]):
            continue
        try:
            rules.append(_network_rule(line, f"{name}-{number}", name))
        except _Refused as refused:
            shift = len(written) - len(written.lstrip())
            mistakes.append(Mistake(number, refused.column + shift, refused.because, written))
    return RuleFile(tuple(rules), tuple(mistakes))


def _network_rule(line: str, identity: str, name: str) -> Rule:
    if len(line) > _LONGEST_LINE:
        raise _Refused(_LONGEST_LINE, f"longer than {_LONGEST_LINE} characters")
    allows = line.startswith("@@")
    start = 2 if allows else 0
    dollar = line.rfind("$")
    is_option = dollar > start and re.fullmatch(r"[~\w=,.|*-]+", line[dollar + 1 :]) is not None
    pattern, options = (line[start:dollar], line[dollar + 1 :]) if is_option else (line[start:], "")
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        raise _Refused(start + 1, "regular expressions are not taken: one of them could hang a scan")
    if len(pattern.strip("*^|")) < 3:
        raise _Refused(start + 1, "three characters at least say which URLs are meant")
    if not pattern.isascii():
        raise _Refused(start + 1, "names are written in Punycode, as they stand in URLs")
    limits = _limits(options, dollar + 2) if options else EVERYWHERE
    return Rule(identity, "", "list", pattern, name, f"a row of {name}", allows, limits)


def _limits(options: str, column: int) -> Limits:
    resources: set[str] = set()
    not_resources: set[str] = set()
    third: bool | None = None
    sites: tuple[str, ...] = ()
    not_sites: tuple[str, ...] = ()
    for option in options.split(","):
        word, _, value = option.partition("=")
        bare = word.removeprefix("~")
        resource = _ALIASES.get(bare, bare)
        if word in _THIRD:
            third = _THIRD[word]
        elif resource in RESOURCES and not value:
            (not_resources if word.startswith("~") else resources).add(resource)
        elif word in ("domain", "from") and value:
            names = [name.lower() for name in value.split("|") if name]
            if any("*" in name for name in names):
                raise _Refused(column, "a name in domain= has a star; names are whole here")
            sites = tuple(name for name in names if not name.startswith("~"))
            not_sites = tuple(name[1:] for name in names if name.startswith("~"))
        elif word not in _HARMLESS:
            raise _Refused(column, f"the option {word} is about pages or scripts, which mail has none of")
        column += len(option) + 1
    return Limits(frozenset(resources), frozenset(not_resources), third, sites, not_sites)


@cache
def load_rules() -> RuleSet:
    """The rules that come with overt, read once. Raises `Malformed` with every mistake of a broken table."""
    rules: list[Rule] = []
    mistakes: list[str] = []
    digest = blake2b(digest_size=4)
    for name in TABLES:
        text = (files("overt") / "rules" / name).read_text("utf-8")
        digest.update(text.encode())
        found = read_table(text)
        rules.extend(found.rules)
        mistakes.extend(f"{name}, {mistake}" for mistake in found.mistakes)
    if mistakes:
        raise Malformed("\n".join(mistakes))
    return RuleSet(rules, f"overt-{len(rules)}-{digest.hexdigest()}")
