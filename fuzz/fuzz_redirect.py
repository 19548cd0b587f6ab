"""Any text may be a wrapped link: what comes out is a web address or nothing, and stripping twice is stripping once."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.guard.parameter import strip_parameters
    from overt.guard.redirect import MOST_HOPS, as_destination, unwrap

SEEDS = Path(__file__).parent / "seeds" / "redirect"


def check(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    found = unwrap(text)
    assert len(found.hops) <= MOST_HOPS
    assert all(as_destination(hop.url) for hop in found.hops)
    left, removed = strip_parameters(text)
    assert (left == text) == (not removed)
    assert strip_parameters(left) == (left, ())


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
