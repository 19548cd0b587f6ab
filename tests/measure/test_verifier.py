"""The fast verifier says what the plain one says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.measure import (
    Campaign,
    Keyring,
    Kind,
    Link,
    Mode,
    Sending,
    Token,
    Variant,
    Verifier,
    mint,
    new_keyring,
    verify,
)
from overt.measure.token import has_number

KEYS = new_keyring(lambda size: bytes(range(size))).rotate(lambda size: bytes(range(1, size + 1)))
OTHER_KEYS = new_keyring(lambda size: bytes(range(2, size + 2)))
OLD_KEYS = Keyring(KEYS.keys, 0)
HERE = b"https://news.example/a?b=1"


def make_token(kind: Kind, mode: Mode, campaign: int, variant: int, link: int, sending: int) -> Token:
    own = Sending(sending) if mode.names_sending else None
    mode = Mode.SHARED if kind is Kind.LINK and mode is Mode.POOLED else mode
    number = max(link, mode is Mode.POOLED) if has_number(kind, mode) else 0
    return Token(kind, mode, Campaign(campaign), Variant(variant), Link(number), own)


TOKENS = st.builds(
    make_token,
    st.sampled_from(Kind),
    st.sampled_from([mode for mode in Mode if mode]),
    st.integers(0, (1 << 32) - 1),
    st.integers(0, 255),
    st.integers(0, 65_535),
    st.integers(0, (1 << 64) - 1),
)


def destination(kind: Kind) -> bytes | None:
    return HERE if kind is Kind.LINK else None


@given(TOKENS, st.sampled_from([KEYS, OLD_KEYS]))
def test_every_token_of_ours_is_read_whichever_key_signed_it(token: Token, keyring: Keyring) -> None:
    text = mint(keyring, token, destination(token.kind)).encode()
    assert Verifier(KEYS).verify(text, token.kind, destination(token.kind) or b"") == token


@given(TOKENS, st.integers(0, 38), st.sampled_from("AB-_+/=.9\xe9"))
def test_a_changed_letter_is_judged_as_the_plain_verifier_judges_it(token: Token, at: int, letter: str) -> None:
    text = mint(KEYS, token, destination(token.kind))
    changed = text[:at] + letter + text[at + 1 :]
    found = Verifier(KEYS).verify(changed.encode("latin-1"), token.kind, destination(token.kind) or b"")
    assert found == verify(KEYS, changed, destination(token.kind))


@given(st.text("ABCDEFghij0123-_+/=", max_size=45), st.sampled_from(Kind))
def test_any_text_is_judged_as_the_plain_verifier_judges_it(text: str, kind: Kind) -> None:
    assert Verifier(KEYS).verify(text.encode(), kind, HERE if kind is Kind.LINK else b"") == verify(
        KEYS, text, destination(kind)
    )


@pytest.mark.parametrize("kind", Kind)
def test_other_keys_other_kinds_and_other_destinations_say_nothing(kind: Kind) -> None:
    token = make_token(kind, Mode.INDIVIDUAL, 7, 1, 3, 9)
    text = mint(KEYS, token, destination(kind)).encode()
    assert Verifier(OTHER_KEYS).read(text, kind, destination(kind) or b"") is None
    assert Verifier(KEYS).read(text, Kind(1 - kind), HERE) is None
    assert Verifier(KEYS).read(text, kind, b"https://evil.example") is None
