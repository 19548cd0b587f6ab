"""The report of a scan as one HTML file: pictures, who reports on the reader, how, since when, and what to do.

It loads nothing and runs nothing: its Content-Security-Policy allows its own style and no more. Everything in it that
came out of mail is text.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from overt.cli.scan_table import NOBODY, WORDS, advice, total_sentences
from overt.guard.ledger import TELLING, Ledger, Sender, in_order
from overt.guard.program import PROGRAMS

MOST_BARS: Final = 12  # in a picture: as many as can be told apart
MOST_ROWS: Final = 1000  # senders in the table; the JSON lines have everything
MOST_MONTHS: Final = 36


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: a label, a length of at most 100, its number, and how much of the length is dark."""

    label: str
    length: float
    number: int
    part: float = 0.0


def write_page(ledger: Ledger, program: str) -> str:
    """The whole page."""
    environment = Environment(
        loader=PackageLoader("overt.cli", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    style = (files("overt.cli") / "pages" / "scan.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    telling = [sender for sender in ledger.senders() if sender.telling]
    return environment.get_template("scan.html").render(
        style=style,
        policy=f"default-src 'none'; style-src 'sha256-{digest}'",
        sentences=total_sentences(ledger, program),
        total=ledger.total,
        senders=telling[:MOST_ROWS],
        more=len(telling) - MOST_ROWS,
        by_sender=bars([(sender.sender or NOBODY, sender.telling) for sender in telling]),
        by_vendor=bars(ledger.total.vendors.most_common(MOST_BARS)),
        by_class=bars([(WORDS[kind], count) for kind, count in in_order(ledger.total.counts) if kind in TELLING]),
        by_host=bars(ledger.total.hosts.most_common(MOST_BARS)),
        months=month_bars(ledger),
        leaking=[(sender, leak_words(sender)) for sender in telling if sender.leaks][:MOST_ROWS],
        programs=[(row, ledger.total.loads.get(row.id, 0)) for row in PROGRAMS.values()],
        advice=advice(program),
        words=WORDS,
        in_order=in_order,
        telling=TELLING,
    )


def bars(rows: Sequence[tuple[str, int]]) -> tuple[Bar, ...]:
    """The largest rows, the first as long as the picture."""
    most = max((number for _, number in rows), default=0)
    return tuple(Bar(label, 100 * number / most, number) for label, number in rows[:MOST_BARS] if number)


def month_bars(ledger: Ledger) -> tuple[Bar, ...]:
    """Messages a month, the dark part those that tell; the last months that have any."""
    words = sorted(ledger.months)[-MOST_MONTHS:]
    most = max((ledger.months[word].messages for word in words), default=0)
    return tuple(
        Bar(word, 100 * month.messages / most, month.messages, 100 * month.telling / most)
        for word in words
        for month in (ledger.months[word],)
    )


def leak_words(sender: Sender) -> str:
    """How a sender's URLs hold the reader's address."""
    return ", ".join(f"{chain} ({count})" for chain, count in sender.leaks.most_common(5))
