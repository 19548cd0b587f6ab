"""Any bytes are a package, a PDF file, a calendar: reading them ends, within bounds, and names only addresses."""

from __future__ import annotations

import io
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.message import VECTORS
    from overt.message.attachment import find_in_calendar, find_in_package, find_in_pdf

SEEDS = Path(__file__).parent / "seeds" / "attachment"


def check(data: bytes) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.rels", data)
    stream = b"1 0 obj<</Type/ObjStm/Filter/FlateDecode>>stream\n" + zlib.compress(data) + b"\nendstream endobj"
    for package in (data, held.getvalue()):
        for sighting in find_in_package(package):
            assert sighting.raw
            assert sighting.vector in VECTORS
    for document in (data, stream):
        for sighting in find_in_pdf(document):
            assert sighting.raw
            assert sighting.vector in VECTORS
    text = data.decode("utf-8", "replace")
    for mention in find_in_calendar(text):
        assert mention.vector in VECTORS
        assert 0 <= mention.start <= mention.end <= len(text)


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
