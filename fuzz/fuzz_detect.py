"""Any bytes may be a message: every reference has one finding, in order, and rules in any words read or are refused."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.guard import detect, load_rules, read_adblock
    from overt.guard.rule import RuleSet
    from overt.message import parse, walk

SEEDS = Path(__file__).parent / "seeds" / "parse"
RULES = load_rules()


def check(data: bytes) -> None:
    message = parse(data)
    references = list(walk(message))
    for rules in (RULES, None):
        found = detect(message, rules=rules)
        assert [finding.reference for finding in found] == references
        assert all(finding.because for finding in found)
    chosen = read_adblock(data[:4000].decode("utf-8", "replace"), "fuzz")
    rules = RuleSet(chosen.rules, "fuzz")
    for reference in references[:20]:
        rules.match(reference.url, resource="image", site="example.org")


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
