"""What a hit says about who asked: an actor, a class, a program, a reason and how sure we are.

A reading is a guess with its grounds, never a fact; the fact is the hit. Knows words only: which hit gets which
reading is `classify`'s business, and the tables' in `clues`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Actor(StrEnum):
    """Who stood behind the request."""

    HUMAN = "human"
    PROXY = "proxy"  # a person displayed it, the proxy hides who and where
    PREFETCH = "prefetch"  # may or may not have been displayed
    MACHINE = "machine"
    UNKNOWN = "unknown"


class Client(StrEnum):
    """What kind of program made the request."""

    MAIL_PROGRAM = "mail program"
    BROWSER = "browser"
    IMAGE_PROXY = "image proxy"
    SCANNER = "scanner"
    LINK_PREVIEW = "link preview"
    LIBRARY = "library"
    HEADLESS = "headless browser"
    SYNC_AGENT = "sync agent"
    CRAWLER = "crawler"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """How much one clue bears by itself: high is documented, medium was observed, low wants a second clue."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Reading:
    """`clue` is the id of the row that spoke (in `overt.measure.clues`), empty if none did.

    `ruleset` and `egress` are the version: of the rules, and of Apple's list of addresses ("" where there was none).
    """

    actor: Actor
    client: Client
    program: str
    reason: str
    certainty: Certainty
    ruleset: int
    clue: str = ""
    egress: str = ""
