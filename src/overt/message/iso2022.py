"""ISO-2022-JP has states: what is written into the middle of a text has to enter and leave the right one.

RFC 1468. Browsers show an error between two escape sequences that nothing stands between (WHATWG Encoding 12.2.1), so
none is left over. Decodes nothing.
"""

from __future__ import annotations

import re

ASCII = b"\x1b(B"
_SEQUENCE = rb"\x1b(?:\([BJI]|\$[@B]|\$\(D)"
_ANY = re.compile(_SEQUENCE)
_RUN = re.compile(rb"(?:" + _SEQUENCE + rb")+")
_ADJACENT = re.compile(rb"(?:" + _SEQUENCE + rb")+(?=" + _SEQUENCE + rb")")


def behind_escapes(data: bytes, at: int) -> int:
    """Where the character begins whose bytes begin at `at`, escape sequences passed over."""
    match = _RUN.match(data, at) if data[at : at + 1] == b"\x1b" else None
    return match.end() if match else at


def write_iso2022(data: bytes, start: int, end: int, new: bytes) -> bytes:
    """`new`, which begins and ends in ASCII, with what makes it fit between the states before and after it."""
    before, after = _find_state(data, start), _find_state(data, end)
    if not new:
        return b"" if before == after else after
    entering = ASCII if before != ASCII else b""
    leaving = after if after != ASCII else b""
    return _ADJACENT.sub(b"", entering + new + leaving)


def _find_state(data: bytes, at: int) -> bytes:
    """The escape sequence in force at `at`."""
    stop = at
    while (stop := data.rfind(b"\x1b", 0, stop)) >= 0:
        match = _ANY.match(data, stop)
        if match and match.end() <= at:
            return match[0]
    return ASCII
