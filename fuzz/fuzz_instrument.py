"""Any bytes may be a message to measure: nothing is raised, and undoing gives back the very bytes."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.measure import Campaign, Key, Keyring, Mode, Plan, Sending, Variant, prepare
    from overt.message import apply_edits, invert_edits, parse

SEEDS = Path(__file__).parent / "seeds" / "parse"
KEYRING = Keyring({1: Key(1, b"f" * 32)}, 1)
PLAN = Plan(
    base_url="https://t.example.org",
    campaign=Campaign(7),
    variant=Variant(1),
    opens=Mode.INDIVIDUAL,
    links=Mode.INDIVIDUAL,
    sending=Sending(1 << 40),
    grant="fuzz",
    text_links=True,
)


def check(data: bytes) -> None:
    message = parse(data)
    if message.field("overt-notice") is not None:
        return
    prepared = prepare(message, PLAN)
    edits = prepared.edits(KEYRING, PLAN.sending)
    out = apply_edits(data, edits)
    assert apply_edits(out, invert_edits(data, edits)) == data
    assert prepared.render(KEYRING, PLAN.sending) == out


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
