"""Clues to who asked, one file a family, in the order they are asked. The first that names an actor decides.

Every row has an id, a source and a reason. When a row or the order changes, `RULESET` goes up by one, so that a
reading always says by which rules it was made. What Apple's list of addresses adds is no clue of its own: `Egress`.
"""

from __future__ import annotations

from overt.measure.clues import agent, browser, crawler, library, prefetch, preview, program, proxy, scanner
from overt.measure.clues.egress import RELAY, Egress
from overt.measure.clues.network import RANGES, Range, Ranges
from overt.measure.clues.prefetch import FALSE_PREFETCHES
from overt.measure.clues.request import read_request
from overt.measure.clues.row import Clue, Evidence, Row, Signatures

RULESET = 3

# What a program says of itself, the most telling first. Gmail's prefetch ends in a browser's name and the proxies in
# "bot"-like ones, so what is exact comes before what is general.
FAMILIES = (
    prefetch.ROWS,
    proxy.ROWS,
    scanner.ROWS,
    preview.ROWS,
    library.ROWS,
    agent.ROWS,
    crawler.ROWS,
    program.ROWS,
    browser.ROWS,
    crawler.PLAIN,
)
PROXIES = Signatures((*prefetch.ROWS, *proxy.ROWS))
NETWORKS = Ranges(RANGES)
PROGRAMS = Signatures(tuple(row for family in FAMILIES[2:] for row in family))

CLUES: tuple[Clue, ...] = (read_request, PROXIES, NETWORKS, PROGRAMS)

__all__ = [
    "CLUES",
    "FALSE_PREFETCHES",
    "FAMILIES",
    "NETWORKS",
    "RANGES",
    "RELAY",
    "RULESET",
    "Clue",
    "Egress",
    "Evidence",
    "Range",
    "Row",
    "Signatures",
]
