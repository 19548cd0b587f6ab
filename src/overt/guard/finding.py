"""What guard says of one reference: its class, how sure it is, and every piece of evidence for it.

Values only, checked once at birth. How a class is chosen they do not know: that is `overt.guard.detect`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from overt.message import Address, Reference

Class = Literal["beacon", "identified", "remote", "wrapped-link", "tagged-link", "receipt", "plain"]
CLASSES: Final[tuple[Class, ...]] = get_args(Class)
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation. `kind` is a kebab-case id, `because` a sentence about this very reference.

    `[start, end)` are the characters of the reference's `url` that it is about; -1 where it is about none.
    """

    kind: str
    because: str
    start: int = -1
    end: int = -1

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.kind):
            raise ValueError(f"{self.kind!r} is no kebab-case id")
        if not (self.start == self.end == -1 or 0 <= self.start <= self.end):
            raise ValueError(f"[{self.start}, {self.end}) is no piece of a URL")


@dataclass(frozen=True, slots=True)
class Leak:
    """Proof that a URL holds an address: `url[start:end]` is `address` after the steps of `chain`, outermost first."""

    address: Address
    chain: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one reference.

    `confidence` is the probability, 0 to 1, that the class is right, judged by the evidence; only proofs and known
    endpoints come near 1. `vendor` and `rule` name the row that knew the endpoint, or are "". `destination` is where
    a wrapped link leads, None where nobody but its owner knows.
    """

    reference: Reference
    kind: Class
    confidence: float
    evidence: tuple[Evidence, ...]
    because: str
    vendor: str = ""
    rule: str = ""
    leak: Leak | None = None
    destination: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in CLASSES:
            raise ValueError(f"{self.kind!r} is no class of finding")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"{self.confidence} is no probability")
