"""What comes back to the envelope sender: delivery reports (RFC 3464, RFC 6533) and complaints (RFC 5965), as values.

Anybody can write such a message, so it proves nothing: whoever acts on it compares it with what was sent. Reads only
what the standards name; a bounce in free words is none. Knows no ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from overt.message import Field, Message, Part, parse
from overt.message.transfer import decode_body
from overt.wire.report import LONGEST_DIAGNOSTIC, decode_xtext

MOST_RECIPIENTS = 1000  # of one report; a server reports on one transaction, whose recipients we bound likewise
MOST_BYTES = 1_048_576  # of a status part; a recipient takes some 300
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_HEADER_TYPES = frozenset({"text/rfc822-headers", "message/global-headers"})
_MESSAGE_TYPES = frozenset({"message/rfc822", "message/global"})
_STATUS = re.compile(r"([245])\.\d{1,3}\.\d{1,3}")
_TICKET = re.compile(r"/u/([A-Za-z0-9_-]{28})>")


class Kind(StrEnum):
    """What is reported. Of what else a report may say (relayed, expanded) nothing follows."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Returned:
    """One recipient's part of a report.

    `recipient` is the address as it was sent to, where that is said, "" where not. `envid` is the envelope's id that we
    gave, `message_id` and `ticket` stand in the message that came back: its Message-ID, and the ticket to unsubscribe
    by. `status` is the enhanced code (RFC 3463), `words` the server's or, of a complaint, its type.
    """

    kind: Kind
    recipient: str = field(repr=False)
    status: str = ""
    words: str = field(default="", repr=False)
    envid: str = ""
    message_id: str = ""
    ticket: str = ""


_KINDS = {"failed": Kind.FAILED, "delayed": Kind.DELAYED, "delivered": Kind.DELIVERED}


def read_returned(message: Message) -> tuple[Returned, ...]:
    """What the message reports, nothing where it is no report."""
    if message.root.content_type != "multipart/report":
        return ()
    parts = message.root.parts
    message_id, ticket = _original(message, parts)
    for part in parts:
        if part.content_type in _STATUS_TYPES:
            return tuple(_statuses(_blocks(message, part), message_id, ticket))
        if part.content_type == "message/feedback-report":
            return tuple(_complaint(_blocks(message, part), message_id, ticket))
    return ()


def _statuses(blocks: list[tuple[Field, ...]], message_id: str, ticket: str) -> Iterator[Returned]:
    envid = _said(blocks[0], "original-envelope-id") if blocks else ""
    for block in blocks[1 : MOST_RECIPIENTS + 1]:
        kind = _KINDS.get(_said(block, "action").lower())
        if kind is None:
            continue
        original, final = _said(block, "original-recipient"), _said(block, "final-recipient")
        found = _STATUS.search(_said(block, "status"))
        yield Returned(
            kind=kind,
            recipient=_address(original) or _address(final),
            status=found[0] if found else "",
            words=_said(block, "diagnostic-code").partition(";")[2].strip()[:LONGEST_DIAGNOSTIC],
            envid=envid,
            message_id=message_id,
            ticket=ticket,
        )


def _complaint(blocks: list[tuple[Field, ...]], message_id: str, ticket: str) -> Iterator[Returned]:
    """RFC 5965 section 3; `not-spam` takes a complaint back, and what is about authentication blames nobody."""
    fields = blocks[0] if blocks else ()
    feedback = _said(fields, "feedback-type").lower()
    if feedback not in ("abuse", "fraud", "opt-out", "other"):
        return
    recipients = [_said((one,), "original-rcpt-to").strip("<> ") for one in fields if one.lower == "original-rcpt-to"]
    for recipient in recipients[:MOST_RECIPIENTS] or [""]:
        yield Returned(
            Kind.COMPLAINT, recipient, words=feedback, envid=_said(fields, "original-envelope-id"),
            message_id=message_id, ticket=ticket,
        )  # fmt: skip


def _original(message: Message, parts: tuple[Part, ...]) -> tuple[str, str]:
    """Message-ID and ticket of the message that came back, whole or its header alone."""
    for part in parts:
        if part.content_type in _HEADER_TYPES:
            fields: tuple[Field, ...] = parse(_decoded(message, part) + b"\r\n\r\n").root.fields
        elif part.content_type in _MESSAGE_TYPES and part.parts:
            fields = part.parts[0].fields
        else:
            continue
        ticket = _TICKET.search(_said(fields, "list-unsubscribe"))
        return _said(fields, "message-id"), ticket[1] if ticket else ""
    return "", ""


def _blocks(message: Message, part: Part) -> list[tuple[Field, ...]]:
    """The groups of fields between empty lines (RFC 3464 section 2.1)."""
    text = _decoded(message, part)
    blocks = [block for block in re.split(rb"(?:\r?\n[ \t]*){2,}", text.strip(b"\r\n")) if block.strip()]
    return [parse(block + b"\r\n\r\n").root.fields for block in blocks[: MOST_RECIPIENTS + 1]]


def _decoded(message: Message, part: Part) -> bytes:
    raw = decode_body(message.raw, part.body, part.encoding).data
    return raw[:MOST_BYTES]


def _said(fields: tuple[Field, ...], name: str) -> str:
    return next((" ".join(one.text.split()) for one in fields if one.lower == name), "")


def _address(text: str) -> str:
    """The address in `rfc822; ann@example.org` or `utf-8; ...` (RFC 3464 section 2.3.2, RFC 6533 section 3)."""
    kind, found, address = text.partition(";")
    if not found or kind.strip().lower() not in ("rfc822", "utf-8"):
        return ""
    return decode_xtext(address.strip()).strip("<> ")
