"""Tickets: the URLs of one recipient, for leaving a list and for the recipient's own page. Following one is no hit.

They are signed under names of their own, so that no beacon or link grants what they grant, and none of them measures:

    {base}/u/{ticket}      unsubscribes by POST (RFC 8058); does not expire, for mail is kept for years
    {base}/you/{ticket}    the recipient's own page, sent by mail to whoever asks for it; expires
    {base}/you/yes/{ticket}    grants by POST what a mail asked for (double opt-in); expires

    1 byte   key id
    4 bytes  recipient
    4 bytes  campaign (leaving), or the minute since the epoch in which it was made (page); of what grants, the purposes
             in the upper 3 bits and the minute in the others, which last until the year 2990
    12 bytes MAC, BLAKE2b (RFC 7693), keyed, cut to 96 bits

Knows no clock and no consent.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from overt.measure.consent import Purpose
from overt.measure.token import MAC_BYTES, Campaign, Key, Keyring, RecipientNumber
from overt.message import Edit, Message, Span

LEAVE_PATH, VISIT_PATH, CONFIRM_PATH = "/u/", "/you/", "/you/yes/"
VISIT_LASTS = timedelta(hours=1)  # long enough to read the mail, short enough that a forwarded one opens nothing
CONFIRM_LASTS = timedelta(days=14)  # people answer mail after holidays
ONE_CLICK = "List-Unsubscribe=One-Click"  # RFC 8058 section 3.2, the body as it must be sent
_BODY = struct.Struct(">BII")
_TEXT = re.compile(r"[A-Za-z0-9_-]{28}")
_MINUTE = timedelta(minutes=1)
_MINUTE_BITS = 29
_PURPOSES = (Purpose.OPENS, Purpose.LINKS, Purpose.HYGIENE)  # by the bit that stands for each
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Errand(Enum):
    """What a ticket is for; its value is the name that it is signed under."""

    LEAVE = b"overt leave"
    VISIT = b"overt visit"
    CONFIRM = b"overt confirm"


@dataclass(frozen=True, slots=True)
class Leave:
    """Whoever holds it may end list mail to this recipient; `campaign` is that of the message it stood in."""

    recipient: RecipientNumber
    campaign: Campaign


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whoever holds it may grant these purposes for this recipient."""

    recipient: RecipientNumber
    purposes: tuple[Purpose, ...]


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


def mint_confirm(keyring: Keyring, recipient: RecipientNumber, purposes: Collection[Purpose], at: datetime) -> str:
    """The ticket to grant `purposes` by, good for `CONFIRM_LASTS` from `at` on."""
    bits = sum(1 << place for place, purpose in enumerate(_PURPOSES) if purpose in purposes)
    return _mint(keyring.signer, Errand.CONFIRM, recipient, bits << _MINUTE_BITS | (at - _EPOCH) // _MINUTE)


def verify_confirm(keyring: Keyring, text: str, now: datetime) -> Confirmation | None:
    """What it grants for whom, or None where it is none of ours or no longer good."""
    found = _verify(keyring, Errand.CONFIRM, text)
    if found is None:
        return None
    bits, minute = found[1] >> _MINUTE_BITS, found[1] & ((1 << _MINUTE_BITS) - 1)
    if not 0 <= (now - _EPOCH) // _MINUTE - minute <= CONFIRM_LASTS // _MINUTE:
        return None
    return Confirmation(found[0], tuple(purpose for place, purpose in enumerate(_PURPOSES) if bits >> place & 1))


def confirm_url(base_url: str, ticket: str) -> str:
    """Where a GET shows what is asked for, and a POST grants it."""
    return f"{base_url}{CONFIRM_PATH}{ticket}"


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
