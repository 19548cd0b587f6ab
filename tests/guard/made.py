"""Findings made by hand: what cleaning does must not depend on what detection thinks."""

from __future__ import annotations

from collections.abc import Callable

from overt.guard.finding import Class, Finding
from overt.message import Message, Reference, walk

Verdict = Callable[[Reference], Class]


def judge(message: Message, verdict: Verdict) -> tuple[Finding, ...]:
    """One finding for every reference of the message."""
    return tuple(Finding(reference, verdict(reference), 1.0, (), "a test says so") for reference in walk(message))


def by_word(reference: Reference) -> Class:
    """The class whose name, or its first word, stands in the path: `/beacon/1.gif`, `/wrapped/..`, `/tagged?..`."""
    table: dict[str, Class] = {
        "/beacon": "beacon",
        "/identified": "identified",
        "/wrapped": "wrapped-link",
        "utm_": "tagged-link",
    }
    if reference.vector in ("mdn", "return-receipt"):
        return "receipt"
    for word, kind in table.items():
        if word in reference.url and kind.endswith("link") == (reference.fetch == "click"):
            return kind
    return "remote" if reference.fetch == "display" else "plain"
