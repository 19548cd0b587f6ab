"""The original of a cleaned message, kept whole in the same mail, so that its signatures can still be checked.

It is attached compressed: no program shows it or loads anything from it, and none walks into it. By edits, like every
change: the message's content becomes the first part of a multipart/mixed (RFC 2046 section 5.1.3).
"""

from __future__ import annotations

import base64
import gzip
import zlib
from typing import Final

from overt.errors import Malformed, Refused
from overt.guard.record import MOST_UNDONE, digest_of
from overt.message import Edit, Message, Span

NAME: Final = "original.eml.gz"
_LINE: Final = 76  # characters, RFC 2045 section 6.8


def attach_original(message: Message, newline: str) -> tuple[Edit, ...]:
    """The edits that attach the message, as it is, to itself. Raises `Refused` where it has no header or no body."""
    root, raw = message.root, message.raw
    if not root.fields or root.body.start <= root.header.end:
        raise Refused("A message without header and body cannot hold its original; keep a copy beside it.")
    boundary = f"=_overt_{digest_of(raw).hex()}"
    moved = [field for field in root.fields if field.lower.startswith("content-")]
    inner = b"".join(field.raw if field.raw[-1:] in b"\r\n" else field.raw + newline.encode() for field in moved)
    outer = f'Content-Type: multipart/mixed; boundary="{boundary}"{newline}'
    if message.field("mime-version") is None:
        outer = f"MIME-Version: 1.0{newline}{outer}"
    packed = base64.b64encode(gzip.compress(raw[root.fields[0].span.start :], mtime=0)).decode("ascii")
    lines = "".join(packed[at : at + _LINE] + newline for at in range(0, len(packed), _LINE))
    behind = (
        f"{newline}--{boundary}{newline}"
        f'Content-Type: application/gzip; name="{NAME}"{newline}'
        f'Content-Disposition: attachment; filename="{NAME}"{newline}'
        f"Content-Transfer-Encoding: base64{newline}{newline}{lines}--{boundary}--{newline}"
    )
    opening = f"--{boundary}{newline}".encode() + inner + newline.encode()
    why = "keep the original"
    return (
        *(Edit(field.span, b"", why) for field in moved),
        Edit(Span(root.header.end, root.header.end), outer.encode(), why),
        Edit(Span(root.body.start, root.body.start), opening, why),
        Edit(Span(len(raw), len(raw)), behind.encode(), why),
    )


def find_original(message: Message) -> bytes | None:
    """The original that is attached, or None. Raises `Malformed` where it is damaged."""
    part = message.root.parts[-1] if message.root.parts else None
    if part is None or part.filename != NAME or part.disposition != "attachment":
        return None
    try:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        found = unpacker.decompress(base64.b64decode(part.body.cut(message.raw)), MOST_UNDONE)
    except (ValueError, zlib.error) as error:
        raise Malformed("The attached original is damaged; look for another copy.") from error
    if not unpacker.eof:
        raise Malformed("The attached original is cut off or too large; look for another copy.")
    return found
