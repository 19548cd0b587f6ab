"""Any two byte strings may be copies of a mailing: spans lie in their URLs, equal copies differ in nothing."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.guard.differ import diff, diff_many
    from overt.message import parse

SEEDS = Path(__file__).parent / "seeds" / "parse"


def check(data: bytes) -> None:
    half = len(data) // 2
    one, other = parse(data[:half]), parse(data[half:])
    for difference in diff(one, other):
        assert 0 <= difference.a_start <= difference.a_end <= len(difference.a.url)
        assert 0 <= difference.b_start <= difference.b_end <= len(difference.b.url)
        assert difference.words[0] != difference.words[1]
    assert diff(one, one) == ()
    diff_many({"a": [one], "b": [other, one]})


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
