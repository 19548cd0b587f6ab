"""When it was sent, and how many clicked: past campaigns by weekday and hour, shrunk, and observational only.

Nobody dealt the hours out at random: what was sent on Tuesdays may have been better mail. So a campaign, not a message,
is the unit: how campaigns of the same hour differ is measured, and an hour stands out only beyond that. Where no hour
holds two campaigns the two cannot be told apart, and nothing is told but the counts. Random effects by moments:
DerSimonian and Laird 1986, doi:10.1016/0197-2456(86)90046-2, within groups and then between them; shrinkage:
Morris 1983, doi:10.1080/01621459.1983.10477920.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import NormalDist
from typing import Final, Literal
from zoneinfo import ZoneInfo

from overt.errors import Refused
from overt.measure.campaign import Sent
from overt.measure.few import FEWEST
from overt.measure.token import Kind, Sending
from overt.measure.visit import Visit

#: Later clicks are not counted, and later mail is left out: old mail has had no longer to be clicked in.
RIPE: Final = timedelta(hours=72)
LEVEL: Final = 0.9
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

By = Literal["both", "weekday", "hour"]
Slot = tuple[int | None, int | None]  # weekday (Monday is 0) and hour on the wall; None: all of them


@dataclass(frozen=True, slots=True)
class Batch:
    """What of one campaign was sent in the hour that began at `at`, and in how many messages somebody clicked.

    `people` are those it was sent to; a message of which nobody told to whom counts as one.
    """

    at: datetime
    sendings: int
    clicked: int
    people: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One slot. `value`, between `low` and `high`, is the shrunk share of messages clicked; None where it is not told.

    `few`: perhaps to so few people that it is not shown. `stands_out`: the whole interval lies beyond the mean.
    """

    weekday: int | None
    hour: int | None
    campaigns: int
    sendings: int
    clicked: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    few: bool = False
    stands_out: bool = False

    @property
    def alone(self) -> bool:
        """Whether it rests on one campaign, so that the time cannot be told from the mail."""
        return self.campaigns == 1


@dataclass(frozen=True, slots=True)
class SendTimes:
    """All slots in which something was sent, by weekday and hour.

    `mean` is the share clicked of a usual slot. `between_campaigns` and `between_slots` are standard deviations, in
    shares; None where they cannot be told apart: then no cell has a value.
    """

    zone: str
    by: By
    campaigns: int
    sendings: int
    mean: float
    cells: tuple[Cell, ...]
    between_campaigns: float | None
    between_slots: float | None
    level: float = LEVEL

    @property
    def said(self) -> str:
        """What may be concluded, in a sentence."""
        if self.between_campaigns is None:
            return "No two campaigns were sent at the same time, so times and campaigns cannot be told apart."
        if not self.between_slots:
            return "Times differ no more than campaigns of the same time do: none is better, as far as can be seen."
        if not any(cell.stands_out for cell in self.cells):
            return "Times differ somewhat, but of none it is sure that it is better or worse than usual."
        return "Some times stand out from the usual. Why is not known: try it with an experiment."


def count_batches(sent: Iterable[Sent], visits: Iterable[Visit]) -> tuple[Batch, ...]:
    """Sendings by the hour in which they went out, and in how many a person clicked within `RIPE`, in order of time."""
    limits = {one.sending: one.at + RIPE for one in sent if one.at is not None}
    clicked = {
        visit.hit.sending
        for visit in visits
        if visit.by_person
        and visit.hit.kind is Kind.LINK
        and visit.hit.sending in limits
        and datetime.fromtimestamp(visit.hit.at_ms / 1000, UTC) <= limits[visit.hit.sending]
    }
    hours = {sending: (limit - RIPE).replace(minute=0, second=0, microsecond=0) for sending, limit in limits.items()}
    sendings, clicks = Counter(hours.values()), Counter(hours[sending] for sending in clicked)
    people: dict[datetime, set[str | Sending]] = defaultdict(set)
    for one in sent:
        if one.at is not None:
            people[hours[one.sending]].add(one.recipient or one.sending)
    return tuple(Batch(at, number, clicks[at], len(people[at])) for at, number in sorted(sendings.items()))


def fit_send_times(
    campaigns: Iterable[tuple[int, Collection[Batch]]], now: datetime, zone: str = "UTC", *, by: By = "both"
) -> SendTimes:
    """The slots of all campaigns (each with a number of its own), on the clock of `zone`.

    Raises `Refused` where nothing was sent long enough ago, or nobody clicked.
    """
    place = ZoneInfo(zone)
    tallies: dict[Slot, dict[int, tuple[int, int]]] = defaultdict(dict)
    # Batches do not say who: of those who got several, the largest says how many people there are at least.
    people: Counter[Slot] = Counter()
    for number, batches in campaigns:
        for batch in batches:
            if batch.at + timedelta(hours=1) + RIPE > now:
                continue
            wall = batch.at.astimezone(place)
            slot = (None if by == "hour" else wall.weekday(), None if by == "weekday" else wall.hour)
            sendings, clicked = tallies[slot].get(number, (0, 0))
            tallies[slot][number] = (sendings + batch.sendings, clicked + batch.clicked)
            people[slot] = max(people[slot], batch.people)
    total = sum(sendings for groups in tallies.values() for sendings, _ in groups.values())
    clicks = sum(clicked for groups in tallies.values() for _, clicked in groups.values())
    if not total:
        raise Refused(
            "nothing was sent three days ago or earlier to recipients who granted it, so times cannot be compared"
        )
    if not 0 < clicks < total:
        raise Refused("nobody clicked yet, or everybody did, so times cannot be compared")
    slots = sorted(tallies, key=lambda slot: (slot[0] or 0, slot[1] or 0))
    pooled = clicks / total
    # One variance for all: a slot without a click is not surer than the others.
    groups = [
        [(clicked / sendings, pooled * (1 - pooled) / sendings) for sendings, clicked in tallies[slot].values()]
        for slot in slots
    ]
    fitted = _fit(groups)
    cells = []
    for index, slot in enumerate(slots):
        ones = tallies[slot].values()
        sendings, clicked = sum(one[0] for one in ones), sum(one[1] for one in ones)
        found = fitted.values[index] if fitted.values else None
        few = people[slot] < FEWEST
        value, low, high = found if found and not few else (None, None, None)
        stands_out = bool(fitted.across and low is not None and high is not None and not low <= fitted.mean <= high)
        cells.append(Cell(*slot, len(ones), sendings, clicked, value, low, high, few, stands_out))
    return SendTimes(
        zone,
        by,
        len({number for ones in tallies.values() for number in ones}),
        total,
        fitted.mean,
        tuple(cells),
        None if fitted.within is None else math.sqrt(fitted.within),
        None if fitted.across is None else math.sqrt(fitted.across),
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    mean: float
    within: float | None
    across: float | None
    values: tuple[tuple[float, float, float], ...]


def _fit(groups: Sequence[Sequence[tuple[float, float]]]) -> _Fit:
    within = between(groups)
    if within is None:
        flat = [one for group in groups for one in group]
        return _Fit(_combine(flat, 0.0)[0], None, None, ())
    means = [_combine(group, within) for group in groups]
    across = between([means]) or 0.0
    mean, variance = _combine(means, across)
    half = NormalDist().inv_cdf((1 + LEVEL) / 2)
    values, slots = [], len(means)
    for own, error in means:
        # With few slots it is not well known how much they differ: Morris 1983 pulls less, and widens, for that.
        pulled = (slots - 3) / (slots - 1) * error / (error + across) if slots > 3 else 0.0
        value = own - pulled * (own - mean)
        spread = error * (1 - pulled * (slots - 1) / slots) + pulled**2 * variance
        spread += 2 / (slots - 3) * (pulled * (own - mean)) ** 2 if slots > 3 else 0.0
        width = half * math.sqrt(spread)
        values.append((value, max(0.0, value - width), min(1.0, value + width)))
    return _Fit(mean, within, across, tuple(values))


def between(groups: Iterable[Sequence[tuple[float, float]]]) -> float | None:
    """The variance that values have within their groups beyond their own (each comes with its own), by moments.

    Of one group it is DerSimonian's and Laird's between studies. None where no group has two values.
    """
    excess = scale = 0.0
    freedom = 0
    for group in groups:
        weights = [1 / variance for _, variance in group]
        total = sum(weights)
        mean = sum(weight * value for weight, (value, _) in zip(weights, group, strict=True)) / total
        excess += sum(weight * (value - mean) ** 2 for weight, (value, _) in zip(weights, group, strict=True))
        scale += total - sum(weight**2 for weight in weights) / total
        freedom += len(group) - 1
    return max(0.0, (excess - freedom) / scale) if freedom else None


def _combine(values: Sequence[tuple[float, float]], extra: float) -> tuple[float, float]:
    """The mean of values, each with a variance of its own and `extra` besides, and that mean's variance."""
    weights = [1 / (variance + extra) for _, variance in values]
    total = sum(weights)
    return sum(weight * value for weight, (value, _) in zip(weights, values, strict=True)) / total, 1 / total


def as_dict(found: SendTimes) -> Mapping[str, object]:
    """For JSON. What is `few` has neither counts nor values."""
    return {
        "zone": found.zone,
        "by": found.by,
        "observational": True,
        "campaigns": found.campaigns,
        "sendings": found.sendings,
        "mean": round(found.mean, 6),
        "level": found.level,
        "between_campaigns": _round(found.between_campaigns),
        "between_slots": _round(found.between_slots),
        "said": found.said,
        "cells": [
            {
                "weekday": None if cell.weekday is None else DAYS[cell.weekday],
                "hour": cell.hour,
                "campaigns": cell.campaigns,
                "sendings": None if cell.few else cell.sendings,
                "clicked": None if cell.few else cell.clicked,
                "value": _round(cell.value),
                "low": _round(cell.low),
                "high": _round(cell.high),
                "few": cell.few,
                "stands_out": cell.stands_out,
            }
            for cell in found.cells
        ],
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
