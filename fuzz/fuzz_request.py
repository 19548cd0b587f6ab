"""Any bytes may be the head of a request: what is read at a glance, a whole parser reads in the same way."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris
import httptools

with atheris.instrument_imports(include=["overt"]):
    from overt.measure import parse_path
    from overt.wire.request import GlanceReader

SEEDS = Path(__file__).parent / "seeds" / "request"
READER = GlanceReader(prefix=b"", forwarded=b"x-forwarded-for", longest_target=8192, longest=16384)


class Told:
    def __init__(self) -> None:
        self.target, self.ended = b"", False

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_message_complete(self) -> None:
        self.ended = True


def check(data: bytes) -> None:
    glance = READER.read(data)
    if glance is None:
        return
    told = Told()
    parser = httptools.HttpRequestParser(told)
    parser.feed_data(data)
    path, _, query = told.target.partition(b"?")
    located = parse_path(path)
    assert told.ended
    assert parser.get_method() == b"GET"
    assert located is not None
    assert (located.kind, located.token.encode()) == (glance.kind, glance.token)
    assert not glance.query or glance.query == query


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
