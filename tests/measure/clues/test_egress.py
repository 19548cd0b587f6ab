"""Addresses against Apple's list, with the standard library's networks as the oracle."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.measure.classify import read_hit
from overt.measure.clues import RELAY
from overt.measure.clues.egress import Ranges, Standing
from overt.measure.hit import Seen
from overt.measure.reading import Actor, Certainty, Client
from overt.measure.token import Kind
from tests.measure.rows import DAY, ROWS, make_list

LISTED = make_list()
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1"  # noqa: E501 as it was sent
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
ON, OFF = "172.224.227.9", "198.51.100.7"


@pytest.mark.parametrize(
    ("address", "standing"),
    [
        ("172.224.226.0", Standing.LISTED),
        ("172.224.226.63", Standing.LISTED),
        ("172.224.226.64", Standing.ABSENT),
        ("172.224.225.255", Standing.ABSENT),
        ("172.224.226.16/28", Standing.LISTED),
        ("172.224.226.0/26", Standing.LISTED),  # two rows that touch
        ("172.224.226.0/24", Standing.PARTLY),
        ("172.224.227.0/24", Standing.LISTED),
        ("172.224.224.0/24", Standing.ABSENT),
        ("104.28.40.0/24", Standing.PARTLY),
        ("104.28.40.10", Standing.ABSENT),
        ("2a02:26f7:b000:4001:ffff::1", Standing.LISTED),
        ("2a02:26f7:b000:4002::", Standing.ABSENT),
        ("2a02:26f7:b000::/48", Standing.PARTLY),
        ("2606:54c0:7687::/48", Standing.LISTED),
        ("2606:54c0:7688::/48", Standing.ABSENT),
        ("255.255.255.255", Standing.ABSENT),
        ("::", Standing.ABSENT),
        ("", None),
        ("somebody", None),
    ],
)
def test_an_address_or_the_kept_part_of_one_stands_where_the_rows_put_it(
    address: str, standing: Standing | None
) -> None:
    assert LISTED.find(address) is standing


NETWORKS = [ip_network(row.split(b",")[0].decode()) for row in ROWS.splitlines()]
NEAR = st.builds(
    lambda network, offset: str(ip_address(int(network.network_address) + offset)),
    st.sampled_from(NETWORKS),
    st.integers(-300, 300),
)


@given(NEAR | st.ip_addresses().map(str))
def test_the_standard_library_finds_the_same(address: str) -> None:
    inside = any(ip_address(address) in network for network in NETWORKS)
    assert LISTED.find(address) is (Standing.LISTED if inside else Standing.ABSENT)


@pytest.mark.parametrize(
    ("address", "certainty"),
    [(ON, Certainty.HIGH), ("172.224.226.0/24", Certainty.MEDIUM), (OFF, Certainty.LOW), ("", Certainty.MEDIUM)],
)
def test_apples_prefetch_is_surer_from_a_listed_address_and_less_sure_from_another(
    address: str, certainty: Certainty
) -> None:
    reading = read_hit(Seen(Kind.BEACON, "GET", address, "Mozilla/5.0"), LISTED)
    assert (reading.actor, reading.certainty) == (Actor.PREFETCH, certainty)
    assert reading.clue == "apple-mail-privacy"


def test_safari_from_a_listed_address_is_a_person_behind_a_relay() -> None:
    reading = read_hit(Seen(Kind.LINK, "GET", ON, SAFARI), LISTED)
    assert (reading.actor, reading.client, reading.program) == (Actor.HUMAN, Client.BROWSER, "Safari")
    assert reading.clue == RELAY
    assert "Private Relay" in reading.reason
    assert read_hit(Seen(Kind.LINK, "GET", OFF, SAFARI), LISTED).clue == "safari"


@pytest.mark.parametrize("agent", [CHROME, GMAIL, "curl/8.4.0", ""])
def test_an_address_alone_proves_nothing(agent: str) -> None:
    with_list = read_hit(Seen(Kind.BEACON, "GET", ON, agent), LISTED)
    without = read_hit(Seen(Kind.BEACON, "GET", ON, agent))
    assert (with_list.actor, with_list.reason) == (without.actor, without.reason)


def test_a_machine_that_wears_apples_name_stays_one() -> None:
    assert read_hit(Seen(Kind.LINK, "GET", ON, "Mozilla/5.0"), LISTED).actor is Actor.MACHINE
    assert read_hit(Seen(Kind.BEACON, "HEAD", ON, SAFARI), LISTED).actor is Actor.MACHINE


@given(
    st.sampled_from(list(Kind)),
    st.sampled_from(["GET", "HEAD"]),
    NEAR | st.just(""),
    st.sampled_from(["Mozilla/5.0", SAFARI, CHROME, GMAIL, "curl/8.4.0", "", "something new"]),
)
def test_the_list_changes_no_actor_and_no_class_so_the_edge_counts_without_it(
    kind: Kind, method: str, address: str, agent: str
) -> None:
    seen = Seen(kind, method, address, agent)
    one, other = read_hit(seen, LISTED), read_hit(seen)
    assert (one.actor, one.client, one.program) == (other.actor, other.client, other.program)


def test_a_reading_says_by_which_list_it_was_made() -> None:
    seen = Seen(Kind.BEACON, "GET", OFF, CHROME)
    assert read_hit(seen).egress == ""
    assert read_hit(seen, LISTED).egress == LISTED.version
    assert LISTED.version.startswith(DAY.isoformat())
    assert make_list(ROWS + b"172.225.0.0/24,GB,GB-EN,London,\n").version != LISTED.version


def test_a_table_gives_its_entries_as_any_sequence_does() -> None:
    table = Ranges(b"xabcdef", 2, 1, 3)
    assert (len(table), table[1], list(table[1:])) == (3, b"cd", [b"cd", b"ef"])
