"""What every row must have."""

from __future__ import annotations

import re

from overt.measure.clues import FAMILIES, RANGES
from overt.measure.clues.row import REMEMBERED, Signatures
from overt.measure.reading import Actor

ROWS = [row for family in FAMILIES for row in family]


def test_ids_are_kebab_case_and_used_once() -> None:
    ids = [row.id for row in ROWS]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in (*ids, *(row.id for row in RANGES)))


def test_every_row_has_a_source_and_a_reason() -> None:
    assert all(row.source and row.reason and row.program for row in ROWS)
    assert all(row.source for row in RANGES)


def test_only_prefetches_are_prefetches_and_only_proxies_are_proxies() -> None:
    prefetch, proxy, *rest = FAMILIES
    assert {row.opens for row in prefetch} == {Actor.PREFETCH}
    assert {row.opens for row in proxy} == {Actor.PROXY}
    assert not {row.opens for family in rest for row in family} & {Actor.PREFETCH, Actor.PROXY}


def test_what_is_remembered_is_bounded() -> None:
    signatures = Signatures(ROWS)
    for number in range(REMEMBERED + 10):
        signatures.find(f"nobody {number}")
    assert signatures._search.cache_info().currsize == REMEMBERED
