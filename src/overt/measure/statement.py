"""What somebody else's record says of a permission: a row of words, from a list or a program, checked as a whole.

A row is refused for anything that is not understood: a misspelt `decison` must not become a grant. The ledger only ever
grows, so lengths are bounded here. Reasons repeat no word of the row. Knows no time: whether a moment may be entered is
the ledger's matter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from overt.errors import Malformed
from overt.measure.consent import Purpose
from overt.message import parse_address

USUAL_PURPOSES: Final = (Purpose.OPENS, Purpose.LINKS)
DECISIONS: Final = ("grant", "withdrawal")
# Enough for a sentence, an id or a short URL; the entry stays for good. RFC 5646 section 4.4.1: 35 for any language.
LONGEST: Final = {"way": 200, "reference": 200, "wording": 200, "language": 35, "actor": 200}
MEMBERS: Final = ("address", "decision", "purposes", *LONGEST, "at")
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)  # moments are kept as milliseconds since
_UNSEEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})  # Unicode: controls, half characters, line and paragraph ends


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody said yes (`granted`) or no to some purposes; `at` is None for now."""

    address: str = field(repr=False)
    granted: bool
    purposes: tuple[Purpose, ...]
    at: datetime | None = None
    way: str = ""
    reference: str = ""
    wording: str = ""
    language: str = ""
    actor: str = ""


def read_statement(
    row: Mapping[str, object], usual: Mapping[str, str] | None = None, purposes: Sequence[Purpose] = ()
) -> Statement:
    """What `row` says; `usual` fills words that it leaves empty, and `purposes` those that it does not name.

    Without either a grant is for opens and links, and a withdrawal for everything. Raises `Malformed`.
    """
    if not set(row) <= set(MEMBERS):
        raise Malformed(f"something in it has a name that is none of {', '.join(MEMBERS)}")
    address = _word(row, "address")
    parse_address(address)
    decision = _word(row, "decision") if "decision" in row else DECISIONS[0]
    if decision not in DECISIONS:
        raise Malformed(f"decision is {' or '.join(DECISIONS)}")
    granted = decision == DECISIONS[0]
    chosen = _purposes(row["purposes"]) if "purposes" in row else tuple(purposes)
    words = {name: _bounded(name, _word(row, name) or (usual or {}).get(name, "")) for name in LONGEST}
    at = _moment(_word(row, "at")) if "at" in row else None
    return Statement(address, granted, chosen or (USUAL_PURPOSES if granted else tuple(Purpose)), at, **words)


def _word(row: Mapping[str, object], name: str) -> str:
    value = row.get(name, "")
    if not isinstance(value, str):
        raise Malformed(f"{name} is a text")
    if any(unicodedata.category(character) in _UNSEEN for character in value):
        raise Malformed(f"{name} has characters that cannot be shown")
    return value.strip()


def _bounded(name: str, text: str) -> str:
    if len(text) > LONGEST[name]:
        raise Malformed(f"{name} has at most {LONGEST[name]} characters")
    return text


def _purposes(value: object) -> tuple[Purpose, ...]:
    try:
        if isinstance(value, (list, tuple)) and value:
            return tuple(dict.fromkeys(Purpose(one) for one in value))
    except (ValueError, TypeError):
        pass
    raise Malformed(f"purposes is a list of one or more of {', '.join(Purpose)}")


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed("at is no moment; write 2026-11-01T09:30:00Z") from None
    if at.tzinfo is None:
        raise Malformed("at has no time zone; write 2026-11-01T09:30:00Z")
    if at < EARLIEST:
        raise Malformed("at is before 1970")
    return at
