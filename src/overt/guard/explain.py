"""Findings in sentences: what one reference is, and what a whole message would tell its sender.

Plain words for people who never heard of a beacon. Says what would be told, not that anything was: whether a program
loads it is its settings' matter (`overt.guard.program`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

from overt.guard.finding import Finding

#: What each class is, as a clause behind "This".
WHAT: Final[dict[str, str]] = {
    "beacon": "is there to report that you opened the message: it loads when the message is shown and shows nothing",
    "identified": "shows something, and its address says that it was you who opened the message",
    "remote": "loads when the message is shown; its server learns the time and your network address, not who you are",
    "wrapped-link": "is a link that reports your click before it leads anywhere, or says who clicked",
    "tagged-link": "is a link with labels that tell the site which mailing brought you",
    "receipt": "asks your program to confirm that you read the message",
    "plain": "tells nobody anything by itself",
}
_MOST_HOSTS: Final = 5  # named in a sentence; more is not read


def explain(finding: Finding) -> str:
    """One finding as a sentence or two."""
    words = [f"This {WHAT[finding.kind]}."]
    if finding.vendor:
        words.append(f"It belongs to {finding.vendor}.")
    if finding.because:
        words.append(f"{finding.because[:1].upper()}{finding.because[1:].rstrip('.')}.")
    if finding.leak is not None:
        steps = ", then ".join(finding.leak.chain) or "as it is written"
        words.append(f"Its address holds yours ({steps}).")
    if finding.kind == "wrapped-link":
        known = finding.destination
        words.append(f"It leads to {known}." if known else "Where it leads only its owner knows.")
    return " ".join(words)


#: Evidence about characters that tell recipients apart.
_SINGLING: Final = frozenset(
    {"token", "short-token", "hidden-token", "host-token", "person-parameter", "leak", "local-part"}
)


def identifying(finding: Finding) -> tuple[tuple[int, int], ...]:
    """The pieces of the URL that say who it is, in order and without overlaps; offsets in `reference.url`."""
    places = [
        (item.start, item.end) for item in finding.evidence if item.kind in _SINGLING and item.end > item.start >= 0
    ]
    if finding.leak is not None:
        places.append((finding.leak.start, finding.leak.end))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def tell(findings: Sequence[Finding]) -> tuple[str, ...]:
    """What the message would tell its sender about its reader, in plain sentences, worst first; none: nothing."""
    told: list[str] = []
    leaks = [finding for finding in findings if finding.leak is not None]
    if leaks:
        told.append(f"Your address itself stands in {_count(leaks, 'URL')}, at {_hosts(leaks)}.")
    naming = [f for f in findings if f.kind in ("beacon", "identified")]
    if naming:
        told.append(
            f"Each time the message is shown with pictures: that it was you, when, from which network, and with "
            f"which program, to {_hosts(naming)}."
        )
    remote = [finding for finding in findings if finding.kind == "remote"]
    if remote and not naming:
        told.append(f"That somebody opened it, when and from which network, but not who, to {_hosts(remote)}.")
    links = [finding for finding in findings if finding.kind == "wrapped-link"]
    if links:
        unknown = [finding for finding in links if finding.destination is None]
        behind = f"; where {len(unknown)} of them lead is known only there" if unknown else ""
        told.append(f"Which of {_count(links, 'link')} you follow, and when, to {_hosts(links)}{behind}.")
    tagged = [finding for finding in findings if finding.kind == "tagged-link"]
    if tagged:
        told.append(f"That you came from this mailing, on {_count(tagged, 'link')}, to {_hosts(tagged)}.")
    if any(finding.kind == "receipt" for finding in findings):
        told.append("That you read it, if your program sends the receipt it asks for.")
    return tuple(told)


def _count(found: Sequence[Finding], noun: str) -> str:
    return f"{len(found)} {noun}" if len(found) == 1 else f"{len(found)} {noun}s"


def _hosts(found: Iterable[Finding]) -> str:
    names = list(dict.fromkeys(host_of(finding.reference.url) for finding in found))
    names = [name for name in names if name]
    if len(names) > _MOST_HOSTS:
        return f"{', '.join(names[:_MOST_HOSTS])} and {len(names) - _MOST_HOSTS} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "its sender"


def host_of(url: str) -> str:
    """The host of a URL as a browser wrote it, or "" where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
