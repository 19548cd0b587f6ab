"""Report values as the pages' rows: what stands in a cell, and how long a bar is. Knows no request and no template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from overt.measure import FEWEST, Actors, CampaignReport, Clicks, Individual, Opens
from overt.measure.delay import Delay, say_seconds
from overt.measure.few import hide_few
from overt.measure.following import Following

MOST_LINKS: Final = 50
MOST_CLIENTS: Final = 12
VERDICTS: Final = ("clicked", "opened", "perhaps opened", "machines only", "nothing seen")
ORDERS: Final = ("clicks", "opens", "last", "sent")  # of people
SORTS: Final = ("newest", "name", "delivered", "clicked", "opened")


@dataclass(frozen=True, slots=True)
class Span:
    """A rate as a picture and as words: seen for certain, possible at most, and the interval; shares of 0 to 1."""

    least: float
    most: float
    low: float
    high: float
    count: int
    possible: int
    of: int

    @property
    def words(self) -> str:
        return f"{percent(self.low)} to {percent(self.high)}"


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign in the list."""

    number: int
    name: str
    at: datetime | None
    sent: int
    delivered: int
    clicked: Span | None
    opened: Span | None
    clicks: int
    loads: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the funnel: certain, and possible besides, as shares of what was sent."""

    name: str
    said: str
    certain: float
    possible: float


@dataclass(frozen=True, slots=True)
class Part:
    """One of the sets that opens are made of."""

    name: str
    word: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon people came: a row each for a quarter, half, ... with its interval; `few` says that it tells little."""

    name: str
    rows: tuple[tuple[str, str, str], ...]
    seen: int
    hidden: int
    few: bool


def percent(share: float | None) -> str:
    """With a decimal where a whole number would hide most of it."""
    if share is None:
        return ""
    return f"{share:.1%}" if 0 < share < 0.1 else f"{share:.0%}"


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d %b %Y %H:%M}" if at else ""


def second(at: datetime | None, zone: ZoneInfo) -> str:
    """Fine enough to see what came before what."""
    return f"{at.astimezone(zone):%d %b %Y %H:%M:%S}" if at else ""


def span_of(part: Opens | Clicks | Following | None) -> Span | None:
    """None where it is not known of how many."""
    if part is None or part.bounds is None:
        return None
    bounds = part.bounds
    return Span(
        least=bounds.lower.value or 0.0,
        most=bounds.upper.value or 0.0,
        low=bounds.low,
        high=bounds.high,
        count=bounds.lower.count,
        possible=bounds.upper.count,
        of=bounds.lower.of,
    )


def places_of(half: Individual, *, all_of_them: bool) -> Mapping[str, int | None]:
    """Visits by place, most first; None for few, where not `all_of_them` may be seen."""
    names, counts = tuple(half.places), tuple(half.places.values())
    return dict(zip(names, counts if all_of_them else hide_few(counts), strict=True))


def paces_of(half: Individual) -> list[Pace]:
    """How soon messages were opened and links followed, where anybody may have."""
    named = (("First open", half.to_open), ("First click", half.to_click))
    return [_pace(name, delay) for name, delay in named if delay.seen + delay.hidden]


def _pace(name: str, delay: Delay) -> Pace:
    rows = []
    for one in delay.quantiles:
        low = "any" if one.low is None else say_seconds(one.low)
        high = "not known" if one.high is None else say_seconds(one.high)
        between = "too few to say" if one.low is one.high is None else f"{low} to {high}"
        rows.append((f"{one.share:.0%}", say_seconds(one.seconds), between))
    return Pace(name, tuple(rows), delay.seen, delay.hidden, delay.seen < FEWEST)


def name_of(campaign: CampaignReport) -> str:
    return campaign.name or f"campaign {campaign.campaign}"


def row_of(campaign: CampaignReport) -> CampaignRow:
    shared, half = campaign.shared, campaign.individual
    return CampaignRow(
        number=campaign.campaign,
        name=name_of(campaign),
        at=campaign.last_sent,
        sent=campaign.sent,
        delivered=campaign.delivered,
        clicked=span_of(half.clicks) if half else None,
        opened=span_of(half.opens) if half else None,
        clicks=(shared.clicks.people if shared else 0) + (half.clicks.clicks.people if half else 0),
        loads=shared.loads.total if shared else None,
    )


def choose_rows(
    campaigns: Iterable[CampaignReport], *, words: str, first: date | None, last: date | None, sort: str, zone: ZoneInfo
) -> list[CampaignRow]:
    """Those whose name has these words and that were sent between these days, sorted."""
    wanted = words.casefold().split()
    rows = [
        row
        for row in map(row_of, campaigns)
        if all(word in row.name.casefold() for word in wanted) and _is_between(row.at, first, last, zone)
    ]
    if sort == "name":
        rows.sort(key=lambda row: row.name.casefold())
    elif sort == "delivered":
        rows.sort(key=lambda row: -row.delivered)
    elif sort == "clicked":
        rows.sort(key=lambda row: (row.clicked is None, -(row.clicked.least if row.clicked else 0.0)))
    elif sort == "opened":
        rows.sort(key=lambda row: (row.opened is None, -(row.opened.least if row.opened else 0.0)))
    return rows


def funnel(campaign: CampaignReport) -> list[Step]:
    """From sent to clicked; opened and clicked are of recipients who granted it, as shares of those."""
    sent, half = campaign.sent, campaign.individual
    if not sent:
        return []
    steps = [
        Step("Sent", f"{sent:,}", 1.0, 0.0),
        Step(
            "Delivered",
            f"{campaign.delivered:,} ({percent(campaign.delivered / sent)})",
            campaign.delivered / sent,
            0.0,
        ),
    ]
    for name, span in (
        ("Opened", span_of(half.opens) if half else None),
        ("Clicked", span_of(half.clicks) if half else None),
    ):
        if span:
            counts = f"{span.count:,}" if span.count == span.possible else f"{span.count:,} to {span.possible:,}"
            steps.append(Step(name, f"{counts} of {span.of:,} who granted it", span.least, span.most - span.least))
    return steps


def parts_of(opens: Opens) -> list[Part]:
    """What opens are made of, those that do not occur left out."""
    named: Sequence[tuple[str, str, int]] = (
        ("asked for by the recipient's own program", "person", opens.human),
        ("by a mailbox provider's proxy, for a person", "person", opens.proxy),
        ("no picture loaded, but a person clicked", "person", opens.clicked),
        ("fetched ahead (Apple): displayed or not, nobody can tell", "maybe", opens.prefetch),
        ("by a program that no rule knows", "maybe", opens.unknown),
        ("by machines only: no open", "machine", opens.machine),
        ("nothing: not opened, or read with pictures off", "none", opens.none),
    )
    return [Part(name, word, count, count / opens.of) for name, word, count in named if count]


def machines_of(actors: Actors) -> int:
    return actors.machines + actors.prefetch


def _is_between(at: datetime | None, first: date | None, last: date | None, zone: ZoneInfo) -> bool:
    if at is None:
        return first is None and last is None
    day = at.astimezone(zone).date()
    return (first is None or first <= day) and (last is None or day <= last)
