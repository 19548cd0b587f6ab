"""A report as plain data for JSON, stable and described in `docs/reference/report.md`.

Fields are added, never renamed; `format` changes when a meaning does. Times are RFC 3339 in UTC, rates are shares
between 0 and 1 and never stand without their interval, null means "too few to show" or "not known".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from overt.measure.anchor import Credible, Estimate
from overt.measure.bounds import OpenBounds, sweep_blocking
from overt.measure.delay import Delay
from overt.measure.device import DeviceLine
from overt.measure.few import FEWEST
from overt.measure.following import Following
from overt.measure.group import Split
from overt.measure.individual import Clicks, Individual, Opens
from overt.measure.line import Actors, ClientLine, LinkLine, TimeLine
from overt.measure.mode import Mode
from overt.measure.person import Event, Line
from overt.measure.pool import PooledRate
from overt.measure.pooled import Pooled
from overt.measure.rate import Bounds, Rate
from overt.measure.report import CampaignReport, Report
from overt.measure.shared import Shared
from overt.measure.token import Kind

FORMAT = "overt-report/1"


def as_dict(report: Report, *, by_recipient: bool = True) -> dict[str, object]:
    """Everything the report says. Without `by_recipient` nobody is named."""
    return {
        "format": FORMAT,
        "made_at": tell_moment(report.made_at),
        "ruleset": report.ruleset,
        "egress": report.egress or None,
        "fewest": FEWEST,
        "campaigns": [_campaign(campaign, by_recipient) for campaign in report.campaigns],
    }


def _campaign(campaign: CampaignReport, by_recipient: bool) -> dict[str, object]:
    return {
        "campaign": campaign.name,
        "number": campaign.campaign,
        "sent": campaign.sent,
        "delivered": campaign.delivered,
        "waiting": campaign.waiting,
        "failed": campaign.failed,
        "unknown": campaign.unknown,
        "first_sent": tell_moment(campaign.first_sent),
        "last_sent": tell_moment(campaign.last_sent),
        "modes": {"links": _modes(campaign.links), "opens": _modes(campaign.opens)},
        "shared": _shared(campaign.shared) if campaign.shared else None,
        "pooled": _pooled(campaign.pooled) if campaign.pooled else None,
        "individual": (
            {**_individual(campaign.individual, by_recipient), **_estimate(campaign, campaign.individual.split)}
            if campaign.individual
            else None
        ),
    }


def _shared(shared: Shared) -> dict[str, object]:
    return {
        "few": shared.few,
        "clicks": {"delivered": shared.links_of, **tell_actors(shared.clicks)},
        "links": [_link(line) for line in shared.links],
        "loads": {"delivered": shared.opens_of, **tell_actors(shared.loads)},
        "clients": [_client(line, "loads") for line in shared.clients],
        "times": [_time(line, "loads") for line in shared.times],
        "variants": [
            {"variant": variant, "clicks": tell_actors(clicks), "loads": tell_actors(loads)}
            for variant, (clicks, loads) in shared.variants.items()
        ],
        "rulesets": list(shared.rulesets),
    }


def _pooled(pooled: Pooled) -> dict[str, object]:
    return {
        "delivered": pooled.of,
        "pools": pooled.pools,
        "size": pooled.facts.size,
        "carried": tell_share(pooled.facts.carried),
        "few": pooled.few,
        "observed": _pooled_rate(pooled.least),
        "possible": _pooled_rate(pooled.most),
        "spread": tell_share(pooled.spread),
        "spread_identified": tell_share(pooled.identified),
    }


def _pooled_rate(found: PooledRate | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {"pools": found.hit, "of": found.pools, "rate": tell_share(found.value), **_interval(found)}


def _individual(individual: Individual, by_recipient: bool) -> dict[str, object]:
    return {
        "clicks": _clicks(individual.clicks),
        "links": [_link(line) for line in individual.links],
        "opens": _opens(individual.opens),
        "click_to_open": _following(individual.following),
        "time_to_open": _delay(individual.to_open),
        "time_to_click": _delay(individual.to_click),
        "clients": [_client(line, "opens") for line in individual.clients],
        "devices": [_device(line) for line in individual.devices],
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
        "bounds": [_worst(one) for one in sweep_blocking(opens.partition)] if opens.bounds else None,
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


def _following(found: Following) -> dict[str, object] | None:
    """Of those who opened, who clicked; null where no sending tells of both."""
    if not found.of:
        return None
    bounds = found.bounds
    return {
        "delivered": found.of,
        "opened": found.opened,
        "perhaps_opened": found.perhaps,
        "few": found.opened < FEWEST,
        "observed": _rate(bounds.lower if bounds else None, found.clicked),
        "possible": _rate(bounds.upper if bounds else None, found.possible),
        "interval": _interval(bounds) if bounds else None,
    }


def _delay(found: Delay) -> dict[str, object] | None:
    """Quantiles in seconds; null where nobody is known to have been there."""
    if not found.seen + found.hidden:
        return None
    return {
        "seen": found.seen,
        "hidden": found.hidden,
        "few": found.seen < FEWEST,
        "quantiles": [
            {
                "share": one.share,
                "seconds": round(one.seconds, 3),
                "low": None if one.low is None else round(one.low, 3),
                "high": None if one.high is None else round(one.high, 3),
                "level": one.level,
            }
            for one in found.quantiles
        ],
    }


def _estimate(campaign: CampaignReport, split: Split) -> dict[str, object]:
    """What is believed of the open rate, or null and why nothing is."""
    found = campaign.estimate
    if found is None or split.groups is None:
        return {"estimate": None, "unestimated": campaign.unestimated or None}
    ahead, seen = split.groups.ahead, split.groups.observable
    told: dict[str, object] = {
        **_believed(found.estimate),
        "groups": {
            "ahead": {"delivered": ahead.delivered, "clicked": ahead.clicked},
            "observable": {"delivered": seen.delivered, "opened": seen.opened, "clicked": seen.clicked},
            "outside": split.outside,
        },
        "sweep": [_believed(other) for other in found.sweep],
    }
    return {"estimate": told, "unestimated": None}


def _believed(estimate: Estimate) -> dict[str, object]:
    return {
        "tau": estimate.tau,
        "everyone": _credible(estimate.everyone),
        "ahead": _credible(estimate.ahead),
        "kept": tell_share(estimate.kept),
    }


def _credible(rate: Credible) -> dict[str, object]:
    return {"median": tell_share(rate.median), **_interval(rate)}


def _worst(bounds: OpenBounds) -> dict[str, object]:
    ends = {"lower": tell_share(bounds.lower), "upper": tell_share(bounds.upper)}
    return {"blocking": bounds.blocking, **ends, **_interval(bounds)}


def _clicks(clicks: Clicks) -> dict[str, object]:
    return {**_bounds(clicks.bounds, clicks.of, clicks.people, clicks.possible), "clicks": tell_actors(clicks.clicks)}


def _bounds(bounds: Bounds | None, of: int, least: int, most: int) -> dict[str, object]:
    return {
        "delivered": of if bounds else None,
        "observed": _rate(bounds.lower if bounds else None, least),
        "possible": _rate(bounds.upper if bounds else None, most),
        "interval": _interval(bounds) if bounds else None,
    }


def _rate(rate: Rate | None, count: int) -> dict[str, object]:
    if rate is None:
        return {"count": count, "of": None, "rate": None, "low": None, "high": None}
    return {
        "count": rate.count,
        "of": rate.of,
        "rate": tell_share(rate.value),
        **_interval(rate),
        "method": rate.method.value,
    }


def _interval(of: Rate | Bounds | Credible | OpenBounds | PooledRate) -> dict[str, object]:
    return {"low": tell_share(of.low), "high": tell_share(of.high), "level": of.level}


def tell_share(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def tell_actors(actors: Actors) -> dict[str, object]:
    return {
        "total": actors.total,
        "people": actors.people,
        "prefetch": actors.prefetch,
        "machines": actors.machines,
        "unknown": actors.unknown,
    }


def _link(line: LinkLine) -> dict[str, object]:
    people = {} if line.people is None else {"recipients": line.people}
    return {"link": line.link, "destination": line.destination, "clicks": tell_actors(line.clicks), **people}


def _device(line: DeviceLine) -> dict[str, object]:
    return {
        "system": line.system,
        "device": line.device.value,
        "people": line.people,
        "opens": line.beacons,
        "clicks": line.clicks,
    }


def _client(line: ClientLine, beacons: str) -> dict[str, object]:
    program = {"program": line.program} if line.program else {}
    return {"class": line.client, **program, "actor": line.actor, beacons: line.beacons, "clicks": line.clicks}


def _time(line: TimeLine, beacons: str) -> dict[str, object]:
    return {"start": tell_moment(line.start), "hours": line.hours, beacons: line.beacons, "clicks": line.clicks}


def _recipient(line: Line) -> dict[str, object]:
    return {
        "recipient": line.recipient,
        "sending": int(line.sending),
        "sent_at": tell_moment(line.sent_at),
        "outcome": line.outcome.value if line.outcome else None,
        "verdict": line.verdict,
        "opens": line.opens,
        "first_open": tell_moment(line.first_open),
        "last_open": tell_moment(line.last_open),
        "clicks": line.clicks,
        "first_click": tell_moment(line.first_click),
        "last_click": tell_moment(line.last_click),
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
        "at": tell_moment(event.at),
        **what,
        "hits": event.hits,
        "place": event.place,
        "actor": reading.actor.value,
        "class": reading.client.value,
        "program": reading.program,
        "reason": reading.reason,
        "certainty": reading.certainty.value,
        "ruleset": reading.ruleset,
        "egress": reading.egress or None,
    }


def _modes(modes: Mapping[Mode, int]) -> dict[str, int]:
    return {mode.word: number for mode, number in sorted(modes.items())}


def tell_moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
