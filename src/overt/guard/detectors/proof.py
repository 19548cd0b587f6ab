"""Whether the URL provably holds one of the reader's addresses."""

from __future__ import annotations

from collections.abc import Iterator

from overt.guard.case import Case
from overt.guard.finding import Evidence
from overt.guard.proof import proof_of


def look_at_proof(case: Case) -> Iterator[Evidence]:
    """A whole address proves; a local part alone, which others may share, is a strong hint."""
    leak = case.leak
    if leak is None:
        return
    way = " of ".join(step for step in leak.chain if step != "local-part") or "as it is"
    if proof_of(leak) == "whole":
        yield Evidence("leak", f"it holds {leak.address} ({way})", leak.start, leak.end)
    else:
        yield Evidence(
            "local-part", f"it holds {leak.address.local}, the first half of your address ({way})", leak.start, leak.end
        )
