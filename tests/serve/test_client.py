"""Whose address a request comes from."""

from __future__ import annotations

from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.serve.client import TrustedProxies, keyed_hash, pack_address, pack_prefix, parse_address
from overt.store.record import unpack_prefix

PROXIES = TrustedProxies(["127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"])


@pytest.mark.parametrize(
    ("values", "client"),
    [
        ([], "127.0.0.1"),  # the proxy itself asks
        ([b"198.51.100.7"], "198.51.100.7"),
        ([b"203.0.113.9, 198.51.100.7"], "198.51.100.7"),  # what stands left of the untrusted hop is forged
        ([b"198.51.100.7, 10.1.2.3"], "198.51.100.7"),
        ([b"203.0.113.9", b"198.51.100.7", b"10.1.2.3, 10.3.2.1"], "198.51.100.7"),  # RFC 9110 5.3: one list
        ([b"10.9.9.9, 10.1.2.3"], "10.9.9.9"),  # everybody is ours
        ([b"2001:db8:2::5"], "2001:db8:2::5"),
        ([b"[2001:db8:2::5]:4711"], "2001:db8:2::5"),
        ([b"198.51.100.7:4711"], "198.51.100.7"),
        ([b"::ffff:198.51.100.7"], "198.51.100.7"),
        ([b"2001:db8:2::5, 2001:db8:1::1"], "2001:db8:2::5"),
        ([b"unknown"], ""),
        ([b"203.0.113.9, unknown"], ""),
        ([b"203.0.113.9, <script>, 10.1.2.3"], ""),
        ([b"198.51.100.7,,"], "198.51.100.7"),
    ],
)
def test_the_right_most_untrusted_hop_is_the_client(values: list[bytes], client: str) -> None:
    assert PROXIES.client("127.0.0.1", values) == client


@pytest.mark.parametrize(
    ("value", "client"),
    [
        (b"for=198.51.100.7;proto=https;by=10.0.0.1", "198.51.100.7"),
        (b'for=203.0.113.9, For="[2001:db8:2::17]:4711"', "2001:db8:2::17"),  # RFC 7239 section 4
        (b"for=_hidden", ""),
        (b"proto=https", ""),
        (b"proto=https;for=198.51.100.7, for=10.0.0.9", "198.51.100.7"),
    ],
)
def test_the_forwarded_field_is_read_by_rfc_7239(value: bytes, client: str) -> None:
    assert TrustedProxies(["127.0.0.1", "10.0.0.0/8"], field="Forwarded").client("127.0.0.1", [value]) == client


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        ("127.0.0.1", True),
        ("10.200.1.1", True),
        ("11.0.0.1", False),
        ("2001:db8:1::9", True),
        ("2001:db8:2::9", False),
        ("", True),
    ],
)
def test_only_the_listed_networks_are_trusted(peer: str, trusted: bool) -> None:
    assert PROXIES.trusts_peer(peer) is trusted


def test_nobody_is_trusted_where_none_is_listed() -> None:
    assert not TrustedProxies().trusts_peer("127.0.0.1")


@given(st.lists(st.binary(max_size=60), max_size=5), st.sampled_from(["x-forwarded-for", "forwarded"]))
def test_any_bytes_give_an_address_or_none(values: list[bytes], field: str) -> None:
    found = TrustedProxies(["127.0.0.1"], field=field).client("127.0.0.1", values)
    assert found == "" or parse_address(found) is not None


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:aaaa:bbbb::1", "2001:db8:aaaa::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_an_address_is_kept_as_its_24_or_48(address: str, prefix: str) -> None:
    assert unpack_prefix(pack_prefix(pack_address(address))) == prefix


@pytest.mark.parametrize("address", ["192.0.2.77", "2001:db8:aaaa:bbbb::1", "192.0.2.077", "[::1]:80", "1.2.3", "\0"])
def test_packing_an_address_reads_what_is_an_address(address: str) -> None:
    found = parse_address(address)
    assert pack_address(address) == (b"" if found is None else found.packed)


@pytest.mark.parametrize("value", [b"198.51.100.7", b"198.51.100.7, 10.0.0.9", b"127.0.0.1", b"unknown", b""])
def test_the_packed_client_is_the_client(value: bytes) -> None:
    for address in ("127.0.0.1", "198.51.100.1", ""):
        peer = PROXIES.peer(address)
        wanted = PROXIES.client(address, [value]) if peer.trusted else address
        assert PROXIES.packed_client(peer, [value]) == pack_address(wanted)


def test_the_hash_is_keyed_and_tells_addresses_of_one_prefix_apart() -> None:
    one, other = pack_address("192.0.2.1"), pack_address("192.0.2.2")
    hashed = keyed_hash(b"k" * 32)
    assert hashed(one) != hashed(other)
    assert hashed(one) != keyed_hash(b"l" * 32)(one)
    # RFC 7693: BLAKE2b, 8 bytes of digest, keyed and personalised
    digest = blake2b(bytes([192, 0, 2, 1]), digest_size=8, key=b"k" * 32, person=b"overt address").digest()
    assert hashed(one) == int.from_bytes(digest, "big")


def test_the_changing_half_of_an_ipv6_address_is_not_hashed() -> None:
    hashed = keyed_hash(b"k" * 32)
    assert hashed(pack_address("2001:db8:0:1::1")) == hashed(pack_address("2001:db8:0:1:ffff::2"))
    assert hashed(pack_address("2001:db8:0:1::1")) != hashed(pack_address("2001:db8:0:2::1"))


def test_no_address_has_no_hash() -> None:
    assert keyed_hash(b"k" * 32)(b"") == 0
