"""Which pool each recipient's beacon names, drawn at random from a deck and forgotten.

A campaign's deck is made at its first message, from the size of the list that was declared with it; without one there
are no pools. Kept are only how many places are left in each pool, never who drew which. Pools are opened in blocks, so
that a list that turns out shorter leaves few of them unfilled; those tell nothing in reports. Works inside the caller's
transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from random import Random

from sqlalchemy import Connection, insert, select

from overt.errors import Refused
from overt.measure import Campaign
from overt.measure.campaign import PoolFacts
from overt.measure.pool import plan_pools
from overt.store.schema import deck as deck_table

MOST_POOLS = 0xFFFF  # a token has 16 bits for the number; nought is none
BLOCK = 64  # pools: among so many a recipient's is drawn, so that the order of sending says little of it
FEWEST_POOLS = 16  # a smaller block would hide nobody: the rest of the list is measured in `shared`
SURE = 100  # recipients after which the share of those who are pooled is taken from experience


@dataclass(frozen=True, slots=True)
class Deck:
    """The deck of one campaign. Of `seen` recipients `dealt` drew a pool; `left` are the places of the open block.

    `first` is the number of the open block's first pool: those before it are full. `size` is 0 where there are no
    pools, and `because` then says why.
    """

    campaign: Campaign
    declared: int
    size: int
    carried: float
    because: str = ""
    seen: int = 0
    dealt: int = 0
    first: int = 1
    left: tuple[int, ...] = ()

    def pass_by(self) -> Deck:
        """One recipient more who draws nothing."""
        return replace(self, seen=self.seen + 1)

    def draw(self, chance: Random) -> tuple[Deck, int | None]:
        """What is left, and the pool's number: 0 where this copy carries no beacon, None where there is no place."""
        deck = self if any(self.left) else self._next_block()
        if not any(deck.left):
            return deck.pass_by(), None
        (place,) = chance.choices(range(len(deck.left)), weights=deck.left)
        left = (*deck.left[:place], deck.left[place] - 1, *deck.left[place + 1 :])
        carried = chance.random() < deck.carried
        deck = replace(deck, left=left, seen=deck.seen + 1, dealt=deck.dealt + 1)
        return deck, deck.first + place if carried else 0

    def _next_block(self) -> Deck:
        first = self.first + len(self.left)
        share = self.dealt / self.seen if self.seen >= SURE else 1.0
        pools = int((self.declared - self.seen) * share) // self.size if self.size else 0
        if pools < FEWEST_POOLS:
            return replace(self, first=first, left=())
        pools = min(pools if pools < 2 * BLOCK else BLOCK, MOST_POOLS + 1 - first)
        return replace(self, first=first, left=(self.size,) * pools)

    @property
    def facts(self) -> PoolFacts | None:
        """What a report needs of it; None without pools."""
        if not self.size:
            return None
        full = {self.first + place for place, left in enumerate(self.left) if not left}
        return PoolFacts(self.size, self.carried, frozenset({*range(1, self.first), *full}))


def make_deck(campaign: Campaign, declared: int, size: int, expected: float) -> Deck:
    """The deck for a list of `declared` recipients (0: not declared), in pools of `size` at least."""
    if not declared:
        return Deck(campaign, 0, 0, 0.0, "the size of the list was not declared before the first message")
    size = max(size, ceil(declared / MOST_POOLS))
    try:
        plan = plan_pools(declared, size=size, expected=expected)
    except Refused as refused:
        return Deck(campaign, declared, 0, 0.0, str(refused))
    return Deck(campaign, declared, plan.size, plan.carried)


def open_deck(connection: Connection, made: Deck) -> tuple[Deck, bool]:
    """The campaign's deck as it stands, or `made` where it has none yet; and whether it is new."""
    found = read_deck(connection, made.campaign)
    if found is not None:
        return found, False
    connection.execute(insert(deck_table).values(_row(made)))
    return made, True


def read_deck(connection: Connection, campaign: Campaign) -> Deck | None:
    """The deck of a campaign; None before its first message."""
    row = connection.execute(select(deck_table).where(deck_table.c.campaign == int(campaign))).first()
    if row is None:
        return None
    left = tuple(map(int, row.left.split())) if row.left else ()
    return Deck(campaign, row.declared, row.size, row.carried, row.because, row.seen, row.dealt, row.first, left)


def write_deck(connection: Connection, deck: Deck) -> None:
    """Overwrite what was: nothing of an earlier draw stays."""
    connection.execute(deck_table.update().where(deck_table.c.campaign == int(deck.campaign)).values(_row(deck)))


def _row(deck: Deck) -> dict[str, object]:
    return {
        "campaign": int(deck.campaign),
        "declared": deck.declared,
        "size": deck.size,
        "carried": deck.carried,
        "because": deck.because,
        "seen": deck.seen,
        "dealt": deck.dealt,
        "first": deck.first,
        "left": " ".join(map(str, deck.left)),
    }
