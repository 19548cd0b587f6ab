"""Tokens: what a beacon's or link's URL says, in at most 40 characters that nobody else can make.

A token holds numbers and a MAC. It proves that we made the URL and grants nothing else: no export, no erasure, no
unsubscribe. A link's MAC covers its destination too, so a redirect needs no database and cannot be turned to another
address (laws 8 and 9). Layout (base64url without padding, RFC 4648 section 5):

    1 byte   version (2 bits, 0), kind (2 bits), mode (4 bits)
    1 byte   key id
    4 bytes  campaign            1 byte variant
    2 bytes  link number         links; in a beacon of `pooled` the number of its pool
    8 bytes  sending             `hygiene` and `individual` only
    12 bytes MAC                 BLAKE2b (RFC 7693), keyed, cut to 96 bits
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NewType

from overt.errors import Malformed, Refused
from overt.measure.mode import Mode

Campaign = NewType("Campaign", int)
Variant = NewType("Variant", int)
Link = NewType("Link", int)
Sending = NewType("Sending", int)
RecipientNumber = NewType("RecipientNumber", int)

MAC_BYTES = 12  # a forger needs 2**95 tries on average, each one a request to us
SECRET_BYTES = 32
LONGEST = 40  # characters: longer tokens make lines that mail programs fold
_HEAD = struct.Struct(">BBIB")
_LINK = struct.Struct(">H")
_SENDING = struct.Struct(">Q")


class Kind(IntEnum):
    """What a tracked URL is."""

    BEACON = 0
    LINK = 1


PERSONS = {Kind.BEACON: b"overt beacon", Kind.LINK: b"overt link"}


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the number by which tokens name it (0 to 255)."""

    id: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.id <= 255:
            raise Malformed(f"a key's id is 0 to 255, not {self.id}")
        if len(self.secret) != SECRET_BYTES:
            raise Malformed(f"key {self.id}: the secret has {len(self.secret)} bytes, it needs {SECRET_BYTES}")


@dataclass(frozen=True, slots=True)
class Keyring:
    """Every key that still verifies, and the id of the one that signs. Old keys stay: links live as long as they do."""

    keys: Mapping[int, Key]
    signing: int

    def __post_init__(self) -> None:
        if self.signing not in self.keys:
            raise Malformed(f"the signing key {self.signing} is not among the keys")

    @property
    def signer(self) -> Key:
        return self.keys[self.signing]

    def rotate(self, random: Callable[[int], bytes]) -> Keyring:
        """A keyring with one key more, which signs from now on; raises `Refused` when all 256 ids are in use."""
        free = next((number for number in range(256) if number not in self.keys), None)
        if free is None:
            raise Refused("all 256 key ids are in use; start a new key file and keep this one for old links")
        return Keyring({**self.keys, free: Key(free, random(SECRET_BYTES))}, free)


def new_keyring(random: Callable[[int], bytes]) -> Keyring:
    """A keyring with one key from `random`, which returns as many unguessable bytes as asked for."""
    return Keyring({0: Key(0, random(SECRET_BYTES))}, 0)


def format_keyring(keyring: Keyring) -> str:
    """The keyring as JSON, secrets included."""
    keys = [{"id": key.id, "secret": base64.b64encode(key.secret).decode()} for _, key in sorted(keyring.keys.items())]
    return json.dumps({"signing": keyring.signing, "keys": keys}, indent=2) + "\n"


def parse_keyring(text: str) -> Keyring:
    """The keyring that `format_keyring` wrote; raises `Malformed`, whose text holds no secret."""
    try:
        told = json.loads(text)
        keys = [Key(int(row["id"]), base64.b64decode(row["secret"], validate=True)) for row in told["keys"]]
        return Keyring({key.id: key for key in keys}, int(told["signing"]))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Malformed("this is no key file: it needs JSON with `signing` and `keys`") from error


@dataclass(frozen=True, slots=True)
class Token:
    """What a URL says. `sending` stands in `hygiene` and `individual` and nowhere else.

    `link` is the number of a link, of a beacon in `pooled` that of its pool (1 to 65,535), and 0 of any other beacon.
    """

    kind: Kind
    mode: Mode
    campaign: Campaign
    variant: Variant
    link: Link = Link(0)
    sending: Sending | None = None

    def __post_init__(self) -> None:
        if self.mode is Mode.OFF:
            raise Refused("mode off has no tokens")
        if (self.sending is not None) != self.mode.names_sending:
            raise Refused(
                f"a token of mode {self.mode.word} {'needs' if self.mode.names_sending else 'has no'} sending"
            )
        if not (0 <= self.campaign < 1 << 32 and 0 <= self.variant < 1 << 8 and 0 <= self.link < 1 << 16):
            raise Refused("a campaign has 32 bits, a variant 8, a link 16")
        if self.sending is not None and not 0 <= self.sending < 1 << 64:
            raise Refused("a sending has 64 bits")
        if self.kind is Kind.BEACON and bool(self.link) is not (self.mode is Mode.POOLED):
            raise Refused("a beacon has a pool's number in pooled, and no number otherwise")
        if self.kind is Kind.LINK and self.mode is Mode.POOLED:
            raise Refused("links have no pools")


def mint(keyring: Keyring, token: Token, destination: bytes | None = None) -> str:
    """The token's text, signed by the signing key. A link needs its destination's bytes, a beacon has none."""
    if (destination is None) is (token.kind is Kind.LINK):
        raise Refused("a link is signed with its destination, a beacon without")
    key = keyring.signer
    body = _pack(token, key.id)
    return _encode(body + _mac(key, token.kind, body, destination))


def verify(keyring: Keyring, text: str, destination: bytes | None = None) -> Token | None:
    """The token, or None for anything we did not make, or made for another destination.

    The comparison takes the same time wherever the bytes differ.
    """
    raw = _decode(text)
    if raw is None:
        return None
    body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    key = keyring.keys.get(body[1])
    token = _unpack(body)
    if token is None or (destination is None) is (token.kind is Kind.LINK):
        return None
    expected = _mac(key or keyring.signer, token.kind, body, destination)
    return token if hmac.compare_digest(mac, expected) and key is not None else None


def token_length(kind: Kind, mode: Mode) -> int:
    """How many characters every token of this kind and mode has."""
    number = _LINK.size if has_number(kind, mode) else 0
    size = _HEAD.size + MAC_BYTES + number + (_SENDING.size if mode.names_sending else 0)
    return (size * 8 + 5) // 6


def has_number(kind: Kind, mode: Mode) -> bool:
    """Whether such a token has the two bytes of a link's or pool's number."""
    return kind is Kind.LINK or mode is Mode.POOLED


def recipient_of(sending: Sending) -> RecipientNumber:
    """The number of the recipient, which is the upper half of the sending's."""
    return RecipientNumber(sending >> 32)


def derive_campaign(keyring: Keyring, name: str) -> Campaign:
    """A campaign's number from its name and the signing key, for use without a ledger."""
    return Campaign(_derive(keyring.signer, b"campaign", 4, name.encode()))


def derive_recipient(key: Key, address: str) -> RecipientNumber:
    """A recipient's number from the address under one key. Letters of either case give the same number."""
    return RecipientNumber(_derive(key, b"recipient", 4, address.strip().lower().encode()))


def derive_sending(keyring: Keyring, campaign: Campaign, address: str, message_id: str) -> Sending:
    """A sending's number from what it is, for use without a ledger: the recipient's above, a serial below."""
    key = keyring.signer
    serial = _derive(key, b"serial", 4, campaign.to_bytes(4), address.strip().lower().encode(), message_id.encode())
    return Sending(derive_recipient(key, address) << 32 | serial)


def _derive(key: Key, purpose: bytes, size: int, *parts: bytes) -> int:
    state = hashlib.blake2b(digest_size=size, key=key.secret, person=b"overt " + purpose)
    for part in parts:
        state.update(len(part).to_bytes(4) + part)
    return int.from_bytes(state.digest())


def _pack(token: Token, key_id: int) -> bytes:
    body = _HEAD.pack(token.kind << 4 | token.mode, key_id, token.campaign, token.variant)
    if has_number(token.kind, token.mode):
        body += _LINK.pack(token.link)
    if token.sending is not None:
        body += _SENDING.pack(token.sending)
    return body


def _unpack(body: bytes) -> Token | None:
    try:
        first, _, campaign, variant = _HEAD.unpack_from(body)
        kind, mode = Kind(first >> 4), Mode(first & 15)  # a version other than 0 is no Kind
        rest = body[_HEAD.size :]
        link = 0
        if has_number(kind, mode):
            (link,) = _LINK.unpack_from(rest)
            rest = rest[_LINK.size :]
        sending = Sending(_SENDING.unpack(rest)[0]) if rest else None
        return Token(kind, mode, Campaign(campaign), Variant(variant), Link(link), sending)
    except (ValueError, struct.error, Refused):
        return None


def _mac(key: Key, kind: Kind, body: bytes, destination: bytes | None) -> bytes:
    state = hashlib.blake2b(body, digest_size=MAC_BYTES, key=key.secret, person=PERSONS[kind])
    state.update(destination or b"")  # the body's length follows from its first byte, so nothing can shift between them
    return state.digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes | None:
    if not 26 <= len(text) <= LONGEST or not text.isascii():
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    # Spare bits at the end of the last character must be zero: one token, one spelling.
    return raw if len(raw) >= _HEAD.size + MAC_BYTES and _encode(raw) == text else None
