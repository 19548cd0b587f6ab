"""Errors: three kinds, and a sentence for strangers that tells them nothing."""

from __future__ import annotations

import pytest

from overt.errors import Malformed, OvertError, Refused, Unavailable


@pytest.mark.parametrize("kind", [Malformed, Refused, Unavailable])
def test_a_stranger_reads_only_the_public_sentence(kind: type[OvertError]) -> None:
    error = kind("key 3 does not verify recipient@example.org")
    assert "recipient" not in error.public
    assert "key" not in error.public
    assert str(error) == "key 3 does not verify recipient@example.org"


def test_the_public_sentence_can_be_chosen() -> None:
    assert Refused("rule 12", public="Please sign in first.").public == "Please sign in first."


def test_the_three_kinds_are_told_apart_and_caught_together() -> None:
    kinds = (Malformed, Refused, Unavailable)
    assert all(issubclass(kind, OvertError) for kind in kinds)
    assert not any(issubclass(one, other) for one in kinds for other in kinds if one is not other)
