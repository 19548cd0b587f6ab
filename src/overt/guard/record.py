"""What a cleaned message says of its cleaning, and what it needs to become again what it was.

Two header fields, put before all others: `Overt-Cleaned` for people and programs, like Authentication-Results
(RFC 8601); `Overt-Undo` with the bytes that were replaced, compressed, so that no program finds a URL in them.
Reading them trusts nobody: sizes are bounded, and what is restored must have the digest that the record names.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from overt.errors import Malformed
from overt.message import Edit, Field, Message, Span

CLEANED: Final = "Overt-Cleaned"
UNDO: Final = "Overt-Undo"
FORM: Final = 1
DIGEST: Final = 16  # bytes; a damaged message has to be noticed, nobody gains by a collision of their own mail
MOST_UNDONE: Final = 256 * 1024 * 1024  # bytes out of one record: mail servers stop at 25 to 150 MB a message
_HEAD: Final = struct.Struct(">B16s16sI")
_EDIT: Final = struct.Struct(">QII")  # where (from the record's end on), bytes there now, bytes there before
_LINE: Final = 76  # characters, RFC 2045 section 6.8


@dataclass(frozen=True, slots=True)
class Undo:
    """The inverse edits, their spans counted from the end of the record, and digests of both states.

    `cleaned` is of what stands below the record, `original` of what the edits restore.
    """

    cleaned: bytes
    original: bytes
    edits: tuple[Edit, ...]


def digest_of(raw: bytes) -> bytes:
    """The digest that tells whether bytes are what they were."""
    return hashlib.blake2b(raw, digest_size=DIGEST).digest()


def format_cleaned(policy: str, ruleset: str, taken: Mapping[str, int], left: Mapping[str, int], newline: str) -> str:
    """The `Overt-Cleaned` field: policy, ruleset, how many of each class were taken out, and what was left and why."""
    counts = "".join(f"{newline} {kind}={count};" for kind, count in sorted(taken.items()))
    kept = "".join(f"{newline} left-{reason}={count};" for reason, count in sorted(left.items()))
    return f"{CLEANED}: policy={policy}; ruleset={ruleset or 'none'};{counts}{kept}{newline}"


def format_undo(undo: Undo, newline: str) -> str:
    """The `Overt-Undo` field, folded."""
    packed = [_HEAD.pack(FORM, undo.cleaned, undo.original, len(undo.edits))]
    for edit in undo.edits:
        packed += (_EDIT.pack(edit.span.start, len(edit.span), len(edit.new)), edit.new)
    text = base64.b64encode(zlib.compress(b"".join(packed), 9)).decode("ascii")
    lines = (text[at : at + _LINE] for at in range(0, len(text), _LINE))
    return f"{UNDO}:" + "".join(f"{newline} {line}" for line in lines) + newline


def read_undo(field: Field) -> Undo:
    """What the field holds. Raises `Malformed` where it is damaged."""
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(base64.b64decode("".join(field.text.split()), validate=True), MOST_UNDONE)
        if not unpacker.eof:
            raise Malformed("The record of what was removed is cut off or too large; restore from a copy.")
        form, cleaned, original, count = _HEAD.unpack_from(data)
        if form != FORM:
            raise Malformed(f"The record of what was removed has form {form}, which this version does not know.")
        edits, at = list[Edit](), _HEAD.size
        for _ in range(count):
            start, now, before = _EDIT.unpack_from(data, at)
            at += _EDIT.size + before
            edits.append(Edit(Span(start, start + now), data[at - before : at], "restore"))
        if at != len(data):
            raise Malformed("The record of what was removed is damaged; restore from a copy.")
    except (binascii.Error, zlib.error, struct.error, ValueError) as error:
        raise Malformed("The record of what was removed is damaged; restore from a copy.") from error
    return Undo(cleaned, original, tuple(edits))


def find_record(message: Message) -> tuple[Field, Field | None] | None:
    """The latest record of the message: the first `Overt-Cleaned` and the `Overt-Undo` right behind it."""
    fields = message.root.fields
    for at, field in enumerate(fields):
        if field.lower == CLEANED.lower():
            behind = fields[at + 1] if at + 1 < len(fields) else None
            return field, behind if behind is not None and behind.lower == UNDO.lower() else None
    return None


def relative(edits: Sequence[Edit], start: int) -> tuple[Edit, ...]:
    """The edits with their spans counted from `start` on."""
    return tuple(Edit(Span(e.span.start - start, e.span.end - start), e.new, e.because) for e in edits)
