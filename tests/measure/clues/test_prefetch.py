"""Prefetches are matched whole."""

from __future__ import annotations

from overt.measure.clues.prefetch import FALSE_PREFETCHES, ROWS
from overt.measure.clues.row import Signatures
from overt.measure.reading import Actor

SIGNATURES = Signatures(ROWS)


def test_every_row_is_exact() -> None:
    assert all(row.exact for row in ROWS)


def test_apples_prefetch_is_only_the_product_token() -> None:
    found = SIGNATURES.find("Mozilla/5.0")
    assert found is not None
    assert found.id == "apple-mail-privacy"
    assert SIGNATURES.find("Mozilla/5.0 (Macintosh)") is None


def test_gmails_prefetch_is_no_sign_of_an_open() -> None:
    assert {row.id for row in ROWS} >= FALSE_PREFETCHES == {"gmail-prefetch"}


def test_a_prefetch_follows_no_links() -> None:
    assert all((row.opens, row.links) == (Actor.PREFETCH, Actor.MACHINE) for row in ROWS)
