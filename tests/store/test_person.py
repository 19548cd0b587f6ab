"""Addresses and numbers: one person, one number, however the address is spelled."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import Engine

from overt.errors import Malformed, Unavailable
from overt.store import Ledger
from overt.store.person import look_up


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Robin@Example.ORG", " robin@example.org "),
        ("robin@bücher.example", "robin@xn--bcher-kva.example"),  # RFC 5891's own kind of pair
        ("jose\u0301@example.org", "jos\u00e9@example.org"),
        ("robin@[192.0.2.1]", "ROBIN@[192.0.2.1]"),
    ],
)
def test_spellings_of_one_address_are_one_person(engine: Engine, one: str, other: str) -> None:
    ledger = Ledger(engine)
    assert ledger.recipient(one) == ledger.recipient(other)


def test_a_tag_makes_another_person(engine: Engine) -> None:
    ledger = Ledger(engine)
    assert ledger.recipient("robin@example.org") != ledger.recipient("robin+news@example.org")


@pytest.mark.parametrize(
    "text", ["", "robin", "@example.net", "robin@", "a\nb@example.org", "a" * 320 + "@example.org"]
)
def test_what_is_no_address_is_malformed_and_not_repeated(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        look_up(text)
    assert not text or text not in str(caught.value)


def test_a_number_that_is_taken_is_drawn_again_and_zero_is_nobodys(engine: Engine) -> None:
    drawn = iter([b"\0\0\0\0", b"\0\0\0\7", b"\0\0\0\7", b"\xff\xff\xff\xff"])
    ledger = Ledger(engine, random=lambda size: next(drawn))
    assert ledger.recipient("a@example.org") == 7
    assert ledger.recipient("b@example.org") == 0xFFFFFFFF


def test_chance_that_always_gives_the_same_is_noticed(engine: Engine) -> None:
    same = itertools.repeat(b"\0\0\0\7")
    ledger = Ledger(engine, random=lambda size: next(same))
    ledger.recipient("a@example.org")
    with pytest.raises(Unavailable):
        ledger.recipient("b@example.org")


def test_looking_for_somebody_makes_nobody(engine: Engine) -> None:
    ledger = Ledger(engine)
    assert ledger.find_recipient("a@example.org") is None
    number = ledger.recipient("a@example.org")
    assert ledger.find_recipient("A@example.org") == number
