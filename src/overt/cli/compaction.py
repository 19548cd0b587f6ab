"""`overt compact`, and when `overt up` has to run it: the hit log into Parquet files, without withdrawn recipients or
what is too old.

It runs in a process of its own, for it loads analytics, which processes that carry traffic do not.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from overt.cli.settings import load_settings

if TYPE_CHECKING:
    from overt.cli.house import House
    from overt.measure import RecipientNumber

_LOG = logging.getLogger(__name__)
DAY_MS = 86_400_000


def compact(*, settings: Path | None = None) -> int:
    """Move finished hits into Parquet files; drop those of withdrawn recipients, and what `retention` keeps no longer.

    `overt up` does it by itself.

    Parameters
    ----------
    settings
        The settings file.
    """
    from overt.cli.house import open_house
    from overt.store import drop_counts
    from overt.store.compact import compact as run
    from overt.store.readings import Readings
    from overt.store.retain import forget_words

    with open_house(load_settings(settings)) as house:
        ledger = house.ledger
        done = run(house.layout, ledger.withdrawn_recipients(), oldest_ms=oldest_hit(house), keep_days=ledger.keep_days)
        drop_counts(house.layout.counts, oldest_count(house))
        forget_words(house.engine, oldest_word(house))
        if done.dropped or done.expired:
            Readings(house.layout.readings).keep(())  # made of hits that are gone; who looks at them makes them anew
    print(f"{done.moved} hits moved, {done.dropped} dropped, {done.expired} too old, {done.files} files.")
    return 0


def oldest_hit(house: House) -> int:
    """The moment from which on hits are kept, in milliseconds; 0 where there is no limit."""
    return _back(house, house.settings.retention.hits_days)


def oldest_word(house: House) -> int:
    """The moment from which on words about messages are kept, likewise."""
    return _back(house, house.settings.retention.words_days)


def oldest_count(house: House) -> int:
    """The day from which on counters are kept, in days since the epoch; 0 where there is no limit."""
    return _back(house, house.settings.retention.counts_days) // DAY_MS


def _back(house: House, days: int) -> int:
    return max(0, int(house.clock.now().timestamp() * 1000) - days * DAY_MS) if days else 0


class Compaction:
    """Runs the command every `seconds` where there is something to do.

    `is_due` looks whether there is; `command` is the process to start. A run that fails is logged and tried again.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], is_due: Callable[[], bool], seconds: float
    ) -> None:
        self._command = tuple(command)
        self._environment = dict(environment)
        self._is_due = is_due
        self._seconds = seconds
        self.runs = 0

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Until cancelled; a run under way is then ended, which loses nothing."""
        while True:
            await sleep(self._seconds)
            if await asyncio.to_thread(self._is_due):
                await self.run_once()

    async def run_once(self) -> int:
        """Start the process and wait for it; its exit code."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            env=self._environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, said = await process.communicate()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        self.runs += 1
        if process.returncode:
            _LOG.error("hits could not be compacted: %s", said.decode("utf-8", "replace").strip())
        return process.returncode or 0


def can_compact() -> bool:
    """Whether what compaction stands on is installed."""
    return importlib.util.find_spec("pyarrow") is not None


def compact_command(settings: Path | None) -> tuple[str, ...]:
    """The process that compacts, with the settings file of the process that starts it."""
    chosen = () if settings is None else ("--settings", str(settings))
    return (sys.executable, "-m", "overt.cli.main", "compact", *chosen)


class Need:
    """Whether there is anything to do: finished segments, a withdrawal since, or a new day that makes things old."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._withdrawn: frozenset[RecipientNumber] = frozenset()
        self._day = -1

    def is_due(self) -> bool:
        """Look at the folder and the ledger; blocks."""
        from overt.store import find_segments

        withdrawn = self._house.ledger.withdrawn_recipients()
        changed, self._withdrawn = withdrawn != self._withdrawn, withdrawn
        day = int(self._house.clock.now().timestamp() * 1000) // DAY_MS
        another, self._day = day != self._day, day
        return changed or another or any(segment.closed for segment in find_segments(self._house.layout.segments))
