"""Any bytes may be a request for a tracked link: only a destination that was signed is ever found."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.measure import (
        Campaign,
        Key,
        Keyring,
        Kind,
        Link,
        Mode,
        Token,
        Variant,
        Verifier,
        likeliest_destination,
        mint,
        parse_path,
        read_destination,
        verify,
    )
    from overt.measure.locator import MOST_CANDIDATES

SEEDS = Path(__file__).parent / "seeds" / "locator"
KEYRING = Keyring({1: Key(1, b"f" * 32)}, 1)
VERIFIER = Verifier(KEYRING)
SIGNED = b"https://shop.example/a?b=1&c=%2F+x#d"
TOKEN = mint(KEYRING, Token(Kind.LINK, Mode.SHARED, Campaign(1), Variant(0), Link(1)), SIGNED)


def check(data: bytes) -> None:
    path, _, query = data.partition(b"?")
    located = parse_path(path)
    found = read_destination(query)
    assert len(found) <= MOST_CANDIDATES
    likeliest = likeliest_destination(query)
    assert likeliest is None or found[0] == likeliest
    for text in (TOKEN, "" if located is None else located.token):
        for candidate in found:
            token = verify(KEYRING, text, candidate)
            assert VERIFIER.verify(text.encode(), Kind.LINK, candidate) == token
            assert token is None or candidate == SIGNED


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
