from __future__ import annotations

import pytest

from overt.errors import Malformed
from overt.message import find_addresses, parse_address


def test_repr_hides_who_it_is_and_str_says_it() -> None:
    address = parse_address("Robin.Doe+news@Example.ORG")
    assert str(address) == "Robin.Doe+news@example.org"
    assert "obin" not in repr(address)
    assert repr(parse_address("x@example.org")) == "Address(…@example.org)"


@pytest.mark.parametrize(
    "text", ["", "robin", "@example.net", "a b@example.org", "a@b@", "a@.org", "x" * 300 + "@example.org"]
)
def test_what_is_no_address_is_malformed_without_being_repeated(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_address(text)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize("text", ['"a b"@example.org', "用户@例子.广告", "a@[192.0.2.1]", "o'brien@example.org"])
def test_unusual_addresses_are_addresses(text: str) -> None:
    assert str(parse_address(text)) == text


def test_addresses_of_a_field_come_in_order() -> None:
    found = find_addresses('"Doe, Robin" <robin@example.org>, a@example.org, nobody, b@example.org')
    assert [str(address) for address in found] == ["robin@example.org", "a@example.org", "b@example.org"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shown@example.net <real@example.org>", ["real@example.org"]),
        ('"a@example.net" <b@example.org>', ["b@example.org"]),
        ("(c@example.net) d@example.org", ["d@example.org"]),
        ("<@relay.example:user@example.org>", ["user@example.org"]),  # RFC 5322 section 4.4, a route
        ("Friends: a@example.org, b@example.org;", ["a@example.org", "b@example.org"]),
        ("undisclosed-recipients:;", []),
        ("a@" + "x" * 300, []),
    ],
)
def test_names_comments_routes_and_groups_are_no_addresses(text: str, expected: list[str]) -> None:
    assert [str(address) for address in find_addresses(text)] == expected
