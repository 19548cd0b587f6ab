"""Mail addresses whose `repr` hides the local part, so that no log line names a person by accident.

Reads what RFC 5322 section 3.4 and RFC 6531 allow in practice; whether a mailbox exists it does not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from overt.errors import Malformed

LONGEST = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets
_WORD = r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]++"
_LABEL = r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f.]++"
_QUOTED = r'"(?:[^"\\\r\n]|\\[^\r\n])*+"'
_ADDRESS = rf"((?:{_QUOTED}|{_WORD})@(?:\[[^\s\[\]\\]+\]|(?!-){_LABEL}(?:\.{_LABEL})*+))"
_ONE = re.compile(_ADDRESS)
# In angle brackets, maybe with a route (RFC 5322 section 4.4); else bare, where it is no display name.
_MAILBOX = re.compile(rf"<\s*+(?:@[^:<>]*+:)?{_ADDRESS}\s*>|{_ADDRESS}(?!\s*<)|{_QUOTED}|\((?:[^()\\]|\\.)*+\)|{_WORD}")


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox. `domain` is lower-case; the local part keeps its case, as RFC 5321 section 2.4 asks."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    def __repr__(self) -> str:
        return f"Address(…@{self.domain})"


def parse_address(text: str) -> Address:
    """The address in `text` and nothing else beside it; raises `Malformed`, which does not repeat it."""
    written = text.strip()
    if len(written) > LONGEST or not _ONE.fullmatch(written):
        raise Malformed("that is no mail address; it is written like name@example.org")
    local, _, domain = written.rpartition("@")
    return Address(local, domain.lower())


def find_addresses(text: str) -> tuple[Address, ...]:
    """The addresses in a decoded To, From or Cc field, in order; what is none is passed over."""
    written = (match[1] or match[2] for match in _MAILBOX.finditer(text))
    return tuple(parse_address(one) for one in written if one and len(one) <= LONGEST)
