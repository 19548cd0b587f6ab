"""Spellings of an address, and what is too ordinary to be one."""

from __future__ import annotations

import pytest

from overt.guard.spelling import is_rare, spell, spellings
from overt.message import Address

ADA = Address("Ada.Lovelace+news", "example.org")


def test_an_address_is_spelled_with_and_without_its_tag_and_in_three_cases() -> None:
    found = {spelling.text: spelling.chain for spelling in spellings(ADA)}
    assert found == {
        "Ada.Lovelace+news@example.org": (),
        "ada.lovelace+news@example.org": ("lower",),
        "ADA.LOVELACE+NEWS@EXAMPLE.ORG": ("upper",),
        "Ada.Lovelace@example.org": ("without-tag",),
        "ada.lovelace@example.org": ("lower", "without-tag"),
        "ADA.LOVELACE@EXAMPLE.ORG": ("upper", "without-tag"),
        "Ada.Lovelace+news": ("local-part",),
        "ada.lovelace+news": ("lower", "local-part"),
        "ADA.LOVELACE+NEWS": ("upper", "local-part"),
        "Ada.Lovelace": ("local-part", "without-tag"),
        "ada.lovelace": ("lower", "local-part", "without-tag"),
        "ADA.LOVELACE": ("upper", "local-part", "without-tag"),
    }


def test_every_spelling_is_written_again_from_its_chain() -> None:
    assert all(spell(ADA, spelling.chain) == spelling.text for spelling in spellings(ADA))
    with pytest.raises(ValueError, match="md5"):
        spell(ADA, ("md5",))


@pytest.mark.parametrize(
    ("local", "rare"),
    [
        ("ada.lovelace", True),
        ("a_lovelace1815", True),
        ("adalovelace", False),
        ("ada", False),
        ("newsletter", False),
        ("info", False),
        ("hedwigkiesler", True),
    ],
)
def test_a_local_part_alone_points_at_its_owner_only_when_it_is_rare(local: str, rare: bool) -> None:
    assert is_rare(local) is rare


def test_the_domain_alone_is_no_spelling_and_roles_are_not_hashed() -> None:
    texts = [spelling.text for spelling in spellings(Address("info", "example.org"))]
    assert texts == ["info@example.org", "INFO@EXAMPLE.ORG"]
