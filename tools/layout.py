"""The layout of the tree, checked: sizes, names, a test file for each source file, nothing left for later.

`find_faults` reads a checkout and returns sentences, so that `make check` prints them and a test asserts that there
are none. It knows file names and lines only: imports are import-linter's work, types mypy's.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONG_LINES = 300  # a module this long deserves a thought
MOST_LINES = 500  # and this long is two modules
MOST_TARGETS = 12  # as many as a person takes in at one look

# Tables may be as long as what they list.
TABLES: frozenset[str] = frozenset()
# Made by a tool's template and tested as a whole, through the database they make.
UNTESTED = re.compile(r"src/overt/store/migrations/")

FORBIDDEN_NAMES = frozenset({"base", "common", "core", "helper", "helpers", "misc", "models", "util", "utils"})
FORBIDDEN_CLASS = re.compile(r"^\s*class \w+(Manager|Service|Processor|Helper|Util)s?\b", re.MULTILINE)
LEFT_FOR_LATER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r")\b")
PYTHON_FOLDERS = ("src", "tests", "tools", "demo", "bench", "fuzz")
TEXT_SUFFIXES = frozenset({".py", ".md", ".sh", ".toml"})
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right; an advice does not fail the check."""

    path: str
    sentence: str
    advice: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {'advice: ' if self.advice else ''}{self.sentence}"


def find_faults(root: Path) -> tuple[Fault, ...]:
    """Every fault of the checkout at `root`, in the order of their paths."""
    faults: list[Fault] = []
    for path in _python_files(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        faults.extend(_size_faults(name, text))
        faults.extend(_name_faults(name, text))
    faults.extend(_test_faults(root))
    for path in _text_files(root):
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if LEFT_FOR_LATER.search(line):
                faults.append(Fault(f"{name}:{number}", "is left for later; do it, or open an issue"))
    faults.extend(_makefile_faults(root))
    return tuple(sorted(faults, key=lambda fault: fault.path))


def _size_faults(name: str, text: str) -> Iterator[Fault]:
    lines = text.count("\n")
    if lines > MOST_LINES and name not in TABLES:
        yield Fault(name, f"has {lines} lines, more than {MOST_LINES}; it is two modules")
    elif lines > LONG_LINES and name not in TABLES:
        yield Fault(name, f"has {lines} lines, more than {LONG_LINES}", advice=True)


def _name_faults(name: str, text: str) -> Iterator[Fault]:
    forbidden = FORBIDDEN_NAMES.intersection(name.removesuffix(".py").split("/"))
    if forbidden:
        yield Fault(name, f"the name {', '.join(sorted(forbidden))} says nothing of what is inside")
    for match in FORBIDDEN_CLASS.finditer(text):
        yield Fault(name, f"{match.group().strip()}: classes are things, and {match.group(1)} is none")


def _test_faults(root: Path) -> Iterator[Fault]:
    source = root / "src" / "overt"
    for path in sorted(source.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if path.name.startswith("__") or UNTESTED.match(name):
            continue
        test = root / "tests" / path.relative_to(source).with_name(f"test_{path.name}")
        if not test.exists():
            yield Fault(name, f"has no {test.relative_to(root).as_posix()}")


def _makefile_faults(root: Path) -> Iterator[Fault]:
    makefile = root / "Makefile"
    targets = TARGET.findall(makefile.read_text(encoding="utf-8")) if makefile.exists() else []
    if len(targets) > MOST_TARGETS:
        yield Fault("Makefile", f"has {len(targets)} targets, more than {MOST_TARGETS}")


def _python_files(root: Path) -> Iterator[Path]:
    for folder in PYTHON_FOLDERS:
        yield from sorted((root / folder).rglob("*.py"))


def _text_files(root: Path) -> Iterator[Path]:
    yield from sorted(path for path in root.glob("*") if path.suffix in TEXT_SUFFIXES)
    for folder in (*PYTHON_FOLDERS, "docs"):
        yield from sorted(path for path in (root / folder).rglob("*") if path.suffix in TEXT_SUFFIXES)


def main() -> int:
    """Print every fault; the exit status counts only those that are no advice."""
    faults = find_faults(Path(__file__).resolve().parent.parent)
    for fault in faults:
        print(fault)
    failed = sum(not fault.advice for fault in faults)
    print(f"layout: {failed} faults, {len(faults) - failed} advices")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
