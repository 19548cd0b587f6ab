"""What is sent to whom: one message in its variants, filled for each recipient, and who was served already.

Decides everything about a mailing except how it is shown: chance, the clock and the submission are arguments. Knows no
consent: the relay decides for each recipient what the message may tell.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from overt.cli.fill import Template, encode_words
from overt.cli.recipients import Row
from overt.cli.submit import Outcome
from overt.cli.variant import Variant, assign
from overt.errors import Malformed
from overt.message import find_addresses, parse

LONGEST_NAME = 200  # of a campaign, as in the ledger


@dataclass(frozen=True, slots=True)
class Mailing:
    """The variants with their templates, the envelope's sender, and what the relay is told in X-Overt fields."""

    campaign: str
    variants: tuple[Variant, ...]
    templates: Mapping[Variant, Template]
    sender: str
    fields: tuple[str, ...] = ()

    def copies(
        self, rows: Iterable[Row], chance: Random, now: datetime, new_id: Callable[[], str]
    ) -> Iterator[tuple[Row, Variant, bytes]]:
        """Each recipient's own message, with a variant drawn by `chance`."""
        domain = self.sender.rpartition("@")[2]
        for row, variant in zip(rows, assign(self.variants, chance), strict=False):
            fields = [f"X-Overt-Campaign: {encode_words(self.campaign, 'X-Overt-Campaign')}", *self.fields]
            if variant.number:
                fields.append(f"X-Overt-Variant: {variant.number}")
            yield (
                row,
                variant,
                self.templates[variant].fill(
                    row.cells,
                    recipient=row.address,
                    message_id=f"<{new_id()}@{domain}>",
                    date=format_datetime(now),
                    fields=fields,
                ),
            )


def make_mailing(
    campaign: str,
    contents: Sequence[bytes],
    subjects: Sequence[str],
    variants: Sequence[Variant],
    *,
    sender: str = "",
    fields: Sequence[str] = (),
) -> Mailing:
    """Put a mailing together; the sender is the first message's From where none is given."""
    name = " ".join(campaign.split())
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise Malformed(f"--campaign: write a name of 1 to {LONGEST_NAME} printable characters, such as spring-2026.")
    templates = {
        variant: Template(contents[variant.content], subject=subjects[variant.subject] if subjects else None)
        for variant in variants
    }
    return Mailing(name, tuple(variants), templates, sender or _read_sender(contents[0]), tuple(fields))


def _read_sender(raw: bytes) -> str:
    field = parse(raw).root.field("from")
    found = find_addresses(field.text) if field else ()
    if not found:
        raise Malformed("The message has no From address. Add one, or give the sender by --from.")
    return f"{found[0].local}@{found[0].domain}"


@dataclass(slots=True)
class Summary:
    """How it went: `accepted` by variant number; the lists hold a line each about rows that were not."""

    accepted: Counter[int] = field(default_factory=Counter)
    already: int = 0
    refused: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    broken: str = ""
    unsent: int = 0


def submit_all(
    copies: Iterable[tuple[Row, Variant, bytes]],
    total: int,
    submit: Callable[[str, bytes], Outcome],
    served: Served,
    after_each: Callable[[], None],
) -> Summary:
    """Hand over copy after copy; stops where the connection breaks, with the rest of `total` unsent."""
    summary = Summary()
    for done, (row, variant, raw) in enumerate(copies):
        outcome = submit(row.address, raw)
        if outcome.accepted:
            served.add(row.address)
            summary.accepted[variant.number] += 1
        elif outcome.broken:
            summary.broken, summary.unsent = outcome.words or "the connection broke", total - done
            break
        else:
            place = summary.later if 400 <= outcome.code < 500 else summary.refused
            place.append(f"line {row.line}: {outcome.code} {outcome.words}")
        after_each()
    return summary


class Served:
    """Who was served by this campaign: digests of addresses in a file, so that nobody is served twice.

    Only digests, and neither times nor variants: it tells whoever holds the list of recipients who is left, no more.
    A crash between the relay's answer and the note serves one recipient twice.
    """

    def __init__(self, path: Path, campaign: str) -> None:
        self._key = hashlib.blake2b(campaign.encode(), digest_size=32, person=b"overt-served").digest()
        text = path.read_text(encoding="ascii", errors="replace") if path.exists() else ""
        self._known = set(text.split())
        self._path = path
        self._file: int | None = None

    def __contains__(self, address: str) -> bool:
        return self._digest(address) in self._known

    def __enter__(self) -> Self:
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            os.fsync(self._file)
            os.close(self._file)
            self._file = None

    def add(self, address: str) -> None:
        """Note that `address` was served."""
        digest = self._digest(address)
        self._known.add(digest)
        if self._file is not None:
            os.write(self._file, f"{digest}\n".encode("ascii"))

    def _digest(self, address: str) -> str:
        return hashlib.blake2b(address.lower().encode(), digest_size=16, key=self._key).hexdigest()
