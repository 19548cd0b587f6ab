"""Any text may be a URL with a leak in it: whatever is found verifies, and nothing is raised."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.guard.leak import find_leaks
    from overt.guard.leakindex import build_leak_index
    from overt.guard.proof import verify_leak
    from overt.message import Address

SEEDS = Path(__file__).parent / "seeds" / "leak"
INDEX = build_leak_index([Address("ada", "example.org"), Address("grace.hopper+news", "example.net")])


def check(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for leak in find_leaks(INDEX, text):
        assert 0 <= leak.start < leak.end <= len(text)
        assert verify_leak(leak, text)


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
