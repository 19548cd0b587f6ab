"""What is told to another program of one hit: a type, a moment and its reading, in the shape of Standard Webhooks.

A type that says "opened" or "clicked" is only for what was read as a person's doing. It is the first look: what turns
out to be a machine's burst looks like a person's at first, and the report may say otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from overt.measure.classify import is_by_person, read_hit, see_again
from overt.measure.hit import Flag, Hit
from overt.measure.reading import Reading
from overt.measure.token import Kind, recipient_of

OPENED, LOADED, CLICKED, FOLLOWED = "message.opened", "message.loaded", "message.clicked", "message.followed"
TEST: Final = "overt.test"
#: Each type of event, and what it means.
EVENTS: Final[Mapping[str, str]] = {
    OPENED: "a person, or a proxy for one, displayed the message",
    LOADED: "something else asked for the beacon: a prefetch, a machine, or nobody knows what",
    CLICKED: "a person followed a link",
    FOLLOWED: "something else followed a link",
}
#: What a person did, in words for a person.
SAID: Final[Mapping[str, str]] = {OPENED: "opened your message", CLICKED: "followed a link"}
_TYPES: Final = {
    (Kind.BEACON, True): OPENED,
    (Kind.BEACON, False): LOADED,
    (Kind.LINK, True): CLICKED,
    (Kind.LINK, False): FOLLOWED,
}


@dataclass(frozen=True, slots=True)
class About:
    """What the ledger knows of a hit: names where the hit has numbers; empty where nobody is named any more."""

    campaign: str
    recipient: str
    message_id: str = ""
    url: str = ""


def type_of(hit: Hit) -> str:
    """The type of event that a hit is, by the first look at it."""
    return _TYPES[hit.kind, is_by_person(read_hit(see_again(hit)))]


def tell_event(hit: Hit, about: About) -> dict[str, Any]:
    """The payload: `type`, `timestamp` (of the hit) and `data`."""
    reading = read_hit(see_again(hit))
    return {
        "type": _TYPES[hit.kind, is_by_person(reading)],
        "timestamp": format_moment(datetime.fromtimestamp(hit.at_ms / 1000, UTC)),
        "data": {
            "campaign": about.campaign,
            "variant": int(hit.variant),
            "recipient": about.recipient,
            "recipient_number": int(recipient_of(hit.sending)),
            "message_id": about.message_id,
            "sending": f"{int(hit.sending):016x}",
            "link": int(hit.link) or None,
            "url": about.url or None,
            "method": hit.method,
            "user_agent": hit.user_agent,
            "place": hit.place,
            "prefetch": bool(hit.flags & Flag.PREFETCH),
            "reading": _as_dict(reading),
        },
    }


def tell_test(at: datetime) -> dict[str, Any]:
    """A payload that says nothing of anybody."""
    return {"type": TEST, "timestamp": format_moment(at), "data": {"about": "overt can reach this address"}}


def format_moment(at: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _as_dict(reading: Reading) -> dict[str, Any]:
    return {
        "actor": reading.actor.value,
        "class": reading.client.value,
        "program": reading.program,
        "reason": reading.reason,
        "certainty": reading.certainty.value,
        "ruleset": reading.ruleset,
    }
