"""How single values are written."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from pydantic import TypeAdapter, ValidationError

from overt.cli.value import Endpoint, Listen, Networks, NextHop, Words

LISTEN, NETWORKS, NEXT_HOP = TypeAdapter[Endpoint](Listen), TypeAdapter[object](Networks), TypeAdapter[str](NextHop)
WORDS = TypeAdapter[tuple[str, ...]](Words)


@pytest.mark.parametrize("text", ["127.0.0.1:2525", "[::1]:2525", "localhost:1"])
def test_endpoints_read_and_print_the_same(text: str) -> None:
    assert str(LISTEN.validate_python(text)) == text


@pytest.mark.parametrize("text", ["2525", "host:", "::1:25", "host:70000", ""])
def test_what_is_no_endpoint_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValidationError, match="HOST:PORT"):
        LISTEN.validate_python(text)


def test_networks_are_lists_or_words() -> None:
    both = (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert NETWORKS.validate_python("10.0.0.0/8, ::1") == both
    assert NETWORKS.validate_python(["10.0.0.0/8", "::1"]) == both
    with pytest.raises(ValidationError, match="is no network"):
        NETWORKS.validate_python("10.0.0.0/99")


@pytest.mark.parametrize(
    "text", ["smtp://a.example", "smtps://a.example:465", "lmtp://a.example:24", "lmtp+unix:///s", "maildir:///m"]
)
def test_next_hops(text: str) -> None:
    assert NEXT_HOP.validate_python(text) == text


@pytest.mark.parametrize("text", ["a.example:25", "http://a.example", "smtp://me@a.example", "maildir://m", "smtp://"])
def test_what_is_no_next_hop_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="write"):
        NEXT_HOP.validate_python(text)


def test_words_are_divided_at_blanks_and_commas() -> None:
    assert WORDS.validate_python("a, b c") == ("a", "b", "c")
