"""Who has taken permission back, known to the collector within a second.

Asks the ledger over and over through the callable it is given, in a thread, and answers from memory. When the ledger
cannot be read, or takes too long, nobody's hits may be kept: links and pictures are answered all the same. Knows
neither the ledger nor what a hit is.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from overt.measure import RecipientNumber, Sending, recipient_of

_LOG = logging.getLogger(__name__)

# "At most one second" after a withdrawal: read this often, and trust what was read no longer than the second.
READ_SECONDS = 0.4
TRUST_SECONDS = 1.0


class Permission(Protocol):
    """Whether a hit of an individual sending may be kept now."""

    def may_keep(self, sending: Sending) -> bool: ...

    def may_keep_date(self, sending: Sending) -> bool:
        """Whether the date of a last open may."""
        ...


class Withdrawals:
    """A `Permission` from the set of recipients who withdrew, read again and again by `watch`.

    `read` gives those of whom no hit may be kept, `read_undated` those of whom no date may be; without it nobody's is.
    Both may block and may raise anything; `monotonic` counts seconds and never jumps.
    """

    def __init__(
        self,
        read: Callable[[], frozenset[RecipientNumber]],
        read_undated: Callable[[], frozenset[RecipientNumber]] | None = None,
        *,
        read_seconds: float = READ_SECONDS,
        trust_seconds: float = TRUST_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._read_undated = read_undated
        self._read_seconds = read_seconds
        self._trust_seconds = trust_seconds
        self._monotonic = monotonic
        self._withdrawn: frozenset[RecipientNumber] = frozenset()
        self._undated: frozenset[RecipientNumber] | None = None
        self._good_until = float("-inf")
        self._failing = False

    @property
    def known(self) -> bool:
        """Whether withdrawals are known well enough to keep anything."""
        return self._monotonic() < self._good_until

    def may_keep(self, sending: Sending) -> bool:
        return self._monotonic() < self._good_until and recipient_of(sending) not in self._withdrawn

    def may_keep_date(self, sending: Sending) -> bool:
        undated = self._undated
        return undated is not None and self.known and recipient_of(sending) not in undated

    async def read_once(self) -> None:
        """Read the ledger now; what it says counts from when the reading began."""
        with ThreadPoolExecutor(max_workers=1) as thread:
            await self._read_in(thread)

    async def watch(self) -> None:
        """Read until cancelled. Failures are logged when they begin and when they end."""
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="withdrawals")
        try:
            while True:
                began = self._monotonic()
                await self._read_in(thread)
                await asyncio.sleep(max(0.0, self._read_seconds - (self._monotonic() - began)))
        finally:
            thread.shutdown(wait=False, cancel_futures=True)

    def _read_both(self) -> tuple[frozenset[RecipientNumber], frozenset[RecipientNumber] | None]:
        return self._read(), None if self._read_undated is None else self._read_undated()

    async def _read_in(self, thread: ThreadPoolExecutor) -> None:
        began = self._monotonic()
        try:
            self._withdrawn, self._undated = await asyncio.get_running_loop().run_in_executor(thread, self._read_both)
        except Exception as error:  # noqa: BLE001 whatever it is, it means that nothing may be kept
            self._good_until = float("-inf")
            if not self._failing:
                _LOG.error("withdrawals cannot be read, so no hit of a person is kept: %r", error)
            self._failing = True
            return
        late = self._monotonic() - self._good_until
        if 0 < late < float("inf"):
            _LOG.warning("withdrawals were read %.1f seconds late; no hit of a person was kept in that time", late)
        self._good_until = began + self._trust_seconds
        if self._failing:
            _LOG.warning("withdrawals can be read again")
        self._failing = False
