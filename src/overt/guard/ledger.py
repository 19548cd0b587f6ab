"""Who reports on a reader, message by message and sender by sender: small values that a whole mailbox adds up to.

A summary holds what a report needs of one message and nothing of its body. Memory grows with senders, not messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from overt.guard.explain import host_of
from overt.guard.finding import CLASSES, Class, Finding
from overt.guard.program import PROGRAMS, would_load
from overt.message import Message, find_addresses

#: Classes that tell the sender of this very reader.
TELLING: Final[frozenset[Class]] = frozenset({"beacon", "identified", "wrapped-link", "receipt"})
MOST_NAMES: Final = 200  # vendors, hosts or chains kept of one sender; the busiest of real mailboxes have some tens
MOST_SENDERS: Final = 100_000  # beyond which new ones are counted together; a large mailbox has some thousands
OTHERS: Final = "(others)"
LONGEST_TEXT: Final = 200  # characters of a subject or name in a report


@dataclass(frozen=True, slots=True)
class Summary:
    """One message. `counts` by class; `loads` counts, by program, what it fetches by itself; `date` is UTC or None."""

    path: str
    message_id: str
    sender: str
    name: str
    subject: str
    date: datetime | None
    counts: Mapping[str, int]
    vendors: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    loads: Mapping[str, int] = field(default_factory=dict)

    @property
    def telling(self) -> int:
        """How many references tell the sender of this very reader."""
        return sum(self.counts.get(kind, 0) for kind in TELLING)


def summarise(path: str, message: Message, findings: Sequence[Finding]) -> Summary:
    """The summary of one message and its findings."""
    author = message.field("from")
    written = author.text if author is not None else ""
    people = find_addresses(written)
    sender = str(people[0]).lower() if people else written[:LONGEST_TEXT]
    name = written.split("<", 1)[0].strip(' "')[:LONGEST_TEXT] if "<" in written else ""
    telling = [finding for finding in findings if finding.kind in TELLING]
    chains = ("+".join(finding.leak.chain) or "plain" for finding in findings if finding.leak is not None)
    loads = Counter(
        program.id
        for finding in findings
        if finding.kind in ("beacon", "identified")
        for program in PROGRAMS.values()
        if would_load(program, finding.kind, finding.reference.fetch)
    )
    return Summary(
        path,
        read_word(message, "message-id"),
        sender,
        name,
        read_word(message, "subject"),
        read_date(message),
        Counter(finding.kind for finding in findings),
        _names(finding.vendor for finding in telling),
        _names(host_of(finding.reference.url) for finding in telling),
        _names(chains),
        loads,
    )


def read_word(message: Message, name: str) -> str:
    """The text of a field for a report: one line, of bounded length."""
    found = message.field(name)
    return " ".join(found.text.split())[:LONGEST_TEXT] if found is not None else ""


def read_date(message: Message) -> datetime | None:
    """The Date field as UTC, or None where it cannot be read."""
    found = message.field("date")
    if found is None:
        return None
    try:
        read = parsedate_to_datetime(found.text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


@dataclass(slots=True)
class Sender:
    """What one sender's messages add up to."""

    sender: str
    name: str = ""
    messages: int = 0
    telling: int = 0  # messages that tell of this reader
    counts: Counter[str] = field(default_factory=Counter)
    loads: Counter[str] = field(default_factory=Counter)
    vendors: Counter[str] = field(default_factory=Counter)
    hosts: Counter[str] = field(default_factory=Counter)
    leaks: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def add(self, summary: Summary) -> None:
        """Count one message."""
        self.messages += 1
        self.name = self.name or summary.name
        self.counts.update(summary.counts)
        if not summary.telling:
            return
        self.telling += 1
        self.loads.update({name: 1 for name, count in summary.loads.items() if count})
        for found, names in (
            (self.vendors, summary.vendors),
            (self.hosts, summary.hosts),
            (self.leaks, summary.leaks),
        ):
            for name in names:
                if name in found or len(found) < MOST_NAMES:
                    found[name] += 1
        if summary.date is not None:
            self.first = min(self.first or summary.date, summary.date)
            self.last = max(self.last or summary.date, summary.date)


@dataclass(frozen=True, slots=True)
class Month:
    """How many messages a month had, and how many of them tell of this reader."""

    messages: int = 0
    telling: int = 0


class Ledger:
    """All senders of a mailbox."""

    def __init__(self) -> None:
        self._senders: dict[str, Sender] = {}
        self.total = Sender("")
        self.months: dict[str, Month] = {}

    def add(self, summary: Summary) -> None:
        """Count one message."""
        known = summary.sender in self._senders or len(self._senders) < MOST_SENDERS
        name = summary.sender if known else OTHERS
        self._senders.setdefault(name, Sender(name)).add(summary)
        self.total.add(summary)
        if summary.date is not None:
            word = f"{summary.date:%Y-%m}"
            month = self.months.get(word, Month())
            self.months[word] = Month(month.messages + 1, month.telling + bool(summary.telling))

    def senders(self) -> tuple[Sender, ...]:
        """Every sender, those whose messages tell most first."""
        return tuple(sorted(self._senders.values(), key=lambda each: (-each.telling, -each.messages, each.sender)))


def in_order(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Counts by class in the order of `CLASSES`, without zeros."""
    return tuple((kind, counts[kind]) for kind in CLASSES if counts.get(kind))


def _names(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(found) if name)[:MOST_NAMES]
