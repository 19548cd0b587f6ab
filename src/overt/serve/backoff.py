"""When to try again: later each time, never all at once, and a domain that puts everything off is left in peace.

Pure but for what it remembers of domains; chance is an argument.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

# Seconds until the next attempt for one message. RFC 5321 section 4.5.4.1 asks for half an hour, with more frequent
# attempts in the beginning; greylisting lets in after five minutes.
RETRIES = (60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0)
SPREAD = 0.2  # of a wait, up or down: what was put off together does not come back together
PATIENCE = 20  # messages for one domain put off one after another, before the rest wait without being tried
MOST_DOMAINS = 10_000  # remembered at once; the one that was tried longest ago is forgotten


@dataclass(slots=True)
class Backoff:
    """Waits for messages, and a count for each domain of how often in a row it put something off."""

    retries: tuple[float, ...] = RETRIES
    chance: Callable[[], float] = lambda: 0.5  # 0 to 1; a half is the wait itself
    patience: int = PATIENCE
    _rows: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def wait(self, attempts: int) -> float:
        """Seconds until the next attempt after `attempts` that failed before this one."""
        return self.retries[min(attempts, len(self.retries) - 1)] * (1 + SPREAD * (2 * self.chance() - 1))

    def put_off(self, domain: str) -> bool:
        """The domain put one off. True: the others that wait for it need not be tried now."""
        count = self._rows.pop(domain, 0) + 1
        self._rows[domain] = count
        if len(self._rows) > MOST_DOMAINS:
            self._rows.popitem(last=False)
        return count >= self.patience

    def answered(self, domain: str) -> None:
        """The domain took one, or refused one for good: it is there."""
        self._rows.pop(domain, None)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
