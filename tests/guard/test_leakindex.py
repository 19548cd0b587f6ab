"""The index: what it costs, and that it grows with its addresses and no faster."""

from __future__ import annotations

import tracemalloc

from overt.guard.leakindex import build_leak_index
from overt.message import Address


def people(count: int) -> list[Address]:
    return [Address(f"ada.lovelace{number}", "example.org") for number in range(count)]


def test_an_index_of_nobody_is_empty() -> None:
    index = build_leak_index([])
    assert (index.addresses, index.size) == ((), 0)


def test_size_and_memory_grow_in_proportion() -> None:
    one, ten = build_leak_index(people(1)), build_leak_index(people(10))
    assert 9 <= ten.size / one.size <= 11
    assert 7 <= ten.memory / one.memory <= 11


def test_the_estimate_of_memory_is_of_the_right_order() -> None:
    tracemalloc.start()
    index = build_leak_index(people(10))
    traced = tracemalloc.get_traced_memory()[0]  # the automaton's nodes are not in it
    tracemalloc.stop()
    assert index.memory / 4 < traced < index.memory * 4


def test_aliases_count_as_addresses_and_each_once() -> None:
    index = build_leak_index(people(2), aliases=[*people(1), Address("me", "example.net")])
    assert [str(address) for address in index.addresses] == [
        "ada.lovelace0@example.org", "ada.lovelace1@example.org", "me@example.net",
    ]  # fmt: skip
