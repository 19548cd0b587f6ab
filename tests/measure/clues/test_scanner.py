"""Security scanners that say who they are."""

from __future__ import annotations

import pytest

from overt.measure.clues.row import Signatures
from overt.measure.clues.scanner import ROWS
from overt.measure.reading import Actor, Client

SIGNATURES = Signatures(ROWS)
EXAMPLES = [
    ("barracuda-sentinel", "Barracuda Sentinel (EE)"),
    ("kaspersky", "Kaspersky Lab CFR link resolver "),
    ("google-safety", "Google-Safety; +http://www.google.com/bot.html"),
    ("exchange-check", "Mozilla/4.0 (Exchange check)"),
    ("twinwave", "TwinWaveScanner/1.0"),
    ("cortex", "cortex/1.0"),
    ("scmguard", "SCMGUARD"),
    ("old-explorer", "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)"),
]


@pytest.mark.parametrize(("row", "user_agent"), EXAMPLES)
def test_a_published_user_agent_is_found_by_its_row(row: str, user_agent: str) -> None:
    found = SIGNATURES.find(user_agent)
    assert found is not None
    assert found.id == row


def test_rows_read_scanners_as_the_field_notes_do() -> None:
    known = next(row for row in ROWS if row.id == EXAMPLES[0][0])
    assert (known.opens, known.links, known.client) == (Actor.MACHINE, Actor.MACHINE, Client.SCANNER)


def test_outlook_with_the_old_engine_is_no_scanner() -> None:
    assert (
        SIGNATURES.find("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; Microsoft Outlook 14.0)")
        is None
    )
