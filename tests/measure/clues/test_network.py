"""Networks that filter mail."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.measure.clues.network import RANGES, Ranges
from overt.measure.hit import Seen
from overt.measure.reading import Certainty
from overt.measure.token import Kind

NETWORKS = Ranges(RANGES)


@given(st.ip_addresses())
def test_an_address_is_found_if_and_only_if_a_range_holds_it(address: object) -> None:
    found = NETWORKS(Seen(Kind.BEACON, "GET", str(address), ""))
    held = [row for row in RANGES if address in ip_network(row.network)]
    assert (found.clue if found else None) == (held[0].id if held else None)


@pytest.mark.parametrize("row", RANGES, ids=lambda row: row.network)
def test_both_ends_of_a_range_are_in_it_and_their_neighbours_have_no_certainty_of_it(row: object) -> None:
    network = ip_network(row.network)  # type: ignore[attr-defined]
    for end in (network.network_address, network.broadcast_address):
        found = NETWORKS(Seen(Kind.LINK, "GET", str(end), ""))
        assert found is not None
        assert found.certainty is row.certainty  # type: ignore[attr-defined]


def test_a_prefix_that_only_holds_a_range_is_weak_evidence() -> None:
    found = NETWORKS(Seen(Kind.LINK, "GET", "35.157.190.0/24", ""))
    assert found is not None
    assert found.certainty is Certainty.LOW


@pytest.mark.parametrize("text", ["", "unknown", "1.2.3", "::/129", "10.0.0.0/33", "\x00"])
def test_text_that_is_no_address_says_nothing(text: str) -> None:
    assert NETWORKS(Seen(Kind.LINK, "GET", text, "")) is None
