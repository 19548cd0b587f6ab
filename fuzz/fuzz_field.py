"""Any bytes may be a header field: words, parameters and addresses are read, and nothing is raised."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.message.address import find_addresses
    from overt.message.field import MOST_PARAMETERS, parse_parameters, read_field

SEEDS = Path(__file__).parent / "seeds" / "field"


def check(data: bytes) -> None:
    text = read_field(data)
    assert text == text.strip()
    value, parameters = parse_parameters(text)
    assert value == value.strip().lower()
    assert len(parameters) <= MOST_PARAMETERS
    for address in find_addresses(text):
        assert address.domain


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
