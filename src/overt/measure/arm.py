"""Which arm of an experiment a recipient is in: always the same, and known to nobody without the key.

A hash decides, so a relay that sees one message at a time needs no list and keeps none. Whoever has the whole list can
draw permuted blocks instead, which are more even. Knows a recipient's number; no address, no message, nothing sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from overt.errors import Malformed
from overt.measure.token import Key, RecipientNumber

BITS = 64  # of the hash: an arm's share is off by at most 2**-64 of the weights' sum


def choose_arm(key: Key, experiment: str, recipient: RecipientNumber, weights: Sequence[int]) -> int:
    """The index of the arm, drawn in proportion to `weights` (whole numbers, at least one above 0).

    Another experiment's name, or another key, draws anew and independently. The hash is keyed BLAKE2b (RFC 7693).
    """
    if not weights or min(weights) < 0 or not sum(weights):
        raise Malformed("an experiment's weights are no less than 0, and one of them is more")
    name = experiment.encode()
    state = hashlib.blake2b(digest_size=BITS // 8, key=key.secret, person=b"overt arm")
    state.update(len(name).to_bytes(4) + name + recipient.to_bytes(4))
    place = int.from_bytes(state.digest()) * sum(weights) >> BITS
    arm = 0
    while place >= weights[arm]:
        place -= weights[arm]
        arm += 1
    return arm
