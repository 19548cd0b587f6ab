"""Tables as CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Final

# What a spreadsheet would take for a formula (OWASP, CSV Injection).
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def write_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """RFC 4180, with text that a spreadsheet would run as a formula made inert by an apostrophe."""
    return write_rows([columns]) + write_rows(rows)


def write_rows(rows: Iterable[Iterable[object]]) -> str:
    """The rows alone, likewise."""
    text = StringIO()
    csv.writer(text).writerows([[inert(cell) for cell in row] for row in rows])
    return text.getvalue()


def inert(cell: object) -> object:
    """The cell as it may stand in a CSV file."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell
