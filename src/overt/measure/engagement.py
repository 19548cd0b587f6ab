"""How engaged a recipient is of late: a rate of events per sending, old ones fading, and never without its interval.

For mode `individual` only. A sending counts where its events could have been seen at all: one that was fetched for
ahead counts where clicks are scored, not where opens are. Refuses a score under a floor of evidence. It is meant for
mailing less to who does not read; it is too weak to tell anybody's interest. Knows ages and yes or no; no names and no
clock. Imports numpy and scipy: processes that carry traffic must not import this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaincinv, gammaln

from overt.errors import Malformed, Refused

HALF_LIFE: Final = 60.0  # days; 30 and 90 are the others worth comparing, by log loss on mail held out
LEVEL: Final = 0.9
FLOOR: Final = 3.0  # observable sendings' worth of evidence; under it the prior speaks louder than the person
FEWEST_PEOPLE: Final = 20  # to fit a prior on
_NEAREST: Final = (-12.0, 12.0)  # logarithms of a and b: past these all are alike, or all of them 0


@dataclass(frozen=True, slots=True)
class Exposure:
    """One observable sending: its age in days, and that of the first event of a person on it, None without one."""

    age: float
    event_age: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= (self.age if self.event_age is None else self.event_age) <= self.age:
            raise Malformed("an event comes after its sending, and both before now")


@dataclass(frozen=True, slots=True)
class Prior:
    """Gamma(a, b) of the list's rates: a / b events per sending on average, worth b sendings of evidence."""

    a: float
    b: float

    def __post_init__(self) -> None:
        if min(self.a, self.b) <= 0:
            raise Malformed("a gamma distribution's numbers are more than 0")


@dataclass(frozen=True, slots=True)
class Engagement:
    """Events per 100 sendings: `score` within [low, high] at `level`, None under `FLOOR`: insufficient data.

    `weight` is how many sendings of today the evidence is worth. A score is a rate; nothing bounds it by 100.
    """

    score: float | None
    low: float
    high: float
    weight: float
    level: float


def score(
    exposures: Iterable[Exposure], prior: Prior, *, half_life: float = HALF_LIFE, level: float = LEVEL
) -> Engagement:
    """100 (a + sum of 2^(-age / h) over events) / (b + the same over sendings), with the Gamma posterior's interval.

    Faded counts are taken for counts, the usual discounting of a conjugate model (West and Harrison 1997, Bayesian
    Forecasting and Dynamic Models).
    """
    if half_life <= 0 or not 0 < level < 1:
        raise Malformed("a half-life is more than 0, a level lies between 0 and 1")
    events, weight = fade(exposures, half_life)
    shape, rate = prior.a + events, prior.b + weight
    low, high = (100 * float(gammaincinv(shape, tail)) / rate for tail in ((1 - level) / 2, (1 + level) / 2))
    return Engagement(100 * shape / rate if weight >= FLOOR else None, low, high, weight, level)


def fade(exposures: Iterable[Exposure], half_life: float = HALF_LIFE) -> tuple[float, float]:
    """Events and sendings, each worth half after `half_life` days, a quarter after two."""
    events = weight = 0.0
    for one in exposures:
        weight += 2 ** (-one.age / half_life)
        events += 0.0 if one.event_age is None else 2 ** (-one.event_age / half_life)
    return events, weight


def fit_prior(people: Sequence[tuple[float, float]]) -> Prior:
    """The prior under which the list's (events, sendings) are likeliest: a gamma mixture of Poisson counts.

    Raises `Refused` for fewer than `FEWEST_PEOPLE` who were sent anything.
    """
    sent = np.array([pair for pair in people if pair[1] > 0], dtype=np.float64)
    if len(sent) < FEWEST_PEOPLE:
        raise Refused(f"{len(sent)} recipients are too few to learn from; it takes {FEWEST_PEOPLE}.")
    events, weight = sent[:, 0], sent[:, 1]

    def unlikeliness(logarithms: tuple[float, float]) -> float:
        a, b = np.exp(logarithms)
        return -float(np.sum(gammaln(a + events) - gammaln(a) + a * np.log(b) - (a + events) * np.log(b + weight)))

    mean = max(1e-4, float(events.sum() / weight.sum()))
    found = minimize(unlikeliness, (np.log(mean), 0.0), method="L-BFGS-B", bounds=[_NEAREST, _NEAREST])
    a, b = np.exp(found.x)
    return Prior(float(a), float(b))
