"""The list of recipients: a CSV file with a row each, whose columns can fill placeholders.

Good rows are never lost for bad ones: what is wrong with a row is said with its line, and nothing inside a cell becomes
a row while its quotes are in order. Knows no network and no consent.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from overt.errors import Malformed
from overt.message import parse_address

USUAL = ("email", "e-mail", "mail", "address", "email address", "to", "recipient")
DELIMITERS = ",;\t|"
WIDEST = 1 << 20  # bytes in one row, characters in one cell; the csv module's own limit is 131,072
# A row may have line breaks in quoted cells: postal addresses, notes. After a quote that is not closed we read again
# from the next line, so no line is read more often than this, whatever the file: twenty times the longest note we
# expect.
MOST_LINES = 100
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient: the first line in the file, the address, and every cell by its column's lower-case name."""

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


@dataclass(frozen=True, slots=True)
class _Record:
    """What was read as one row: its lines, its cells, or why it is none.

    `within` is the line of a broken quote that this may be inside of, 0 where there is none.
    """

    first: int
    lines: Sequence[bytes]
    cells: Sequence[str]
    fault: str = ""
    within: int = 0

    @property
    def where(self) -> str:
        last = self.first + len(self.lines) - 1
        return f"line {self.first}" if last == self.first else f"lines {self.first} to {last}"


@dataclass(frozen=True, slots=True)
class _Shape:
    """How rows have to look: the columns, which of them has the address, what stands between cells."""

    names: tuple[str, ...]
    chosen: str
    delimiter: str

    def read(self, cells: Sequence[str]) -> dict[str, str]:
        return {name: cell.strip() for name, cell in zip(self.names, cells, strict=False) if name}

    def fits(self, line: bytes) -> bool:
        """Whether a line by itself would be a good row."""
        cells, fault, _ = _read_record([line], self.delimiter)
        return not fault and len(cells) == len(self.names) and not _fault(self.read(cells)[self.chosen])


def read_recipients(path: Path, column: str = "") -> Recipients:
    """Read the list; `column` names the one with addresses, needed only where its name is none of the usual ones."""
    return parse_recipients(path.read_bytes(), column, name=str(path))


def parse_recipients(raw: bytes, column: str = "", *, name: str = "the list") -> Recipients:
    """Like `read_recipients`, of a file's bytes. Raises `Malformed` where the line with the columns is not good."""
    if raw[:2] in UTF_16 or b"\0" in raw[:4]:
        raise Malformed(f"{name} is in UTF-16. Save it again as CSV in UTF-8 (Excel calls it CSV UTF-8).")
    csv.field_size_limit(WIDEST)
    lines = raw.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)  # of bytes: at LF, CR and CRLF only
    delimiter = _delimiter(lines[0]) if lines else ","
    records = _read_records(lines, delimiter)
    head = next(records, None)
    if head is not None and head.fault:
        raise Malformed(f"{name}, {head.where}: {head.fault}. It names the columns; save it again as CSV in UTF-8.")
    names = tuple(cell.strip().lower() for cell in (head.cells if head else ()))
    return _read_rows(records, _Shape(names, _choose(names, column, name), delimiter))


def _delimiter(first: bytes) -> str:
    return max(DELIMITERS, key=lambda each: first.count(each.encode()))  # the first of them where none occurs


def _choose(names: Sequence[str], column: str, name: str) -> str:
    if not any(names):
        raise Malformed(f"{name} is empty. Its first line names the columns, one of them with addresses.")
    if twice := {item for item, number in Counter(names).items() if item and number > 1}:
        raise Malformed(f"{name} names a column twice: {', '.join(sorted(twice))}. Rename one of them.")
    wanted = [column.strip().lower()] if column else [item for item in USUAL if item in names]
    if wanted and wanted[0] in names:
        return wanted[0]
    there = ", ".join(item for item in names if item)
    raise Malformed(f"{name} has no column {column or 'email'}; it has: {there}. Name the one with addresses by --to.")


def _read_records(lines: Sequence[bytes], delimiter: str) -> Iterator[_Record]:
    """Every row. Where quotes are broken only the first line is given up, and reading goes on at the next."""
    at, within, until = 0, 0, 0
    while at < len(lines):
        cells, fault, taken = _read_record(lines[at : at + MOST_LINES], delimiter)
        own = lines[at : at + (1 if fault else taken)]
        yield _Record(at + 1, own, cells, fault or _spoiled(own), within if at < until else 0)
        if fault:  # the cell may go on over lines to come, as far as a row can
            within, until = at + 1, at + MOST_LINES
        at += len(own)


def _read_record(lines: Sequence[bytes], delimiter: str) -> tuple[Sequence[str], str, int]:
    """The cells of the row that begins these lines, what is wrong with its quotes, and how many lines were read."""
    decoded = (line.decode("utf-8", "surrogateescape") for line in lines)
    reader = csv.reader(decoded, delimiter=delimiter, strict=True)
    try:
        return next(reader), "", reader.line_num
    except csv.Error as error:
        return (), _say(str(error)), reader.line_num


def _say(words: str) -> str:
    """A fault that the csv module found, for who has to mend it."""
    if words.startswith("unexpected end"):
        return f"a quote is opened and not closed within {MOST_LINES} lines"
    if "expected after" in words:
        return "a quote is closed before the end of its cell, or a quote inside it is not doubled"
    return f"a cell is longer than {WIDEST} characters" if words.startswith("field larger") else words


def _spoiled(lines: Sequence[bytes]) -> str:
    """What is wrong with a row's bytes."""
    raw = b"".join(lines)
    if len(raw) > WIDEST:
        return f"longer than {WIDEST} bytes"
    if b"\0" in raw:
        return f"byte {raw.index(0) + 1} of it is NUL"
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return f"byte {error.start + 1} of it is not UTF-8"
    return ""


def _read_rows(records: Iterator[_Record], shape: _Shape) -> Recipients:
    rows: list[Row] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for record in records:
        if not record.fault and not any(cell.strip() for cell in record.cells):
            continue
        row = shape.read(record.cells)
        address = row.get(shape.chosen, "")
        if fault := _misshapen(record, shape) or _fault(address):
            faults.append(f"{record.where}: {fault}")
        elif address.lower() in seen:
            faults.append(f"{record.where}: the same address as line {seen[address.lower()]}")
        else:
            seen[address.lower()] = record.first
            rows.append(Row(record.first, address, row))
    return Recipients(tuple(rows), tuple(name for name in shape.names if name), tuple(faults))


def _misshapen(record: _Record, shape: _Shape) -> str:
    cells, columns = record.cells, len(shape.names)
    if record.fault:
        return record.fault
    if len(cells) > columns and any(cell.strip() for cell in cells[columns:]):
        return f"has {len(cells)} cells for {columns} columns"
    # A line of somebody's long note is not a recipient because a quote is broken: only what is whole counts there.
    if record.within and (len(cells) != columns or sum(line.count(b'"') for line in record.lines) % 2):
        return f"may be part of a cell of line {record.within}, whose quotes are broken"
    # Two stray quotes look like one long cell. What is in it may be rows or somebody's words; we do not guess.
    if any(shape.fits(line) for line in record.lines[1:]):
        return "a quoted cell goes over these lines, and some of them look like rows; check the quotes"
    return ""


def _fault(address: str) -> str:
    if not address:
        return "no address"
    try:
        parse_address(address)
    except Malformed:
        return "not an address"
    return ""
