"""What the dashboard and the API stand on: reports that are kept up to date, and people where they may be seen.

A protocol, because counting needs analytics, which nothing here imports.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from overt.measure import Campaign, CampaignReport, RecipientNumber, Report
from overt.measure.audience import Member
from overt.measure.line import TimeLine
from overt.measure.row import Hour, Person, Visited
from overt.measure.sendtime import SendTimes
from overt.store.audience import Audience


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All campaigns as they stood at `report.made_at`, without their people; counting took `seconds`."""

    report: Report
    seconds: float


LEVEL: Final = 0.9  # of the intervals of engagement


@dataclass(frozen=True, slots=True)
class Ranked:
    """One recipient's engagement: events per 100 sendings, its interval at `LEVEL`; None: too little is known."""

    recipient: RecipientNumber
    score: float | None
    low: float
    high: float
    sendings: int
    events: int
    last: datetime | None


class Source(Protocol):
    """Answers within a second, or None: it is still being counted."""

    async def snapshot(self) -> Snapshot | None: ...

    async def ranking(self, of: str) -> Sequence[Ranked] | None: ...

    def segments(self) -> Sequence[Audience]:
        """The saved segments."""
        ...

    async def members(self, segment: str) -> Sequence[Member] | None:
        """Who is in one now."""
        ...

    def compare(self, report: CampaignReport, of: str, control: int) -> Sequence[Mapping[str, Any]]:
        """Variants against a control; raises `Refused` where there is nothing to compare."""
        ...

    def people(
        self,
        campaign: Campaign,
        *,
        words: str = "",
        verdict: str = "",
        order: str = "clicks",
        after: int = 0,
        offset: int,
        limit: int,
    ) -> tuple[int, Sequence[Person]]:
        """How many sendings there are to recipients whose address has these letters, with numbers after
        `after`, and some of them."""
        ...

    def sendings_of(self, recipient: RecipientNumber) -> Sequence[Person]: ...

    def visits_of(self, recipient: RecipientNumber) -> Sequence[Visited]: ...

    def hours(self, campaign: Campaign) -> Sequence[Hour]: ...

    def addresses(self, recipients: Collection[RecipientNumber]) -> Mapping[RecipientNumber, str]: ...

    def find(self, words: str) -> Collection[RecipientNumber]:
        """Recipients whose address has these letters."""
        ...

    def chart(self, hours: Sequence[Hour], kind: str, zone: str) -> Mapping[str, Any]:
        """Visits of one kind by hour as a Vega-Lite specification."""
        ...

    def spans(self, times: Sequence[TimeLine], kind: str, zone: str) -> Mapping[str, Any]:
        """Requests of one kind of a shared message by stretches of time, likewise."""
        ...

    def places(self, places: Mapping[str, int]) -> Mapping[str, Any]:
        """A map of the world, likewise."""
        ...

    def slots(self, found: SendTimes) -> Mapping[str, Any]:
        """Send times, likewise."""
        ...

    async def script(self) -> str:
        """The libraries that draw such specifications."""
        ...

    def live(self, *, people: bool) -> AsyncIterator[Mapping[str, Any]]:
        """What comes in, until closed; without `people` nobody is named."""
        ...
