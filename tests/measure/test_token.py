from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.errors import Malformed, Refused
from overt.measure import (
    Campaign,
    Key,
    Keyring,
    Kind,
    Link,
    Mode,
    Sending,
    Token,
    Variant,
    derive_campaign,
    derive_recipient,
    derive_sending,
    format_keyring,
    mint,
    new_keyring,
    parse_keyring,
    recipient_of,
    verify,
)
from overt.measure.token import has_number, token_length

SECRET = bytes(range(32))
KEYRING = Keyring({5: Key(5, SECRET)}, 5)
BEACON = Token(Kind.BEACON, Mode.SHARED, Campaign(0x01020304), Variant(9))
LINK = Token(Kind.LINK, Mode.INDIVIDUAL, Campaign(1), Variant(0), Link(2), Sending(0x0A0B0C0D_00000001))


def test_a_beacons_token_is_the_layout_and_the_mac_that_the_document_gives() -> None:
    body = bytes([0x01, 5, 1, 2, 3, 4, 9])
    mac = hashlib.blake2b(body, digest_size=12, key=SECRET, person=b"overt beacon").digest()
    assert mint(KEYRING, BEACON) == base64.urlsafe_b64encode(body + mac).rstrip(b"=").decode()


def test_a_links_mac_covers_its_destination() -> None:
    body = bytes([0x14, 5, 0, 0, 0, 1, 0, 0, 2, 0x0A, 0x0B, 0x0C, 0x0D, 0, 0, 0, 1])
    mac = hashlib.blake2b(body + b"https://a.example/", digest_size=12, key=SECRET, person=b"overt link").digest()
    text = mint(KEYRING, LINK, b"https://a.example/")
    assert text == base64.urlsafe_b64encode(body + mac).rstrip(b"=").decode()
    assert verify(KEYRING, text, b"https://a.example/") == LINK
    assert verify(KEYRING, text, b"https://b.example/") is None
    assert verify(KEYRING, text) is None


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.OFF])
def test_every_token_has_at_most_forty_characters_and_the_length_foretold(kind: Kind, mode: Mode) -> None:
    sending = Sending((1 << 64) - 1) if mode.names_sending else None
    if kind is Kind.LINK and mode is Mode.POOLED:
        pytest.skip("links have no pools")
    link = Link(0xFFFF if has_number(kind, mode) else 0)
    token = Token(kind, mode, Campaign((1 << 32) - 1), Variant(255), link, sending)
    text = mint(KEYRING, token, b"x" if kind is Kind.LINK else None)
    assert len(text) == token_length(kind, mode) <= 40
    assert verify(KEYRING, text, b"x" if kind is Kind.LINK else None) == token


@given(st.integers(0, 25), st.sampled_from("ABCabc019-_=. é"))
def test_a_token_with_another_character_never_verifies(place: int, letter: str) -> None:
    text = mint(KEYRING, BEACON)
    changed = text[:place] + letter + text[place + 1 :]
    assert (verify(KEYRING, changed) is not None) == (changed == text)


@given(st.text(max_size=60))
def test_nonsense_is_no_token(text: str) -> None:
    assert verify(KEYRING, text) is None


def test_old_keys_verify_after_rotation_and_strangers_keys_never_do() -> None:
    old = new_keyring(lambda size: b"a" * size)
    text = mint(old, BEACON)
    rotated = old.rotate(lambda size: b"b" * size)
    assert verify(rotated, text) == BEACON
    assert mint(rotated, BEACON) != text
    assert verify(Keyring({0: Key(0, b"c" * 32)}, 0), text) is None


def test_a_keyring_survives_being_written_and_hides_its_secrets() -> None:
    assert parse_keyring(format_keyring(KEYRING)) == KEYRING
    assert SECRET.hex() not in repr(KEYRING)
    assert repr(SECRET) not in repr(KEYRING)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"signing": 0, "keys": []}', '{"signing": 0, "keys": [{"id": 0, "secret": "eA=="}]}']
)
def test_a_damaged_key_file_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse_keyring(text)


def test_tokens_that_make_no_sense_are_refused() -> None:
    with pytest.raises(Refused):
        Token(Kind.BEACON, Mode.OFF, Campaign(1), Variant(0))
    with pytest.raises(Refused):
        Token(Kind.BEACON, Mode.INDIVIDUAL, Campaign(1), Variant(0))
    with pytest.raises(Refused):
        Token(Kind.BEACON, Mode.SHARED, Campaign(1), Variant(0), Link(0), Sending(1))
    with pytest.raises(Refused):
        mint(KEYRING, BEACON, b"https://a.example/")


def test_derived_numbers_depend_on_the_key_and_hold_the_recipient() -> None:
    sending = derive_sending(KEYRING, Campaign(1), "Robin@Example.org", "<1@x>")
    assert recipient_of(sending) == derive_recipient(KEYRING.signer, "robin@example.org")
    assert sending != derive_sending(KEYRING, Campaign(1), "robin@example.org", "<2@x>")
    other = new_keyring(lambda size: b"z" * size)
    assert derive_campaign(KEYRING, "spring") != derive_campaign(other, "spring")
