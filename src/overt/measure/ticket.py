"""Tickets: the URLs of one recipient, for leaving a list and for the recipient's own page. Following one is no hit.

They are signed under names of their own, so that no beacon or link grants what they grant, and none of them measures:

    {base}/u/{ticket}      unsubscribes by POST (RFC 8058); does not expire, for mail is kept for years
    {base}/you/{ticket}    the recipient's own page, sent by mail to whoever asks for it; expires

    1 byte   key id
    4 bytes  recipient
    4 bytes  campaign (leaving), or the minute since the epoch in which it was made (page)
    12 bytes MAC, BLAKE2b (RFC 7693), keyed, cut to 96 bits

Knows no clock and no consent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from overt.measure.token import MAC_BYTES, Campaign, Key, Keyring, RecipientNumber
from overt.message import Edit, Message, Span

LEAVE_PATH, VISIT_PATH = "/u/", "/you/"
VISIT_LASTS = timedelta(hours=1)  # long enough to read the mail, short enough that a forwarded one opens nothing
ONE_CLICK = "List-Unsubscribe=One-Click"  # RFC 8058 section 3.2, the body as it must be sent
_BODY = struct.Struct(">BII")
_TEXT = re.compile(r"[A-Za-z0-9_-]{28}")
_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Errand(Enum):
    """What a ticket is for; its value is the name that it is signed under."""

    LEAVE = b"overt leave"
    VISIT = b"overt visit"


@dataclass(frozen=True, slots=True)
class Leave:
    """Whoever holds it may end list mail to this recipient; `campaign` is that of the message it stood in."""

    recipient: RecipientNumber
    campaign: Campaign


def mint_leave(keyring: Keyring, recipient: RecipientNumber, campaign: Campaign) -> str:
    """The ticket to unsubscribe by."""
    return _mint(keyring.signer, Errand.LEAVE, recipient, campaign)


def verify_leave(keyring: Keyring, text: str) -> Leave | None:
    """What the ticket says, or None for anything we did not make."""
    found = _verify(keyring, Errand.LEAVE, text)
    return None if found is None else Leave(found[0], Campaign(found[1]))


def mint_visit(keyring: Keyring, recipient: RecipientNumber, at: datetime) -> str:
    """The ticket to the recipient's own page, good for `VISIT_LASTS` from `at` on."""
    return _mint(keyring.signer, Errand.VISIT, recipient, (at - _EPOCH) // _MINUTE)


def verify_visit(keyring: Keyring, text: str, now: datetime) -> RecipientNumber | None:
    """Whose page it opens, or None where it is none of ours or no longer good."""
    found = _verify(keyring, Errand.VISIT, text)
    if found is None:
        return None
    age = (now - _EPOCH) // _MINUTE - found[1]
    return found[0] if 0 <= age <= VISIT_LASTS // _MINUTE else None


def leave_url(base_url: str, ticket: str) -> str:
    """Where a POST unsubscribes and a GET asks whether to."""
    return f"{base_url}{LEAVE_PATH}{ticket}"


def visit_url(base_url: str, ticket: str) -> str:
    """The recipient's own page."""
    return f"{base_url}{VISIT_PATH}{ticket}"


def is_list_mail(message: Message) -> bool:
    """Whether the message says of itself how to leave (RFC 2369), or that it is one to a list (RFC 2919)."""
    return message.field("list-unsubscribe") is not None or message.field("list-id") is not None


def say_how_to_leave(message: Message, url: str) -> tuple[Edit, ...]:
    """The edit that puts List-Unsubscribe and List-Unsubscribe-Post on top; none where the message has its own."""
    if message.field("list-unsubscribe") is not None or not message.root.fields:
        return ()
    start = message.root.fields[0].span.start  # below an mbox line where there is one
    newline = "\r\n" if b"\r\n" in message.raw[: message.root.header.end + 2] else "\n"
    text = f"List-Unsubscribe: <{url}>{newline}List-Unsubscribe-Post: {ONE_CLICK}{newline}"
    return (Edit(Span(start, start), text.encode("ascii"), "say how to leave"),)


def _mint(key: Key, errand: Errand, recipient: RecipientNumber, number: int) -> str:
    body = _BODY.pack(key.id, recipient, number)
    return base64.urlsafe_b64encode(body + _mac(key, errand, body)).decode("ascii")


def _verify(keyring: Keyring, errand: Errand, text: str) -> tuple[RecipientNumber, int] | None:
    if not _TEXT.fullmatch(text):
        return None
    raw = base64.urlsafe_b64decode(text)
    body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    key_id, recipient, number = _BODY.unpack(body)
    key = keyring.keys.get(key_id)
    good = hmac.compare_digest(mac, _mac(key or keyring.signer, errand, body))
    return (RecipientNumber(recipient), number) if good and key is not None else None


def _mac(key: Key, errand: Errand, body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=MAC_BYTES, key=key.secret, person=errand.value).digest()
