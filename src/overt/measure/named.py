"""Which URLs name somebody: they hold a mail address, or a recipient's in one of the spellings that senders use.

Everybody whom a message goes to is looked for at once, so that the copies of all of them can be the same.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import md5, sha1, sha256
from typing import Final

import ahocorasick

# A mail address, plain or percent-encoded once or twice; no `/@name`, and no `package@1.2`.
_ADDRESS: Final = re.compile(r"[^/?#&=@%]{1,64}(?:@|%40|%2540)[a-z0-9.-]{1,253}\.[a-z]{2,63}", re.IGNORECASE)


class Named:
    """Looks for these recipients, and for anybody's address."""

    __slots__ = ("_spellings",)

    def __init__(self, recipients: Iterable[str] = ()) -> None:
        self._spellings = ahocorasick.Automaton()
        for recipient in recipients:
            for spelling in _spell(recipient.strip()):
                self._spellings.add_word(spelling, True)
        self._spellings.make_automaton()

    def is_in(self, destination: str) -> bool:
        """Whether the URL names one of them, or anybody."""
        if _ADDRESS.search(destination):
            return True
        return len(self._spellings) > 0 and next(self._spellings.iter(destination.lower()), None) is not None


NOBODY: Final = Named()


def _spell(address: str) -> Iterator[str]:
    """In small letters: plain, hexadecimal, Base64 and hashed. Base64 in any case matches more than it should."""
    if not address:
        return
    lower = address.lower()
    yield lower
    for raw in {address.encode("utf-8", "surrogatepass"), lower.encode("utf-8", "surrogatepass")}:
        yield raw.hex()
        yield b64encode(raw).decode().rstrip("=").lower()
    for hash_ in (md5, sha1, sha256):
        yield hash_(lower.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
