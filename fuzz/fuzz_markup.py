"""Any text is markup: the tags and comments that the scan finds are those of a whole tokeniser."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris
import turbohtml

with atheris.instrument_imports(include=["overt"]):
    from overt.message.markup import Comment, Tag, scan

SEEDS = Path(__file__).parent / "seeds" / "html"
START, END, COMMENT = turbohtml.TokenType.START_TAG, turbohtml.TokenType.END_TAG, turbohtml.TokenType.COMMENT


def check(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    if "noscript" in text.lower():
        return  # the tokeniser takes it for raw text, as with scripts; mail is shown without
    tokens = list(turbohtml.tokenize(text))
    pieces = list(scan(text, 0, len(text)))
    assert [piece.data for piece in pieces if isinstance(piece, Comment)] == [
        token.data for token in tokens if token.type == COMMENT
    ]
    assert [(piece.name, piece.closes) for piece in pieces if isinstance(piece, Tag)] == [
        (token.tag, token.type == END) for token in tokens if token.type in (START, END)
    ]


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
