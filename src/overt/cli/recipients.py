"""The list of recipients: a CSV file with a row each, whose columns can fill placeholders.

Good rows are never lost for bad ones: what is wrong with a row is said with its line. Knows no network and no consent.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from overt.errors import Malformed
from overt.message import parse_address

USUAL = ("email", "e-mail", "mail", "address", "email address", "to", "recipient")
DELIMITERS = ",;\t|"
WIDEST = 1 << 20  # characters in one cell; the csv module's own limit is 131,072


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient: the line in the file, the address, and every cell by its column's lower-case name."""

    line: int
    address: str
    cells: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Row(line={self.line})"


@dataclass(frozen=True, slots=True)
class Recipients:
    """The rows that can be sent to, the columns' lower-case names, and what is wrong with other rows."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    faults: tuple[str, ...]


def read_recipients(path: Path, column: str = "") -> Recipients:
    """Read the list; `column` names the one with addresses, needed only where its name is none of the usual ones."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(f"{path} is not UTF-8 (byte {error.start}). Save it again as CSV in UTF-8.") from error
    return parse_recipients(text, column, name=str(path))


def parse_recipients(text: str, column: str = "", *, name: str = "the list") -> Recipients:
    """Like `read_recipients`, of a text."""
    csv.field_size_limit(WIDEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        names = tuple(cell.strip().lower() for cell in next(reader, []))
        chosen = _choose(names, column, name)
        return _read_rows(reader, names, chosen)
    except csv.Error as error:
        raise Malformed(f"{name}, line {reader.line_num}: {error}. Check the quotes of that row.") from error


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(DELIMITERS, key=first.count)  # the first of DELIMITERS where none occurs


def _choose(names: Sequence[str], column: str, name: str) -> str:
    if not any(names):
        raise Malformed(f"{name} is empty. Its first line names the columns, one of them with addresses.")
    if twice := {item for item in names if item and names.count(item) > 1}:
        raise Malformed(f"{name} names a column twice: {', '.join(sorted(twice))}. Rename one of them.")
    wanted = [column.strip().lower()] if column else [item for item in USUAL if item in names]
    if wanted and wanted[0] in names:
        return wanted[0]
    there = ", ".join(item for item in names if item)
    raise Malformed(f"{name} has no column {column or 'email'}; it has: {there}. Name the one with addresses by --to.")


def _read_rows(reader: csv._reader, names: Sequence[str], chosen: str) -> Recipients:  # type: ignore[name-defined]
    rows: list[Row] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for cells in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
        address = row.get(chosen, "")
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            faults.append(f"line {line}: has {len(cells)} cells for {len(names)} columns")
        elif fault := _fault(address):
            faults.append(f"line {line}: {fault}")
        elif address.lower() in seen:
            faults.append(f"line {line}: the same address as line {seen[address.lower()]}")
        else:
            seen[address.lower()] = line
            rows.append(Row(line, address, row))
    return Recipients(tuple(rows), tuple(name for name in names if name), tuple(faults))


def _fault(address: str) -> str:
    if not address:
        return "no address"
    try:
        parse_address(address)
    except Malformed:
        return "not an address"
    return ""
