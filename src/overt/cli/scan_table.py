"""What a scan found, as tables and sentences for a terminal.

Text only, and none of it trusted: names and subjects are shown as plain text without control characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from overt.guard.ledger import Ledger, Sender, Summary, in_order
from overt.guard.program import ADD_ONS, PROGRAMS

WORDS: Mapping[str, str] = {
    "beacon": "beacons",
    "identified": "identified",
    "remote": "remote",
    "wrapped-link": "wrapped links",
    "tagged-link": "tagged links",
    "receipt": "receipts",
    "plain": "plain",
}
NOBODY = "(no sender)"
WIDE = 110  # columns of a terminal from which on subjects, vendors and dates have room
MOST_SENDERS = 40  # rows: a screen or so; the JSON and the page have all
_COUNTED = ("beacon", "identified", "wrapped-link", "tagged-link", "receipt")


def visible(text: str, most: int = 60) -> Text:
    """Text of a stranger, harmless to a terminal."""
    shown = "".join(
        letter if unicodedata.category(letter)[0] != "C" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return Text(shown if len(shown) <= most else shown[: most - 1] + "…", no_wrap=True)


def show_messages(console: Console, found: Sequence[Summary]) -> None:
    """A row for each message that tells of its reader."""
    if not found:
        return
    table = Table(title="Messages that report on their reader")
    for column in ("message", "from", "subject")[: 3 if console.width >= WIDE else 1]:
        table.add_column(column, overflow="ellipsis", no_wrap=True)
    _count_columns(table)
    table.add_column("vendors", overflow="fold")
    for summary in found:
        names = ", ".join(summary.vendors)
        label = summary.path if len(summary.path) < 36 else "…" + summary.path[-34:]
        about = (visible(label), visible(summary.sender, 34), visible(summary.subject, 34))
        table.add_row(*about[: 3 if console.width >= WIDE else 1], *_counts(summary.counts), visible(names, 40))
    console.print(table)


def show_senders(console: Console, senders: Sequence[Sender]) -> None:
    """A row for each sender whose messages tell of their reader."""
    telling = [sender for sender in senders if sender.telling]
    if not telling:
        return
    table = Table(title="Who reports on you")
    table.add_column("sender", overflow="ellipsis", no_wrap=True)
    table.add_column("that tell", justify="right", min_width=4)
    _count_columns(table)
    for column in ("vendors", "since") if console.width >= WIDE else ():
        table.add_column(column, no_wrap=True)
    for sender in telling[:MOST_SENDERS]:
        vendors = ", ".join(name for name, _ in sender.vendors.most_common(2))
        since = f"{sender.first:%Y-%m-%d}" if sender.first else ""
        told = f"{sender.telling} of {sender.messages}" if sender.telling < sender.messages else str(sender.telling)
        more = (visible(vendors, 40), since) if console.width >= WIDE else ()
        table.add_row(visible(sender.sender or NOBODY, 40), told, *_counts(sender.counts), *more)
    console.print(table)
    if len(telling) > MOST_SENDERS:
        console.print(f"and {len(telling) - MOST_SENDERS} more senders; --json and --html have them all")


def show_total(console: Console, ledger: Ledger, program: str) -> None:
    """The whole in a few sentences, and what to do about it."""
    for sentence in total_sentences(ledger, program):
        console.print(Text(sentence))
    if ledger.total.telling:
        console.print()
        for sentence in advice(program):
            console.print(Text(f"- {sentence}"))


def total_sentences(ledger: Ledger, program: str) -> tuple[str, ...]:
    """How many messages were read, how many tell, and what the reader's program would have loaded by itself."""
    total = ledger.total
    if not total.messages:
        return ("There was no message.",)
    counted = ", ".join(f"{number} {WORDS[kind]}" for kind, number in in_order(total.counts) if kind in _COUNTED)
    said = [
        f"{total.messages} messages, {total.telling} of them report on their reader{f': {counted}' if counted else ''}."
    ]
    if total.leaks:
        ways = ", ".join(name for name, _ in total.leaks.most_common(5))
        said.append(f"An address of the reader stands in URLs of {sum(total.leaks.values())} places, as {ways}.")
    if total.telling:
        rows = [PROGRAMS[program]] if program else list(PROGRAMS.values())
        loading = [row for row in rows if total.loads.get(row.id)]
        said += [
            f"{row.name}, as it comes, loads beacons or named pictures of {total.loads[row.id]} by itself."
            for row in loading
        ]
        silent = [row.name for row in rows if not total.loads.get(row.id)]
        if silent:
            said.append(f"As they come, nothing of it is loaded by {', '.join(silent)}.")
    return tuple(said)


def advice(program: str) -> tuple[str, ...]:
    """How to switch automatic loading off, in the reader's program or in all that are known, and what else helps."""
    rows = [PROGRAMS[program]] if program else list(PROGRAMS.values())
    return (*(f"{row.name}: {row.off}" for row in rows), *ADD_ONS)


def _count_columns(table: Table) -> None:
    for kind in _COUNTED:
        table.add_column(WORDS[kind], justify="right", min_width=4)


def _counts(counts: Mapping[str, int]) -> list[str]:
    return [str(counts.get(kind) or "") for kind in _COUNTED]
