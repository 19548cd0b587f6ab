"""The three campaigns of the demonstration, and the commands that send them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

# Relative where that is possible: commands are shown as one would write them.
NEWSLETTERS = Path(os.path.relpath(Path(__file__).parent / "newsletters"))


@dataclass(frozen=True, slots=True)
class Campaign:
    """A name, a newsletter, and the subjects to compare."""

    name: str
    newsletter: Path
    subjects: tuple[str, ...] = ()


CAMPAIGNS: tuple[Campaign, ...] = (
    Campaign(
        "winter-reading",
        NEWSLETTERS / "winter-reading.eml",
        ("Ten books for long evenings", "{{ first | Dear reader }}, what will you read this winter?"),
    ),
    Campaign(
        "first-harvest",
        NEWSLETTERS / "first-harvest.eml",
        ("First harvest is on the scales", "Plum, lemon, cocoa: which is yours?"),
    ),
    Campaign("lantern-walk", NEWSLETTERS / "lantern-walk.eml"),
)


def send_command(campaign: Campaign, people: Path, settings: Path, seed: int) -> list[str]:
    """The words after `overt` that send it."""
    subjects = [word for subject in campaign.subjects for word in ("--subject", subject)]
    return [
        "send", str(campaign.newsletter), str(people), "--campaign", campaign.name, *subjects,
        "--seed", str(seed), "--settings", str(settings),
    ]  # fmt: skip
