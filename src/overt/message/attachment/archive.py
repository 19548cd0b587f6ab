"""The members of a zip archive, by its central directory (APPNOTE 6.3.10), within fixed bounds.

No size that the archive states is believed: each member is inflated until it ends or a bound is met. What is encrypted,
compressed by another method, broken or too large is left out, and nothing raises. It writes no file, follows no path.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

#: Members looked at: a presentation with 500 slides has some 3,000.
MOST_MEMBERS: Final = 8192
#: Bytes of one member: the relationships of a workbook with 10,000 links have about 2 MB.
MOST_MEMBER: Final = 4 * 1024 * 1024
#: Times that a member may grow, from `FREE` bytes on. Deflate ends at 1032; lists of like links reach about 50.
MOST_RATIO: Final = 200
FREE: Final = 64 * 1024
#: Bytes read and written for all the attachments of one message: the relationships of large files have less than 1 MB,
#: and what costs most for each byte, XML of empty elements, is read in about 2 s.
MOST_BYTES: Final = 32 * 1024 * 1024
#: Bytes that count for each address found, so that few bytes cannot become very many findings.
EACH: Final = 1024
_STEP: Final = 16 * 1024

_END: Final = struct.Struct("<4s4H2LH")  # APPNOTE 4.3.16
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")  # 4.3.12
_LOCAL: Final = struct.Struct("<4s5H3L2H")  # 4.3.7
_COMMENT: Final = 65535  # bytes behind the end record
_ENCRYPTED: Final = 0x2041  # bits 0, 6, 13: the member, strongly, the directory too (4.4.4)


@dataclass(slots=True)
class Budget:
    """How much may still be unpacked; shared by all that one message holds."""

    left: int = MOST_BYTES

    def take(self, size: int) -> None:
        """Count bytes that were read or came out."""
        self.left -= size


def members(data: bytes, budget: Budget, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each member that is `wanted`, in the order of the directory."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - _COMMENT - _END.size))
    if end < 0 or end + _END.size > len(data):
        return
    _, _, _, _, _, size, offset, _ = _END.unpack_from(data, end)
    at = end - size if size <= end and data.startswith(b"PK\x01\x02", end - size) else offset
    shift = at - offset if at >= offset else 0  # bytes put before the archive
    for _ in range(MOST_MEMBERS):
        if at + _ENTRY.size > len(data) or budget.left <= 0:
            return
        entry = _ENTRY.unpack_from(data, at)
        if entry[0] != b"PK\x01\x02":
            return
        flags, method, packed, name_size, extra, comment, place = (entry[i] for i in (3, 4, 8, 10, 11, 12, 16))
        name = data[at + _ENTRY.size : at + _ENTRY.size + name_size].decode("utf-8", "replace")
        at += _ENTRY.size + name_size + extra + comment
        if flags & _ENCRYPTED or not wanted(name):
            continue
        content = _content(data, place + shift, method, packed, budget)
        if content:
            yield name, content


def _content(data: bytes, place: int, method: int, packed: int, budget: Budget) -> bytes:
    if place + _LOCAL.size > len(data):
        return b""
    local = _LOCAL.unpack_from(data, place)
    start = place + _LOCAL.size + local[9] + local[10]
    if local[0] != b"PK\x03\x04" or start >= len(data):
        return b""
    most = min(MOST_MEMBER, budget.left)
    if method == 0:
        content = data[start : start + min(packed, most)]
        budget.take(len(content))
        return content
    return inflate(data, start, most, budget, raw=True)[0] if method == 8 else b""


def inflate(data: bytes, start: int, most: int, budget: Budget, *, raw: bool) -> tuple[bytes, int]:
    """What the deflated bytes at `start` come to, and where they end. What came out before an error or a bound counts.

    `raw` without the header of RFC 1950. Reads a step at a time: no copy of all that is behind is ever made.
    """
    unpacker = zlib.decompressobj(-15 if raw else 15)
    view = memoryview(data)
    most = max(0, min(most, budget.left))
    out, size, at = list[bytes](), 0, start
    try:
        while at < len(data) and not unpacker.eof and size < most and at - start < budget.left:
            step = view[at : at + _STEP]
            at += len(step)
            piece: memoryview | bytes = step
            while piece and size < most and not unpacker.eof:
                got = unpacker.decompress(piece, most - size)
                out.append(got)
                size += len(got)
                piece = unpacker.unconsumed_tail
            if size > FREE and size > (at - start) * MOST_RATIO:
                break
    except zlib.error:
        pass
    at -= len(unpacker.unused_data)
    budget.take(size + at - start)  # empty blocks cost input and yield nothing
    return b"".join(out), at
