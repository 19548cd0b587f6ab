"""Which rules a command judges by: those that come with overt, those the user added, and lists named for once.

Added rules are files in one folder of the user's, `rules` under the configuration folder (XDG Base Directory), or
where OVERT_RULES says: `.tsv` in our own columns, anything else in Adblock's syntax. A list with lines that cannot be
honoured is used without them; a table of one's own with a mistake is refused, for its author can mend it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from overt.errors import Malformed, Refused
from overt.guard import RuleFile, RuleSet, load_rules, read_adblock, read_table

LARGEST: Final = 32 * 1024 * 1024  # bytes; EasyPrivacy has 2, the largest lists about 10
MOST_SAID: Final = 5  # mistakes of one list that are told


@dataclass(frozen=True, slots=True)
class Book:
    """One file of rules as read: its name, what was read, and the digest of its bytes."""

    path: Path
    name: str
    content: RuleFile
    digest: str


def rules_folder(environment: Mapping[str, str]) -> Path:
    """Where added rules lie; the folder need not be there."""
    named = environment.get("OVERT_RULES")
    if named:
        return Path(named)
    home = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME") or Path.home()) / ".config")
    return Path(home) / "overt" / "rules"


def added_files(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """The user's added rules, by name."""
    folder = rules_folder(environment)
    return tuple(sorted(path for path in folder.iterdir() if path.is_file())) if folder.is_dir() else ()


def read_book(path: Path) -> Book:
    """Rules of a file. Raises `Malformed` where it is none, or a table of our own kind with mistakes."""
    if not path.is_file():
        raise Malformed(f"{path}: there is no such list.")
    if path.stat().st_size > LARGEST:
        raise Malformed(f"{path}: larger than {LARGEST // 1024 // 1024} MiB, which no list is.")
    raw = path.read_bytes()
    text = raw.decode("utf-8", "replace")
    own = path.suffix == ".tsv"
    content = read_table(text) if own else read_adblock(text, path.stem)
    if own and content.mistakes:
        raise Malformed("\n".join(f"{path}, {mistake}" for mistake in content.mistakes))
    if not content.rules:
        raise Malformed(f"{path}: there is no rule in it that could be used.")
    return Book(path, path.stem, content, blake2b(raw, digest_size=4).hexdigest())


def choose_rules(shipped: bool, lists: Iterable[Path], environment: Mapping[str, str]) -> RuleSet | None:
    """The rules to judge by; None for none. `shipped` False leaves out what came with overt and what was added."""
    chosen: RuleSet | None = None
    if shipped:
        chosen = load_rules()
        lists = (*added_files(environment), *lists)
    for path in lists:
        book = read_book(path)
        rules = RuleSet(book.content.rules, f"{book.name}-{len(book.content.rules)}-{book.digest}")
        chosen = rules if chosen is None else chosen + rules
    return chosen


def say_mistakes(book: Book) -> None:
    """Tell on stderr which lines of a list are not used, the first few in full."""
    mistakes = book.content.mistakes
    for mistake in mistakes[:MOST_SAID]:
        print(f"overt: {book.path}, {mistake}", file=sys.stderr)
    if len(mistakes) > MOST_SAID:
        print(f"overt: {book.path}: {len(mistakes) - MOST_SAID} more lines are not used", file=sys.stderr)


def add_book(path: Path, environment: Mapping[str, str]) -> Book:
    """Copy a file of rules to the user's, once it is known to be good. Raises `Refused` where its name is taken."""
    from overt.cli.disk import create_file

    book = read_book(path)
    target = rules_folder(environment) / path.name
    if not create_file(target, path.read_bytes()):
        raise Refused(f"{target} is there already; take it away with: overt rules remove {path.name}")
    return book


def remove_book(name: str, environment: Mapping[str, str]) -> Path:
    """Take an added file away. Raises `Malformed` where there is none of that name."""
    for path in added_files(environment):
        if name in (path.name, path.stem):
            path.unlink()
            return path
    names = ", ".join(path.name for path in added_files(environment)) or "none"
    raise Malformed(f"{name}: no such list was added; there are: {names}")
