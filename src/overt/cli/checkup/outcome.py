"""What one check found. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """`LOOK`: it works, but somebody should look at it. `SKIPPED`: there is nothing to check, or no way to."""

    GOOD = "good"
    LOOK = "look"
    WRONG = "wrong"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """`name` is a kebab-case word; `mend` says what to do where the outcome is not good."""

    name: str
    outcome: Outcome
    said: str
    mend: str = ""


def good(name: str, said: str) -> Check:
    return Check(name, Outcome.GOOD, said)


def look(name: str, said: str, mend: str) -> Check:
    return Check(name, Outcome.LOOK, said, mend)


def wrong(name: str, said: str, mend: str) -> Check:
    return Check(name, Outcome.WRONG, said, mend)


def skipped(name: str, said: str) -> Check:
    return Check(name, Outcome.SKIPPED, said)
