"""Services that sync mailboxes and look at documents."""

from __future__ import annotations

import pytest

from overt.measure.clues.agent import ROWS
from overt.measure.clues.row import Signatures
from overt.measure.reading import Actor, Client

SIGNATURES = Signatures(ROWS)
EXAMPLES = [
    ("dataaccessd", "iOS/16.1 (20B82) dataaccessd/1.0"),
    ("exchange", "Microsoft Exchange/15.20 (Windows NT 10.0; Win64; x64)"),
    ("office-discovery", "Microsoft Office Existence Discovery"),
    ("office-discovery", "Microsoft Office Protocol Discovery"),
    ("webdav", "Microsoft-WebDAV-MiniRedir/10.0.19045"),
    ("cryptoapi", "Microsoft-CryptoAPI/10.0"),
    ("hubspot", "HubSpot Connect 2.0 (http://dev.hubspot.com/)"),
]


@pytest.mark.parametrize(("row", "user_agent"), EXAMPLES)
def test_a_published_user_agent_is_found_by_its_row(row: str, user_agent: str) -> None:
    found = SIGNATURES.find(user_agent)
    assert found is not None
    assert found.id == row


def test_rows_read_agents_as_the_field_notes_do() -> None:
    known = next(row for row in ROWS if row.id == EXAMPLES[0][0])
    assert (known.opens, known.links, known.client) == (Actor.MACHINE, Actor.MACHINE, Client.SYNC_AGENT)
