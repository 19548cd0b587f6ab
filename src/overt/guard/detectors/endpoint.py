"""Whether a rule knows the endpoint, or a row of redirectors the way on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overt.guard.case import Case
from overt.guard.finding import Evidence
from overt.guard.rule import RuleKind

_KINDS: Final[dict[RuleKind, str]] = {
    "beacon": "known-beacon",
    "link": "known-link",
    "image": "known-image",
    "content": "known-content",
    "list": "listed",
}


def look_at_endpoint(case: Case) -> Iterator[Evidence]:
    """One piece of evidence where a rule fits, and one where a known redirector does."""
    rule = case.rule
    if rule is not None:
        who = f"{rule.vendor}: " if rule.vendor else ""
        yield Evidence(_KINDS[rule.kind], f"{who}{rule.reason} ({rule.source})")
    way = case.way
    if way is None:
        return
    if way.known_only_to and not way.hops:
        yield Evidence("known-redirector", f"where it leads is known only to {way.known_only_to}")
    elif way.rule:
        yield Evidence("known-redirector", f"{way.hops[0].by} passes it on to {way.hops[0].url[:200]}")
