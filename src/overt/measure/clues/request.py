"""The request itself: a method or a field by which a program says that nobody is looking.

RFC 9110 section 9.3.2: HEAD asks for no content, so it shows nothing. Fetch's `Sec-Purpose: prefetch`, and the older
`Purpose` and `X-Moz`, mark a request that comes before a person's decision. Both are answered like any other.
"""

from __future__ import annotations

from overt.measure.clues.row import Evidence
from overt.measure.hit import Flag, Seen
from overt.measure.reading import Actor, Certainty, Client

HEAD = Evidence(
    clue="head",
    actor=Actor.MACHINE,
    client=Client.UNKNOWN,
    program="",
    reason="asked by HEAD, which shows nothing to anybody",
    certainty=Certainty.HIGH,
)
PREFETCH_FIELD = Evidence(
    clue="prefetch-field",
    actor=Actor.MACHINE,
    client=Client.UNKNOWN,
    program="",
    reason="marked by the program itself as fetched ahead of a person's decision",
    certainty=Certainty.HIGH,
)


def read_request(seen: Seen) -> Evidence | None:
    if seen.method == "HEAD":
        return HEAD
    return PREFETCH_FIELD if seen.flags & Flag.PREFETCH else None
