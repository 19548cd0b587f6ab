"""Any bytes may be a message that lies: signals are found or not, each about bytes that it has."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.guard.confusable import skeleton
    from overt.guard.phishing import find_signals
    from overt.message import parse

SEEDS = Path(__file__).parent / "seeds" / "parse"


def check(data: bytes) -> None:
    for signal in find_signals(parse(data)):
        assert signal.because
        assert signal.span is None or signal.span.end <= len(data)
    skeleton(data.decode("utf-8", "replace"))


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
