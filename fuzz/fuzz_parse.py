"""Any bytes are a message: no edits give the same bytes, every span lies in them, every text can be walked."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.message.edit import apply_edits
    from overt.message.parse import parse
    from overt.message.reference import walk

SEEDS = Path(__file__).parent / "seeds" / "parse"


def check(data: bytes) -> None:
    message = parse(data)
    assert apply_edits(data, ()) == data
    assert all(0 <= part.span.start <= part.body.start <= part.body.end <= len(data) for part in message.parts())
    assert all(reference.span.end <= len(data) for reference in walk(message))


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
