"""Mail addresses whose `repr` hides the local part, so that no log line names a person by accident.

Reads what RFC 5322 section 3.4 and RFC 6531 allow in practice; whether a mailbox exists it does not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import getaddresses

from overt.errors import Malformed

LONGEST = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets
_LOCAL = re.compile(r'"(?:[^"\\\r\n]|\\[^\r\n])*"|[^\s@<>()\[\],;:\\"\x00-\x1f\x7f]+')
_LABEL = r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f.]+"
_DOMAIN = re.compile(rf"\[[^\s\[\]\\]+\]|(?!-){_LABEL}(?:\.{_LABEL})*")


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox. `domain` is lower-case; the local part keeps its case, as RFC 5321 section 2.4 asks."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    def __repr__(self) -> str:
        return f"Address({self.local[:1]}…@{self.domain})"


def parse_address(text: str) -> Address:
    """The address in `text` and nothing else beside it; raises `Malformed`, which does not repeat it."""
    local, at, domain = text.strip().rpartition("@")
    if not at or len(text) > LONGEST or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise Malformed("that is no mail address; it is written like name@example.org")
    return Address(local, domain.lower())


def find_addresses(text: str) -> tuple[Address, ...]:
    """The addresses in a decoded To, From or Cc field, in order; what is none is passed over."""
    found = []
    for _, written in getaddresses([text]):
        try:
            found.append(parse_address(written))
        except Malformed:
            continue
    return tuple(found)
