"""What an experiment with two or more arms tells, at any look: differences that hold, and what a wrong choice costs.

Refuses to tell anything where the arms are not as large as they were meant to be. Knows sums of arms; no messages, no
people and no clock: that the arms are equally old (opens take one or two days) is the caller's to see to. Imports numpy
and scipy: processes that carry traffic must not import this module; they draw arms with `overt.measure.arm`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betainc, betaincinv, chdtrc

from overt.errors import Malformed, Refused
from overt.measure.sequence import ALPHA, Difference, Tally, difference, tune

# Sizes that unlikely mean that sendings were lost or counted twice, in one arm more than in another (Fabijan and others
# 2019, doi:10.1145/3292500.3330722).
LEAST_RATIO: Final = 0.001
GRID: Final = 20_001  # places at which the posteriors are multiplied; losses are right to 0.0001
_SPECK: Final = 1e-12  # of a posterior's mass is left out at either end


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant: its name, what became of it so far, and the weight by which recipients were drawn for it."""

    name: str
    tally: Tally
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Experiment:
    """The control and its variants, and what was registered before the first sending.

    `expected` sendings in each arm and a `rate` of success near which the arms lie decide where the intervals are
    shortest; `alpha` is the chance that any variant is found to differ that does not. Raises `Malformed`.
    """

    control: Arm
    variants: tuple[Arm, ...]
    expected: int
    rate: float
    alpha: float = ALPHA

    def __post_init__(self) -> None:
        names = {arm.name for arm in self.arms}
        if not self.variants or len(names) < len(self.arms) or min(arm.weight for arm in self.arms) < 1:
            raise Malformed("an experiment has a control and variants, each with a name of its own and a weight")
        tune(self.expected, self.rate, alpha=self.alpha)

    @property
    def arms(self) -> tuple[Arm, ...]:
        return (self.control, *self.variants)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variant against the control. `chance` is the always-valid p-value after Holm's correction."""

    name: str
    difference: Difference
    chance: float
    decided: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What can be said now.

    The intervals hold together, at all looks, with probability 1 - alpha (each has alpha over the number of variants).
    Holm's correction decides, and may decide where an interval does not yet. `losses` are what choosing an arm is
    expected to cost, in success rate; stopping when one is small does not bound false winners. `ratio` is the p-value
    of the arms' sizes.
    """

    ratio: float
    comparisons: tuple[Comparison, ...]
    losses: Mapping[str, float]
    alpha: float


def compare(experiment: Experiment) -> Result:
    """The experiment so far. Raises `Refused` where nothing was sent or the arms' sizes are not the planned ones."""
    ratio = check_ratio(experiment.arms)
    each = experiment.alpha / len(experiment.variants)
    rho = tune(experiment.expected, experiment.rate, alpha=each)
    control = experiment.control.tally
    differences = [difference(control, arm.tally, rho, alpha=each) for arm in experiment.variants]
    chances = correct([one.chance for one in differences])
    comparisons = tuple(
        Comparison(arm.name, one, chance, chance < experiment.alpha)
        for arm, one, chance in zip(experiment.variants, differences, chances, strict=True)
    )
    losses = expect_losses([arm.tally for arm in experiment.arms])
    names = [arm.name for arm in experiment.arms]
    return Result(ratio, comparisons, dict(zip(names, losses, strict=True)), experiment.alpha)


def check_ratio(arms: Sequence[Arm]) -> float:
    """Pearson's chi-square of the arms' sizes against their weights: its p-value, if it is no less than `LEAST_RATIO`.

    Raises `Refused` otherwise. Arms filled in permuted blocks are more even than it supposes, so it errs to silence.
    """
    sent = sum(arm.tally.sendings for arm in arms)
    if not sent:
        raise Refused("Nothing was sent yet, so there is nothing to compare.")
    weights = sum(arm.weight for arm in arms)
    planned = [sent * arm.weight / weights for arm in arms]
    square = sum((arm.tally.sendings - size) ** 2 / size for arm, size in zip(arms, planned, strict=True))
    ratio = float(chdtrc(len(arms) - 1, square))
    if ratio < LEAST_RATIO:
        sizes = ", ".join(f"{arm.name} {arm.tally.sendings}" for arm in arms)
        raise Refused(
            f"The arms are not as large as planned ({sizes}; p = {ratio:.1g}): sendings were lost or counted twice, "
            f"and not by chance. Find out why before believing any difference."
        )
    return ratio


def correct(chances: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down p-values, in the order given (Holm 1979, Scandinavian Journal of Statistics 6, 65-70)."""
    order = sorted(range(len(chances)), key=lambda index: chances[index])
    corrected, highest = [0.0] * len(chances), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(chances) - rank) * chances[index]))
        corrected[index] = highest
    return tuple(corrected)


def expect_losses(tallies: Sequence[Tally]) -> tuple[float, ...]:
    """By how much the best arm is expected to beat each one, under even priors: E[max of all rates] - E[its rate].

    E[max] is the integral of 1 - F_1 ... F_k over [0, 1], where the F are the posteriors' distribution functions.
    """
    a = np.array([tally.successes + 1.0 for tally in tallies])
    b = np.array([tally.sendings - tally.successes + 1.0 for tally in tallies])
    low, high = float(betaincinv(a, b, _SPECK).min()), float(betaincinv(a, b, 1 - _SPECK).max())
    places = np.linspace(low, high, GRID)
    below = betainc(a[:, None], b[:, None], places[None, :]).prod(axis=0)
    best = low + float(np.trapezoid(1 - below, places))
    return tuple(max(0.0, best - float(mean)) for mean in a / (a + b))
