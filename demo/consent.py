"""Grants, recorded as an operator would: a list of those who said yes, and `overt consent import`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from demo.people import Person

MOMENT = "2026-11-01T09:30:00Z"


def write_granted(people: Sequence[Person], path: Path) -> None:
    """Those who said yes, with when and where the proof is."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("email", "at", "reference"))
        rows.writerows((person.address, MOMENT, f"form-{number:03d}") for number, person in enumerate(people, 1))


def import_command(path: Path, settings: Path) -> list[str]:
    """The words after `overt` that record them."""
    return ["consent", "import", str(path), "--way", "web form", "--wording", "2026-10", "--settings", str(settings)]
