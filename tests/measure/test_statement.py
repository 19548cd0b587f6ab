"""Rows of words that others recorded: understood as a whole, or refused without repeating a word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from overt.errors import Malformed
from overt.measure import Purpose, Statement, read_statement

ANN = "ann@example.org"


def test_an_address_alone_is_a_grant_of_opens_and_links_now() -> None:
    assert read_statement({"address": ANN}) == Statement(ANN, True, (Purpose.OPENS, Purpose.LINKS))


def test_a_withdrawal_that_names_nothing_is_of_everything() -> None:
    found = read_statement({"address": ANN, "decision": "withdrawal"})
    assert (found.granted, found.purposes) == (False, tuple(Purpose))


def test_every_word_is_kept_and_a_moment_has_its_zone() -> None:
    row = {"way": "form", "reference": "f-1", "wording": "v2", "language": "de-CH", "actor": "desk"}
    found = read_statement(
        {"address": ANN, "purposes": ["links", "links"], "at": "2026-11-01T10:30:00+01:00", **row},
        {"way": "API", "actor": "key shop"},
    )
    assert {name: getattr(found, name) for name in row} == row
    assert found.at == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    assert found.purposes == (Purpose.LINKS,)
    assert ANN not in repr(found)


def test_what_is_empty_is_filled() -> None:
    found = read_statement({"address": ANN, "way": " "}, {"way": "API", "actor": "key shop"}, [Purpose.HYGIENE])
    assert (found.way, found.actor, found.reference, found.purposes) == ("API", "key shop", "", (Purpose.HYGIENE,))


@pytest.mark.parametrize(
    "more",
    [
        {"decison": "withdrawal"},
        {"decision": "revoke-me"},
        {"decision": "Grant"},
        {"decision": ""},
        {"decision": None},
        {"purposes": []},
        {"purposes": "opens"},
        {"purposes": None},
        {"purposes": ["everything"]},
        {"purposes": ["opens", []]},
        {"way": 5},
        {"way": None},
        {"reference": ["secret-word"]},
        {"way": "x" * 201},
        {"reference": "x" * 201},
        {"wording": "x" * 201},
        {"actor": "x" * 201},
        {"language": "x" * 36},
        {"way": "secret\x00word"},
        {"way": "secret-word\n"},
        {"wording": "a\u2028b"},
        {"actor": "\ud800"},
        {"at": "yesterday"},
        {"at": ""},
        {"at": 1793525400},
        {"at": "2026-11-01T09:30:00"},
        {"at": "2026-11-01"},
        {"at": "1969-12-31T23:59:59Z"},
        {"at": "0001-01-01T00:00:00+23:59"},
        {"address": "secret-word"},
        {"address": "a@b@c"},
        {"address": ""},
        {"address": ["ann@example.org"]},
        {"address": "ann@example.org\n"},
    ],
)
def test_what_is_not_understood_is_refused_without_a_word_of_it(more: dict[str, object]) -> None:
    with pytest.raises(Malformed) as refused:
        read_statement({"address": ANN, **more})
    told = f"{refused.value} {refused.value.public}"
    assert not any(word in told for word in (ANN, "secret", "yesterday", "decison", "everything", "revoke-me", "xxx"))


def test_lengths_are_those_of_the_longest_that_is_needed() -> None:
    row = {"way": "ä" * 200, "reference": "x" * 200, "wording": "x" * 200, "language": "x" * 35, "actor": "x" * 200}
    found = read_statement({"address": ANN, **row})
    assert {name: getattr(found, name) for name in row} == row
    with pytest.raises(Malformed):
        read_statement({"address": ANN}, {"way": "x" * 201})


def test_no_address_at_all_is_refused() -> None:
    with pytest.raises(Malformed):
        read_statement({})
