"""An open rate anchored on clicks, as values: the groups it rests on, and what is believed of them.

Computed by `overt.measure.estimate`. Kept apart from it so that reports can carry an estimate without loading numpy.
"""

from __future__ import annotations

from dataclasses import dataclass

from overt.errors import Malformed


@dataclass(frozen=True, slots=True)
class Ahead:
    """Sendings to people whose program fetches ahead: `clicked` of `delivered` by a person. Their opens are unknown."""

    delivered: int
    clicked: int

    def __post_init__(self) -> None:
        if not 0 <= self.clicked <= self.delivered or not self.delivered:
            raise Malformed(f"{self.clicked} clicked of {self.delivered} delivered is no share")


@dataclass(frozen=True, slots=True)
class Observable:
    """Sendings to everybody else: `clicked` of the `opened` of `delivered`; a click is an open too."""

    delivered: int
    opened: int
    clicked: int

    def __post_init__(self) -> None:
        if not 0 <= self.clicked <= self.opened <= self.delivered or not self.delivered:
            raise Malformed(f"{self.clicked} clicked of {self.opened} opened of {self.delivered} is no share")


@dataclass(frozen=True, slots=True)
class Groups:
    """One campaign's delivered sendings in two groups that were fixed before it was sent.

    By the recipient's program in earlier mail or by mailbox provider, never by this campaign's own hits: those who
    opened would then be put into groups by other rules than the rest, and every comparison would be biased.
    """

    ahead: Ahead
    observable: Observable


@dataclass(frozen=True, slots=True)
class Credible:
    """A rate that is believed to lie in [low, high] with probability `level`, given all that the estimate assumes."""

    median: float
    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """Open rates under one `tau`: of the group that is fetched for ahead, and of both groups together.

    `kept` is the share of draws that were possible (no rate above 1, no fewer openings than clicks).
    """

    tau: float
    ahead: Credible
    everyone: Credible
    kept: float


@dataclass(frozen=True, slots=True)
class Anchored:
    """The estimate, and the same for other values of tau: how far it hangs on what nobody measured."""

    estimate: Estimate
    sweep: tuple[Estimate, ...]
