"""Hits, counts and sendings made up for tests of readings and reports."""

from __future__ import annotations

from datetime import UTC, datetime

from overt.measure.campaign import CampaignFacts, Outcome, Sent
from overt.measure.hit import Count, Flag, Hit
from overt.measure.mode import Mode
from overt.measure.token import Campaign, Kind, Link, Sending, Variant

SPRING = Campaign(7)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
MINUTE = 60_000

THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.6.0"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
APPLE = "Mozilla/5.0"
GMAIL_PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)
CURL = "curl/8.4.0"
STRANGE = "something new"


def sending(person: int) -> Sending:
    """The first sending to recipient number `person`."""
    return Sending(person << 32 | 1)


def open_hit(
    person: int, user_agent: str = THUNDERBIRD, *, after: int = 0, method: str = "GET", place: str = ""
) -> Hit:
    """A beacon's hit `after` milliseconds past noon."""
    return Hit(
        NOON_MS + after,
        Kind.BEACON,
        method,
        SPRING,
        Variant(0),
        Link(0),
        sending(person),
        prefix="198.51.100.0/24",
        place=place,
        user_agent=user_agent,
    )


def click_hit(
    person: int, link: int = 1, user_agent: str = FIREFOX, *, after: int | None = None, flags: Flag = Flag.NONE
) -> Hit:
    """A link's hit; by itself a minute later for each link, as somebody reads who is no machine."""
    return Hit(
        NOON_MS + (link * MINUTE if after is None else after),
        Kind.LINK,
        "GET",
        SPRING,
        Variant(0),
        Link(link),
        sending(person),
        prefix="198.51.100.0/24",
        user_agent=user_agent,
        flags=flags,
    )


def count(
    number: int,
    kind: Kind = Kind.BEACON,
    *,
    link: int = 0,
    client: str = "browser",
    actor: str = "human",
    hour: int = 0,
) -> Count:
    """A counter, `hour` hours past noon."""
    first = NOON_MS // 3_600_000
    return Count(SPRING, Variant(0), kind, Link(link), client, actor, 1, first + hour, number)


def sent(
    person: int, mode: Mode = Mode.INDIVIDUAL, *, outcome: Outcome = Outcome.DELIVERED, withdrawn: bool = False
) -> Sent:
    number = sending(person) if mode is Mode.INDIVIDUAL else Sending(0)
    return Sent(number, f"person{person}@example.org", Variant(0), mode, mode, NOON, outcome, withdrawn)


def facts(*sendings: Sent) -> CampaignFacts:
    links = {Link(1): "https://example.org/a", Link(2): "https://example.org/b"}
    return CampaignFacts(SPRING, "spring", sendings, links)
