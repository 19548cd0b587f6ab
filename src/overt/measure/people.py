"""Tables of people for other programs: a row a sending, or a row a visit, of whoever granted it and did not withdraw.

Columns are added at the end, never renamed; described in `docs/reference/export.md`. Knows no file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from overt.measure.report import Report
from overt.measure.row import Person, Visited, person_of, visit_of
from overt.measure.sheet import tell_moment
from overt.measure.table import write_rows
from overt.measure.token import Campaign

SENDINGS: Final = (
    "campaign",
    "address",
    "sending",
    "recipient",
    "sent_at",
    "verdict",
    "opens",
    "first_open",
    "last_open",
    "clicks",
    "first_click",
    "last_click",
    "machines",
    "programs",
    "places",
)
VISITS: Final = (
    "campaign",
    "address",
    "sending",
    "recipient",
    "at",
    "kind",
    "link",
    "destination",
    "hits",
    "place",
    "actor",
    "client",
    "program",
    "reason",
    "certainty",
)
ENGAGEMENT: Final = ("email", "score", "low", "high", "level", "sendings", "events", "last")

# What the cells of a column are, where they are not text; a file that knows types has them.
KINDS: Final[Mapping[str, str]] = (
    dict.fromkeys(
        "sending recipient link hits opens clicks machines sendings events messages opened clicked".split(), "number"
    )
    | dict.fromkeys(("score", "low", "high", "level"), "fraction")
    | dict.fromkeys(("sent_at", "first_open", "last_open", "first_click", "last_click", "at", "last"), "moment")
)

Row = tuple[object, ...]
EngagementRow = tuple[str, float | None, float, float, float, int, int, datetime | None]


def list_sendings(report: Report) -> Iterator[Row]:
    """A row a sending under `SENDINGS`; sendings that no ledger lists are left out, for whose they are nobody knows."""
    for campaign in report.campaigns:
        for line in campaign.individual.recipients if campaign.individual else ():
            if line.recipient:
                yield tell_sending(person_of(Campaign(campaign.campaign), line), campaign.name, line.recipient)


def list_visits(report: Report) -> Iterator[Row]:
    """A row a visit under `VISITS`, in order of time for each sending; left out as above."""
    for campaign in report.campaigns:
        for line in campaign.individual.recipients if campaign.individual else ():
            for visit in line.events if line.recipient else ():
                told = visit_of(Campaign(campaign.campaign), line, visit)
                yield tell_visit(told, campaign.name, line.recipient)


def tell_sending(person: Person, campaign: str, address: str) -> Row:
    """One row under `SENDINGS`."""
    return campaign, address, *(getattr(person, name) for name in SENDINGS[2:])


def tell_visit(visit: Visited, campaign: str, address: str) -> Row:
    """One row under `VISITS`."""
    return campaign, address, *(getattr(visit, name) for name in VISITS[2:])


def as_csv(rows: Iterable[Row]) -> str:
    """Lines of CSV without a header, inert in a spreadsheet."""
    return write_rows([_flat(cell, as_text=True) for cell in row] for row in rows)


def as_lines(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """JSON Lines: an object a line."""
    return "".join(
        json.dumps(dict(zip(columns, map(_flat, row), strict=True)), ensure_ascii=False) + "\n" for row in rows
    )


def _flat(cell: object, *, as_text: bool = False) -> object:
    if isinstance(cell, datetime):
        return tell_moment(cell)
    # A spreadsheet keeps 53 bits of a number, and a sending has 64.
    return str(cell) if as_text and isinstance(cell, int) and cell >> 53 else cell
