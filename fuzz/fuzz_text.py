"""Any body under any encoding and charset: what is changed in its text reads as the text with the change made."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.errors import Refused
    from overt.message import TextEdit, apply_edits, parse, read_text

SEEDS = Path(__file__).parent / "seeds" / "text"
# Each is declared: where none is, a change may take away the very bytes by which readers guess.
CHARSETS = (b"utf-8", b"windows-1252", b"utf-16", b"shift_jis", b"iso-2022-jp", b"gb18030", b"euc-kr", b"big5")
ENCODINGS = (b"quoted-printable", b"base64", b"8bit", b"7bit")
NEW = ("", "x", "https://t.example.org/b/x.gif", "\n", "\r\n", "=", "a" * 100, "b \n", ".\n", "\xe9")


def check(data: bytes) -> None:
    choice, places, body = data[:3].ljust(3, b"\0"), data[3:7].ljust(4, b"\0"), data[7:]
    charset, encoding = CHARSETS[choice[0] % len(CHARSETS)], ENCODINGS[choice[1] % len(ENCODINGS)]
    new = NEW[choice[2] % len(NEW)]
    head = b"Content-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: %s\r\n\r\n" % (charset, encoding)
    message = parse(head + body)
    text = read_text(message, message.root)
    cuts = sorted(place % (len(text.text) + 1) for place in places)
    changes = [TextEdit(cuts[0], cuts[1], new, "fuzz"), TextEdit(cuts[2], cuts[3], new, "fuzz")]
    for change in changes:
        span = text.raw_span(change.start, change.end)
        assert message.root.body.start <= span.start <= span.end <= message.root.body.end
    try:
        edits = text.edits(changes)
    except Refused:
        return
    again = parse(apply_edits(message.raw, edits))
    if not new:
        return  # the bytes on both sides of what was taken away may make a letter or a byte order mark together
    wanted = text.text[: cuts[0]] + new + text.text[cuts[1] : cuts[2]] + new + text.text[cuts[3] :]
    assert read_text(again, again.root).text == wanted


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
