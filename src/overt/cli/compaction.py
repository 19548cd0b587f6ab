"""`overt compact`, and when `overt up` has to run it: the hit log into Parquet files, without withdrawn recipients.

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


def compact(*, settings: Path | None = None) -> int:
    """Move finished hits into Parquet files, and drop those of withdrawn recipients. `overt up` does it by itself.

    Parameters
    ----------
    settings
        The settings file.
    """
    from overt.cli.house import open_house
    from overt.store.compact import compact as run

    with open_house(load_settings(settings)) as house:
        done = run(house.layout, house.ledger.withdrawn_recipients())
    print(f"{done.moved} hits moved, {done.dropped} dropped, {done.files} files.")
    return 0


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
    """Whether a compaction would do anything: finished segments, or somebody who withdrew since the last one."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._withdrawn: frozenset[RecipientNumber] = frozenset()

    def is_due(self) -> bool:
        """Look at the folder and the ledger; blocks."""
        from overt.store import find_segments

        withdrawn = self._house.ledger.withdrawn_recipients()
        changed, self._withdrawn = withdrawn != self._withdrawn, withdrawn
        return changed or any(segment.closed for segment in find_segments(self._house.layout.segments))
