"""A method or a field by which a program says that nobody is looking."""

from __future__ import annotations

import pytest

from overt.measure.clues.request import read_request
from overt.measure.hit import Flag, Seen
from overt.measure.token import Kind


@pytest.mark.parametrize("kind", list(Kind))
def test_head_shows_nothing_to_anybody(kind: Kind) -> None:
    found = read_request(Seen(kind, "HEAD", "", "any"))
    assert found is not None
    assert found.clue == "head"


def test_a_field_may_say_prefetch() -> None:
    found = read_request(Seen(Kind.LINK, "GET", "", "any", Flag.PREFETCH | Flag.DNT))
    assert found is not None
    assert found.clue == "prefetch-field"


@pytest.mark.parametrize("flags", [Flag.NONE, Flag.GPC, Flag.DNT, Flag.CONDITIONAL])
def test_other_fields_say_nothing(flags: Flag) -> None:
    assert read_request(Seen(Kind.LINK, "GET", "", "any", flags)) is None
