"""A report as rows for CSV: a long table of numbers, and a row a recipient.

Columns are added at the end, never renamed; described in `docs/reference/report.md`. Knows no file and no quoting.
"""

from __future__ import annotations

from collections.abc import Iterator

from overt.measure.individual import Individual
from overt.measure.pooled import Pooled
from overt.measure.report import Report
from overt.measure.shared import Shared
from overt.measure.sheet import tell_actors, tell_moment, tell_share

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
        if campaign.pooled:
            yield from _pooled_rows(campaign.name, campaign.pooled)
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
                tell_moment(line.sent_at),
                line.outcome.value if line.outcome else "",
                line.verdict,
                line.opens,
                tell_moment(line.first_open),
                tell_moment(line.last_open),
                line.clicks,
                tell_moment(line.first_click),
                tell_moment(line.last_click),
                line.prefetched,
                line.machines,
                line.unknown,
                " ".join(f"{destination} ({times})" for destination, times in line.links.items()),
                "; ".join(line.places),
                "; ".join(line.programs),
            )


def _shared_rows(name: str, shared: Shared) -> Iterator[tuple[Cell, ...]]:
    for table, actors, of in (("clicks", shared.clicks, shared.links_of), ("loads", shared.loads, shared.opens_of)):
        for measure, count in tell_actors(actors).items():
            yield name, "shared", table, "", measure, _count(count), of, None, None
    for line in shared.links:
        for measure, count in tell_actors(line.clicks).items():
            yield name, "shared", "link", line.destination or str(line.link), measure, _count(count), None, None, None
    for client in shared.clients:
        yield name, "shared", "client", f"{client.client}, {client.actor}", "loads", client.beacons, None, None, None
        yield name, "shared", "client", f"{client.client}, {client.actor}", "clicks", client.clicks, None, None, None
    for time in shared.times:
        yield name, "shared", "time", tell_moment(time.start), "loads", time.beacons, None, None, None
        yield name, "shared", "time", tell_moment(time.start), "clicks", time.clicks, None, None, None


def _pooled_rows(name: str, pooled: Pooled) -> Iterator[tuple[Cell, ...]]:
    for measure, rate in (("observed", pooled.least), ("possible", pooled.most)):
        cells = (
            (rate.hit, rate.pools, tell_share(rate.low), tell_share(rate.high)) if rate else (None, None, None, None)
        )
        yield name, "pooled", "pools", "", measure, *cells


def _individual_rows(name: str, half: Individual) -> Iterator[tuple[Cell, ...]]:
    for table, bounds, least, most in (
        ("clicks", half.clicks.bounds, half.clicks.people, half.clicks.possible),
        ("opens", half.opens.bounds, half.opens.least, half.opens.most),
    ):
        for measure, rate, count in (
            ("observed", bounds and bounds.lower, least),
            ("possible", bounds and bounds.upper, most),
        ):
            rest = (rate.of, tell_share(rate.low), tell_share(rate.high)) if rate else (None, None, None)
            yield name, "individual", table, "", measure, count, *rest
    bounds = half.following.bounds
    if bounds:
        for measure, share in (("observed", bounds.lower), ("possible", bounds.upper)):
            cells = (share.count, share.of, tell_share(share.low), tell_share(share.high))
            yield name, "individual", "click to open", "", measure, *cells
    for table, delay in (("time to open", half.to_open), ("time to click", half.to_click)):
        for one in delay.quantiles:  # in seconds
            cells = (round(one.seconds), delay.seen, _second(one.low), _second(one.high))
            yield name, "individual", table, "seconds", f"{one.share:.0%}", *cells
        if delay.seen + delay.hidden:
            yield name, "individual", table, "", "hidden", delay.hidden, None, None, None
    for line in half.links:
        item = line.destination or str(line.link)
        yield name, "individual", "link", item, "recipients", line.people, half.clicks.of, None, None
        yield name, "individual", "link", item, "clicks", line.clicks.people, None, None, None
    for client in half.clients:
        item = f"{client.client}, {client.program}, {client.actor}"
        yield name, "individual", "client", item, "opens", client.beacons, None, None, None
        yield name, "individual", "client", item, "clicks", client.clicks, None, None, None
    for device in half.devices:
        item = f"{device.system}, {device.device}"
        yield name, "individual", "device", item, "recipients", device.people, None, None, None
        yield name, "individual", "device", item, "opens", device.beacons, None, None, None
        yield name, "individual", "device", item, "clicks", device.clicks, None, None, None
    for time in half.times:
        yield name, "individual", "time", tell_moment(time.start), "opens", time.beacons, None, None, None
        yield name, "individual", "time", tell_moment(time.start), "clicks", time.clicks, None, None, None


def _second(value: float | None) -> int | None:
    return None if value is None else round(value)


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
