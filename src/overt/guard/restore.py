"""A cleaned message back to what it was, byte for byte, or a clear refusal.

Uses the record that cleaning left in the message, or the original that it attached. What other servers put above the
record (Received, Return-Path) stays where it is; where anything below it was changed since, nothing is restored.
"""

from __future__ import annotations

from overt.errors import Malformed, Refused
from overt.guard.original import find_original
from overt.guard.record import digest_of, find_record, read_undo
from overt.message import Message, apply_edits


def restore(message: Message) -> bytes:
    """The message as it was before its last cleaning.

    Raises `Refused` where it was not cleaned, keeps no record, or was changed since; `Malformed` for a damaged record.
    """
    record = find_record(message)
    if record is None:
        raise Refused("This message has no Overt-Cleaned field: overt did not clean it, or the field was removed.")
    said, field = record
    if field is None:
        attached = find_original(message)
        if attached is not None:
            return message.raw[: said.span.start] + attached
        raise Refused("This message was cleaned without a record to undo it; look for the copy that was kept.")
    undo = read_undo(field)
    below = message.raw[field.span.end :]
    if digest_of(below) != undo.cleaned:
        raise Refused("This message was changed after it was cleaned; it cannot be restored from its record.")
    original = apply_edits(below, undo.edits)
    if digest_of(original) != undo.original:
        raise Malformed("The record of what was removed is damaged; restore from a copy.")
    return message.raw[: said.span.start] + original
