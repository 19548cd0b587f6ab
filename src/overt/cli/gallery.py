"""What the dashboard shows, on what the house holds: counted in a process of its own, looked at from here.

Counting waits for nobody and nobody waits for it longer than `PATIENCE`: whoever asks gets the last result, and a new
count is begun where the last one is old.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any, Generic, TypeVar

from overt.cli.compare import run_comparison
from overt.cli.house import House
from overt.cli.option import Settings
from overt.cli.plot import bundle_script, draw_hours, draw_spans, fill_places, fill_send_times
from overt.cli.reckoning import Reckoning
from overt.cli.watch import EVERY_SECONDS, tell_news
from overt.errors import Unavailable
from overt.measure import Campaign, CampaignReport, RecipientNumber
from overt.measure.audience import Member
from overt.measure.line import TimeLine
from overt.measure.row import Hour, Person, Visited
from overt.measure.sendtime import SendTimes
from overt.serve.board import Ranked, Snapshot
from overt.store import Layout, reading
from overt.store.audience import Audience, Audiences
from overt.store.person import name_people
from overt.store.phonebook import Phonebook
from overt.store.readings import Readings
from overt.store.tail import Tail

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

PATIENCE = 0.6  # seconds that a page waits for a count: it is to be there within one
LEAST_SECONDS = 2.0  # between two counts
SHARE = 3.0  # a count that took ten seconds is not begun again before thirty went by,
LONGEST_SECONDS = 60.0  # and none much later than this: the first takes longest, and the next ones need not
ALIVE_SECONDS = 15.0  # a stream in which nothing comes says so, so that proxies keep it open
SEGMENT = "segment:"
MOST_FOUND = 10_000  # recipients whose address has the letters that were searched for

_reckoning: Reckoning | None = None


def begin(settings: Settings) -> None:
    """First in the process that counts."""
    global _reckoning
    _reckoning = Reckoning(settings)
    parent = parent_process()
    if parent is not None:  # a worker of a pool waits for ever for a parent that was killed
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def count(of: str) -> Any:
    """One count, in the process that counts: `report`, whom `clicks` or `opens` rank, or who is in a segment (a word
    that begins with `SEGMENT`). `script` is made there too, for that takes a second in which nothing else runs."""
    if of == "script":
        return bundle_script()
    assert _reckoning is not None
    if of.startswith(SEGMENT):
        return _reckoning.members(of.removeprefix(SEGMENT))
    return _reckoning.refresh() if of == "report" else _reckoning.rank(of)


@dataclass(slots=True)
class _Job(Generic[T]):
    """A count that is made again and again, and what came of the last one."""

    result: T | None = None
    fault: Exception | None = None
    task: asyncio.Task[None] | None = None
    ended: float = field(default=float("-inf"))
    seconds: float = 0.0

    @property
    def is_due(self) -> bool:
        return self.task is None and monotonic() - self.ended >= self._rest

    @property
    def _rest(self) -> float:
        return min(max(LEAST_SECONDS, SHARE * self.seconds), LONGEST_SECONDS)


class Gallery:
    """A source for the dashboard. Belongs to one event loop; `close` ends the process that counts."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._layout = Layout(house.settings.folder)
        self._readings = Readings(self._layout.readings)
        self._phonebook = Phonebook(house.engine)
        self._jobs: dict[str, _Job[Any]] = {}
        self._pool: ProcessPoolExecutor | None = None
        self._script: asyncio.Task[str] | None = None
        self._is_ending = False

    def end_live(self) -> None:
        """Let nobody who watches keep the server from ending."""
        self._is_ending = True

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in list((self._pool._processes or {}).values()):  # noqa: SLF001 a count may take minutes
                process.terminate()
        self._readings.keep(())

    async def snapshot(self) -> Snapshot | None:
        found: Snapshot | None = await self._fresh("report")
        self._draw_soon()
        return found

    async def ranking(self, of: str) -> Sequence[Ranked] | None:
        found: Sequence[Ranked] | None = await self._fresh(of)
        if found is None:
            return None
        withdrawn = await asyncio.to_thread(self._house.ledger.withdrawn_recipients)
        return [one for one in found if one.recipient not in withdrawn]

    def segments(self) -> Sequence[Audience]:
        return Audiences(self._house.engine).all()

    async def members(self, segment: str) -> Sequence[Member] | None:
        found: Sequence[Member] | None = await self._fresh(SEGMENT + segment)
        if found is None:
            return None
        withdrawn = await asyncio.to_thread(self._house.ledger.withdrawn_recipients)
        return [one for one in found if one.recipient not in withdrawn]

    def compare(self, report: CampaignReport, of: str, control: int) -> Sequence[Mapping[str, Any]]:
        return run_comparison(report, of, control).rows

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
        return self._readings.people(
            campaign,
            withdrawn=self._house.ledger.withdrawn_recipients(),
            only=self.find(words) if words else None,
            verdict=verdict,
            order=order,
            after=after,
            offset=offset,
            limit=limit,
        )

    def sendings_of(self, recipient: RecipientNumber) -> Sequence[Person]:
        return () if self._has_withdrawn(recipient) else self._readings.sendings_of(recipient)

    def visits_of(self, recipient: RecipientNumber) -> Sequence[Visited]:
        return () if self._has_withdrawn(recipient) else self._readings.visits_of(recipient)

    def hours(self, campaign: Campaign) -> Sequence[Hour]:
        return self._readings.hours(campaign, withdrawn=self._house.ledger.withdrawn_recipients())

    def addresses(self, recipients: Collection[RecipientNumber]) -> Mapping[RecipientNumber, str]:
        with reading(self._house.engine) as connection:
            return name_people(connection, recipients)

    def find(self, words: str) -> Collection[RecipientNumber]:
        return self._phonebook.find(words, MOST_FOUND)

    def chart(self, hours: Sequence[Hour], kind: str, zone: str) -> Mapping[str, Any]:
        return draw_hours(hours, kind, zone)

    def spans(self, times: Sequence[TimeLine], kind: str, zone: str) -> Mapping[str, Any]:
        return draw_spans(times, kind, zone)

    def places(self, places: Mapping[str, int]) -> Mapping[str, Any]:
        return fill_places(places)

    def slots(self, found: SendTimes) -> Mapping[str, Any]:
        return fill_send_times(found)

    async def script(self) -> str:
        return await asyncio.shield(self._draw_soon())

    async def live(self, *, people: bool) -> AsyncIterator[Mapping[str, Any]]:
        settings = self._house.settings
        tail = await asyncio.to_thread(Tail, self._layout)
        quiet = monotonic()
        while not self._is_ending:
            for told in await asyncio.to_thread(lambda: list(tell_news(tail, settings))):
                quiet = monotonic()
                yield told if people else self.without_people(told)
            if monotonic() - quiet > ALIVE_SECONDS:
                quiet = monotonic()
                yield {}
            await asyncio.sleep(EVERY_SECONDS)

    @staticmethod
    def without_people(told: Mapping[str, Any]) -> Mapping[str, Any]:
        """What an analyst may see of a hit: not whose it was, and nothing that could tell."""
        if "at" not in told:
            return told
        shown = ("at", "campaign", "kind", "actor", "class", "program", "reason", "certainty")
        return {name: told[name] for name in shown}

    def _draw_soon(self) -> asyncio.Task[str]:
        """The script, which takes seconds to make: begun when somebody looks, there when they look at a chart."""
        if self._script is None or (self._script.done() and self._script.exception()):
            self._script = asyncio.create_task(self._in_process(count, "script"))
        return self._script

    def _has_withdrawn(self, recipient: RecipientNumber) -> bool:
        return recipient in self._house.ledger.withdrawn_recipients()

    async def _fresh(self, of: str) -> Any:
        """The last result, or a new one where it is there within `PATIENCE`; raises why there is none."""
        job = self._jobs.setdefault(of, _Job())
        if job.is_due:
            job.task = asyncio.create_task(self._run(of, job))
        if job.task is not None:
            await asyncio.wait({job.task}, timeout=PATIENCE)
        if job.result is None and job.fault is not None:
            raise job.fault
        return job.result

    async def _run(self, of: str, job: _Job[Any]) -> None:
        began = monotonic()
        try:
            job.result, job.fault = await self._in_process(count, of), None
        except Exception as error:  # noqa: BLE001 whatever it is, the last result stays and the next count may succeed
            job.fault = error
            _LOG.error("counting %s failed: %s", of, error)
        finally:
            job.task, job.ended, job.seconds = None, monotonic(), monotonic() - began

    async def _in_process(self, action: Callable[[str], T], of: str) -> T:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1, get_context("spawn"), initializer=begin, initargs=(self._house.settings,)
            )
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, action, of)
        except BrokenProcessPool as error:
            self._pool = None  # the next count has a new one
            raise Unavailable("the process that counts was ended; it is started again") from error
