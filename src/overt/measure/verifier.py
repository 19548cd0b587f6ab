"""Tokens verified by the ten thousand a second: as `overt.measure.token` does it, with what never changes done before.

A keyed BLAKE2 state is made once for each key and kind and copied for each token; the five shapes a token can have are
two tables. Says of every text and destination what `verify` says. Knows no request.
"""

from __future__ import annotations

import binascii
import hashlib
import struct
from binascii import a2b_base64
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from overt.measure.mode import Mode
from overt.measure.token import (
    MAC_BYTES,
    PERSONS,
    Campaign,
    Keyring,
    Kind,
    Link,
    Sending,
    Token,
    Variant,
    has_number,
)

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"  # RFC 4648 section 5
# RFC 4648 section 5 into section 4; what is no letter of section 5 becomes one of neither.
_ALPHABET = bytes.maketrans(b"-_+/=", b"+/!!!")


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a token of one length is read: what completes its text, its fields, and the mode for each first byte.

    `last` are the letters it may end with: spare bits of the last one are zero, so that one token has one spelling.
    """

    padding: bytes
    last: bytes
    fields: struct.Struct
    modes: Mapping[int, Mode]


def _shape(kind: Kind, modes: tuple[Mode, ...]) -> tuple[int, _Shape]:
    """Of modes whose tokens have the same fields."""
    # What a kind or mode has no field for stands as nought bytes, which read as nothing.
    link = "H" if has_number(kind, modes[0]) else "0s"
    fields = struct.Struct(f">BBIB{link}{'Q' if modes[0].names_sending else '0s'}{MAC_BYTES}s")
    length = (fields.size * 8 + 5) // 6
    spare = length * 6 - fields.size * 8
    firsts = MappingProxyType({kind << 4 | mode: mode for mode in modes})
    return length, _Shape(b"=" * (-length % 4), _LETTERS[:: 1 << spare], fields, firsts)


_PEOPLE = (Mode.HYGIENE, Mode.INDIVIDUAL)
_BEACONS = dict(_shape(Kind.BEACON, modes) for modes in ((Mode.SHARED,), (Mode.POOLED,), _PEOPLE))
_LINKS = dict(_shape(Kind.LINK, modes) for modes in ((Mode.SHARED,), _PEOPLE))


_BEACON = Kind.BEACON
_POOLED = Mode.POOLED


class Claims(NamedTuple):
    """What a token says, checked by its MAC: `Token` as plain values, for those who read ten thousands a second."""

    mode: Mode
    campaign: int
    variant: int
    link: int
    sending: int | None


class _Hash(Protocol):
    """What hashlib's states have in common; typeshed gives BLAKE2's no name that can be imported everywhere."""

    def copy(self) -> Any: ...


class Verifier:
    """Verifies tokens of one keyring. Immutable: share it between connections."""

    def __init__(self, keyring: Keyring) -> None:
        self._beacons = _states(keyring, Kind.BEACON)
        self._links = _states(keyring, Kind.LINK)
        self._signing = keyring.signing

    def read(self, text: bytes, kind: Kind, destination: bytes = b"") -> Claims | None:
        """What the token says, or None for anything we did not make, or made for another destination.

        The comparison takes the same time wherever the bytes differ, and whether or not the key is known.
        """
        shape = (_BEACONS if kind is _BEACON else _LINKS).get(len(text))
        if shape is None or text[-1] not in shape.last:
            return None
        try:
            raw = a2b_base64(text.translate(_ALPHABET) + shape.padding, strict_mode=True)
        except binascii.Error:
            return None
        first, key, campaign, variant, link, sending, mac = shape.fields.unpack(raw)
        mode = shape.modes.get(first)
        if mode is None or (mode is _POOLED and not link):
            return None
        states = self._beacons if kind is _BEACON else self._links
        state = (states.get(key) or states[self._signing]).copy()
        state.update(raw[:-MAC_BYTES] + destination)
        if not compare_digest(mac, state.digest()) or key not in states:
            return None
        return Claims(mode, campaign, variant, link or 0, None if sending == b"" else sending)

    def verify(self, text: bytes, kind: Kind, destination: bytes = b"") -> Token | None:
        """`read`, as a token."""
        found = self.read(text, kind, destination)
        return None if found is None else as_token(kind, found)


def as_token(kind: Kind, claims: Claims) -> Token:
    """The token that says this."""
    sending = None if claims.sending is None else Sending(claims.sending)
    return Token(kind, claims.mode, Campaign(claims.campaign), Variant(claims.variant), Link(claims.link), sending)


def _states(keyring: Keyring, kind: Kind) -> dict[int, _Hash]:
    return {
        number: hashlib.blake2b(digest_size=MAC_BYTES, key=key.secret, person=PERSONS[kind])
        for number, key in keyring.keys.items()
    }
