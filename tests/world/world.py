"""Campaigns whose truth is known, from one seeded generator: what the statistics of `overt.measure` are tried on.

It shares no table, threshold or formula with what reads hits or counts them. It assumes:

- Whoever opens does so once or more; counts are of sendings. Within a group all are alike and independent.
- Of the group that is fetched for ahead the program fetches every beacon, opened or not, and hides every display.
- Of the observable group a share reads with pictures off: they open and ask for nothing.
- Only who opened clicks; blocking pictures and clicking are independent. Nothing but people click.
- Open rates of the two groups are independent and even on [0.1, 0.6], click-to-open of the observable is even on
  [0.05, 0.25], that of the other is larger by a factor e^d, d normal around 0 with sd 0.25 (`DIFFERENCE`).
- Every reading is right. Groups are known before the campaign. Campaigns have nothing to do with each other.
- Pools are filled at random; a message carries the beacon by an independent draw; people differ in how likely they are
  to open (a beta distribution), and a pool is hit if anybody in it opens a message that carries the beacon.
- People whose engagement is scored have rates from a gamma distribution, and an event on a sending or none.
- The arms of an experiment grow by equal numbers from look to look, and nothing changes with time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORLDS = 1000
DIFFERENCE = 0.25


@dataclass(frozen=True, slots=True)
class Truth:
    """What nobody outside the simulator knows: rates of the group fetched for ahead and of the observable one."""

    ahead_opens: float
    observable_opens: float
    ahead_click_to_open: float
    observable_click_to_open: float
    blocking: float = 0.0


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign: the truth, what really happened, and what could be seen of it."""

    truth: Truth
    each: int  # sendings of each group
    really_opened: int
    ahead_clicked: int
    observable_opened: int  # seen: pictures on, or a click
    observable_clicked: int

    @property
    def rate(self) -> float:
        return (self.truth.ahead_opens + self.truth.observable_opens) / 2


def draw_truth(chance: np.random.Generator, *, blocking: float = 0.0) -> Truth:
    """The rates of one world."""
    ahead, observable = chance.uniform(0.1, 0.6, 2)
    click_to_open = chance.uniform(0.05, 0.25)
    factor = np.exp(chance.normal(0, DIFFERENCE))
    return Truth(ahead, observable, min(1.0, click_to_open * factor), click_to_open, blocking)


def send(truth: Truth, each: int, chance: np.random.Generator) -> Campaign:
    """One campaign to `each` recipients of either group."""
    ahead = chance.binomial(each, truth.ahead_opens)
    observable = chance.binomial(each, truth.observable_opens)
    clicked = chance.binomial(observable, truth.observable_click_to_open)
    shown = chance.binomial(observable - clicked, 1 - truth.blocking)
    return Campaign(
        truth=truth,
        each=each,
        really_opened=int(ahead + observable),
        ahead_clicked=int(chance.binomial(ahead, truth.ahead_click_to_open)),
        observable_opened=int(clicked + shown),
        observable_clicked=int(clicked),
    )


def draw_campaigns(seed: int, *, each: int, blocking: float = 0.0) -> Iterator[Campaign]:
    """`WORLDS` campaigns, each in a world of its own."""
    chance = np.random.default_rng(seed)
    for _ in range(WORLDS):
        yield send(draw_truth(chance, blocking=blocking), each, chance)


def look(rate: float, steps: NDArray[np.int64], chance: np.random.Generator) -> NDArray[np.int64]:
    """Successes of one arm so far at each look, where `steps` are the sendings that came since the look before."""
    return np.cumsum(chance.binomial(steps, rate))


def hit_pools(
    pools: int, size: int, carried: float, rates: NDArray[np.float64], chance: np.random.Generator
) -> tuple[int, float]:
    """How many pools are hit, and the share of all who would open; `rates` are those of pools * size people."""
    opened = chance.random(pools * size) < rates
    shown = opened & (chance.random(pools * size) < carried)
    return int(shown.reshape(pools, size).any(axis=1).sum()), float(opened.mean())
