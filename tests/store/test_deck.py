"""Decks of pools: every place is drawn once, at random, and who drew which is nowhere."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from overt.measure import Campaign
from overt.store import Ledger
from overt.store.deck import BLOCK, FEWEST_POOLS, MOST_POOLS, Deck, make_deck


def deal(deck: Deck, recipients: int, chance: Random) -> tuple[Deck, Counter[int | None]]:
    drawn: Counter[int | None] = Counter()
    for _ in range(recipients):
        deck, pool = deck.draw(chance)
        drawn[pool] += 1
    return deck, drawn


def whole(deck: Deck) -> Deck:
    """The same deck whose copies all carry the beacon, so that every draw shows."""
    return Deck(deck.campaign, deck.declared, deck.size, 1.0)


def test_a_list_of_the_declared_size_fills_every_pool_with_its_size() -> None:
    deck, drawn = deal(whole(make_deck(Campaign(7), 2000, 5, 0.3)), 2000, Random(1))
    assert set(drawn.values()) == {5}
    assert sorted(number for number in drawn if number) == list(range(1, 401))
    assert deck.facts is not None
    assert len(deck.facts.full) == 400


def test_what_is_left_over_and_what_comes_late_has_no_pool() -> None:
    _, drawn = deal(whole(make_deck(Campaign(7), 2003, 5, 0.3)), 2100, Random(1))
    assert drawn[None] == 2100 - 2000


def test_copies_carry_the_beacon_by_chance_as_planned() -> None:
    deck = make_deck(Campaign(7), 20_000, 20, 0.3)
    _, drawn = deal(deck, 20_000, Random(1))
    # 1.594 / (20 * 0.3) = 0.2657 of 20,000; sd sqrt(20,000 * 0.2657 * 0.7343) = 62
    assert deck.carried == pytest.approx(0.2657, abs=1e-4)
    assert abs(20_000 - drawn[0] - 5313) < 4 * 62


def test_neighbours_in_the_sending_are_no_neighbours_in_the_pools() -> None:
    deck, pools = whole(make_deck(Campaign(7), 2000, 5, 0.3)), list[int | None]()
    chance = Random(2)
    for _ in range(BLOCK * 5):
        deck, pool = deck.draw(chance)
        pools.append(pool)
    same = sum(one == other for one, other in pairwise(pools))
    # Of 319 pairs of neighbours 4 in 319 share a pool: 4 expected.
    assert same < 15
    assert set(pools) == set(range(1, BLOCK + 1))


def test_a_list_that_is_shorter_than_declared_leaves_only_its_last_block_unfilled() -> None:
    deck, _ = deal(whole(make_deck(Campaign(7), 2000, 5, 0.3)), 1000, Random(3))
    assert deck.facts is not None
    assert len(deck.facts.full) >= 1000 // 5 - BLOCK
    assert max(deck.facts.full) <= 1000 // 5 + BLOCK


def test_recipients_of_other_modes_take_no_place_but_shorten_the_list() -> None:
    deck, chance = whole(make_deck(Campaign(7), 4000, 5, 0.3)), Random(4)
    pooled = 0
    for number in range(4000):
        if number % 2:
            deck = deck.pass_by()
        else:
            deck, pool = deck.draw(chance)
            pooled += pool is not None
    assert deck.facts is not None
    assert pooled - 5 * len(deck.facts.full) < 5 * BLOCK


@pytest.mark.parametrize(
    ("declared", "size", "why"),
    [(0, 20, "not declared"), (500, 20, "too few"), (100, 5, "too few")],
)
def test_without_a_size_or_with_too_few_there_are_no_pools_and_it_is_said_why(
    declared: int, size: int, why: str
) -> None:
    deck = make_deck(Campaign(7), declared, size, 0.3)
    assert deck.facts is None
    assert why in deck.because
    assert deck.draw(Random(1))[1] is None


def test_a_very_long_list_has_larger_pools_so_that_their_numbers_suffice() -> None:
    deck = make_deck(Campaign(7), 1_000_000, 5, 0.3)
    assert deck.size == 16  # 1,000,000 / 65,535 = 15.3
    assert 1_000_000 // deck.size <= MOST_POOLS


@settings(max_examples=30, deadline=None)
@given(st.integers(900, 3000), st.integers(0, 3500), st.integers(0, 1000))
def test_no_pool_ever_has_more_places_than_its_size(declared: int, recipients: int, seed: int) -> None:
    deck, drawn = deal(whole(make_deck(Campaign(7), declared, 5, 0.3)), recipients, Random(seed))
    assert all(number <= 5 for pool, number in drawn.items() if pool)
    assert deck.seen == recipients
    facts = deck.facts
    assert facts is None or all(drawn[pool] == 5 for pool in facts.full)


def test_a_small_rest_hides_nobody_and_is_dealt_no_pools() -> None:
    deck = Deck(Campaign(7), FEWEST_POOLS * 5 - 1, 5, 1.0)
    assert deck.draw(Random(1))[1] is None


def test_a_deck_is_kept_as_it_stands_and_made_once(engine: Engine) -> None:
    ledger = Ledger(engine)
    campaign = ledger.campaign("spring")
    made = make_deck(campaign, 2000, 5, 0.3)
    assert ledger.open_deck(made) == (made, True)
    dealt, _ = deal(made, 700, Random(5))
    ledger.write_deck(dealt)
    assert ledger.open_deck(make_deck(campaign, 9999, 20, 0.3)) == (dealt, False)
    assert ledger.facts(campaign).pools == dealt.facts
