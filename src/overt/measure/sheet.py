"""A report as plain data: a dict for JSON and rows for CSV, both stable and described in `docs/reference/report.md`.

Fields are added, never renamed; `format` changes when a meaning does. Times are RFC 3339 in UTC, rates are shares
between 0 and 1 and never stand without their interval, null means "too few to show" or "not known".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from overt.measure.few import FEWEST
from overt.measure.individual import Clicks, Individual, Opens
from overt.measure.line import Actors, ClientLine, LinkLine, TimeLine
from overt.measure.mode import Mode
from overt.measure.person import Event, Line
from overt.measure.rate import Bounds, Rate
from overt.measure.report import CampaignReport, Report
from overt.measure.shared import Shared
from overt.measure.token import Kind

FORMAT = "overt-report/1"

COLUMNS = ("campaign", "half", "table", "item", "measure", "count", "of", "low", "high")
RECIPIENT_COLUMNS = (
    "campaign",
    "recipient",
    "sending",
    "sent_at",
    "outcome",
    "verdict",
    "opens",
    "first_open",
    "last_open",
    "clicks",
    "first_click",
    "last_click",
    "prefetched",
    "machines",
    "unknown",
    "links",
    "places",
    "programs",
)

Cell = str | int | float | None


def as_dict(report: Report, *, by_recipient: bool = True) -> dict[str, object]:
    """Everything the report says. Without `by_recipient` nobody is named."""
    return {
        "format": FORMAT,
        "made_at": _moment(report.made_at),
        "ruleset": report.ruleset,
        "fewest": FEWEST,
        "campaigns": [_campaign(campaign, by_recipient) for campaign in report.campaigns],
    }


def as_rows(report: Report) -> Iterator[tuple[Cell, ...]]:
    """One row a number, under `COLUMNS`: a long table that a spreadsheet can turn."""
    for campaign in report.campaigns:
        for table, item, measure, count in (
            ("messages", "", "sent", campaign.sent),
            ("messages", "", "delivered", campaign.delivered),
            ("messages", "", "waiting", campaign.waiting),
            ("messages", "", "failed", campaign.failed),
            ("messages", "", "unknown", campaign.unknown),
        ):
            yield campaign.name, "all", table, item, measure, count, None, None, None
        if campaign.shared:
            yield from _shared_rows(campaign.name, campaign.shared)
        if campaign.individual:
            yield from _individual_rows(campaign.name, campaign.individual)


def as_recipient_rows(report: Report) -> Iterator[tuple[Cell, ...]]:
    """One row a sending that was granted, under `RECIPIENT_COLUMNS`."""
    for campaign in report.campaigns:
        for line in campaign.individual.recipients if campaign.individual else ():
            yield (
                campaign.name,
                line.recipient,
                str(line.sending),  # a spreadsheet keeps 53 bits of a number, and a sending has 64
                _moment(line.sent_at),
                line.outcome.value if line.outcome else "",
                line.verdict,
                line.opens,
                _moment(line.first_open),
                _moment(line.last_open),
                line.clicks,
                _moment(line.first_click),
                _moment(line.last_click),
                line.prefetched,
                line.machines,
                line.unknown,
                " ".join(f"{destination} ({times})" for destination, times in line.links.items()),
                "; ".join(line.places),
                "; ".join(line.programs),
            )


def _campaign(campaign: CampaignReport, by_recipient: bool) -> dict[str, object]:
    return {
        "campaign": campaign.name,
        "number": campaign.campaign,
        "sent": campaign.sent,
        "delivered": campaign.delivered,
        "waiting": campaign.waiting,
        "failed": campaign.failed,
        "unknown": campaign.unknown,
        "first_sent": _moment(campaign.first_sent),
        "last_sent": _moment(campaign.last_sent),
        "modes": {"links": _modes(campaign.links), "opens": _modes(campaign.opens)},
        "shared": _shared(campaign.shared) if campaign.shared else None,
        "individual": _individual(campaign.individual, by_recipient) if campaign.individual else None,
    }


def _shared(shared: Shared) -> dict[str, object]:
    return {
        "few": shared.few,
        "clicks": {"delivered": shared.links_of, **_actors(shared.clicks)},
        "links": [_link(line) for line in shared.links],
        "loads": {"delivered": shared.opens_of, **_actors(shared.loads)},
        "clients": [_client(line, "loads") for line in shared.clients],
        "times": [_time(line, "loads") for line in shared.times],
        "variants": [
            {"variant": variant, "clicks": _actors(clicks), "loads": _actors(loads)}
            for variant, (clicks, loads) in shared.variants.items()
        ],
        "rulesets": list(shared.rulesets),
    }


def _individual(individual: Individual, by_recipient: bool) -> dict[str, object]:
    return {
        "clicks": _clicks(individual.clicks),
        "links": [_link(line) for line in individual.links],
        "opens": _opens(individual.opens),
        "clients": [_client(line, "opens") for line in individual.clients],
        "times": [_time(line, "opens") for line in individual.times],
        "places": dict(individual.places),
        "variants": [
            {"variant": variant, "clicks": _clicks(clicks), "opens": _opens(opens)}
            for variant, (opens, clicks) in individual.variants.items()
        ],
        "withdrawn": individual.withdrawn,
        "outside": individual.outside,
        "recipients": [_recipient(line) for line in individual.recipients] if by_recipient else None,
    }


def _opens(opens: Opens) -> dict[str, object]:
    return {
        **_bounds(opens.bounds, opens.of, opens.least, opens.most),
        "displays": opens.displays,
        "sendings": {
            "human": opens.human,
            "proxy": opens.proxy,
            "clicked": opens.clicked,
            "prefetch": opens.prefetch,
            "unknown": opens.unknown,
            "machine": opens.machine,
            "none": opens.none,
        },
    }


def _clicks(clicks: Clicks) -> dict[str, object]:
    return {**_bounds(clicks.bounds, clicks.of, clicks.people, clicks.possible), "clicks": _actors(clicks.clicks)}


def _bounds(bounds: Bounds | None, of: int, least: int, most: int) -> dict[str, object]:
    return {
        "delivered": of if bounds else None,
        "observed": _rate(bounds.lower if bounds else None, least),
        "possible": _rate(bounds.upper if bounds else None, most),
        "interval": {"low": bounds.low, "high": bounds.high, "level": bounds.level} if bounds else None,
    }


def _rate(rate: Rate | None, count: int) -> dict[str, object]:
    if rate is None:
        return {"count": count, "of": None, "rate": None, "low": None, "high": None}
    return {
        "count": rate.count,
        "of": rate.of,
        "rate": rate.value,
        "low": rate.low,
        "high": rate.high,
        "level": rate.level,
        "method": rate.method.value,
    }


def _actors(actors: Actors) -> dict[str, object]:
    return {
        "total": actors.total,
        "people": actors.people,
        "prefetch": actors.prefetch,
        "machines": actors.machines,
        "unknown": actors.unknown,
    }


def _link(line: LinkLine) -> dict[str, object]:
    people = {} if line.people is None else {"recipients": line.people}
    return {"link": line.link, "destination": line.destination, "clicks": _actors(line.clicks), **people}


def _client(line: ClientLine, beacons: str) -> dict[str, object]:
    program = {"program": line.program} if line.program else {}
    return {"class": line.client, **program, "actor": line.actor, beacons: line.beacons, "clicks": line.clicks}


def _time(line: TimeLine, beacons: str) -> dict[str, object]:
    return {"start": _moment(line.start), "hours": line.hours, beacons: line.beacons, "clicks": line.clicks}


def _recipient(line: Line) -> dict[str, object]:
    return {
        "recipient": line.recipient,
        "sending": int(line.sending),
        "sent_at": _moment(line.sent_at),
        "outcome": line.outcome.value if line.outcome else None,
        "verdict": line.verdict,
        "opens": line.opens,
        "first_open": _moment(line.first_open),
        "last_open": _moment(line.last_open),
        "clicks": line.clicks,
        "first_click": _moment(line.first_click),
        "last_click": _moment(line.last_click),
        "prefetched": line.prefetched,
        "machines": line.machines,
        "unknown": line.unknown,
        "links": dict(line.links),
        "places": list(line.places),
        "programs": list(line.programs),
        "timeline": [_event(event) for event in line.events],
    }


def _event(event: Event) -> dict[str, object]:
    what: dict[str, object] = (
        {"kind": "link", "link": event.link, "destination": event.destination}
        if event.kind is Kind.LINK
        else {"kind": "beacon"}
    )
    reading = event.reading
    return {
        "at": _moment(event.at),
        **what,
        "hits": event.hits,
        "place": event.place,
        "actor": reading.actor.value,
        "class": reading.client.value,
        "program": reading.program,
        "reason": reading.reason,
        "certainty": reading.certainty.value,
        "ruleset": reading.ruleset,
    }


def _shared_rows(name: str, shared: Shared) -> Iterator[tuple[Cell, ...]]:
    for table, actors, of in (("clicks", shared.clicks, shared.links_of), ("loads", shared.loads, shared.opens_of)):
        for measure, count in _actors(actors).items():
            yield name, "shared", table, "", measure, _count(count), of, None, None
    for line in shared.links:
        for measure, count in _actors(line.clicks).items():
            yield name, "shared", "link", line.destination or str(line.link), measure, _count(count), None, None, None
    for client in shared.clients:
        yield name, "shared", "client", f"{client.client}, {client.actor}", "loads", client.beacons, None, None, None
        yield name, "shared", "client", f"{client.client}, {client.actor}", "clicks", client.clicks, None, None, None
    for time in shared.times:
        yield name, "shared", "time", _moment(time.start), "loads", time.beacons, None, None, None
        yield name, "shared", "time", _moment(time.start), "clicks", time.clicks, None, None, None


def _individual_rows(name: str, half: Individual) -> Iterator[tuple[Cell, ...]]:
    for table, bounds, least, most in (
        ("clicks", half.clicks.bounds, half.clicks.people, half.clicks.possible),
        ("opens", half.opens.bounds, half.opens.least, half.opens.most),
    ):
        for measure, rate, count in (
            ("observed", bounds and bounds.lower, least),
            ("possible", bounds and bounds.upper, most),
        ):
            rest = (rate.of, rate.low, rate.high) if rate else (None, None, None)
            yield name, "individual", table, "", measure, count, *rest
    for line in half.links:
        item = line.destination or str(line.link)
        yield name, "individual", "link", item, "recipients", line.people, half.clicks.of, None, None
        yield name, "individual", "link", item, "clicks", line.clicks.people, None, None, None
    for client in half.clients:
        item = f"{client.client}, {client.program}, {client.actor}"
        yield name, "individual", "client", item, "opens", client.beacons, None, None, None
        yield name, "individual", "client", item, "clicks", client.clicks, None, None, None
    for time in half.times:
        yield name, "individual", "time", _moment(time.start), "opens", time.beacons, None, None, None
        yield name, "individual", "time", _moment(time.start), "clicks", time.clicks, None, None, None


def _modes(modes: Mapping[Mode, int]) -> dict[str, int]:
    return {mode.word: number for mode, number in sorted(modes.items())}


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
