"""HTTP libraries and headless browsers."""

from __future__ import annotations

import pytest

from overt.measure.clues.library import ROWS
from overt.measure.clues.row import Signatures
from overt.measure.reading import Actor, Client

SIGNATURES = Signatures(ROWS)
EXAMPLES = [
    ("curl", "curl/8.4.0"),
    ("python", "python-requests/2.31.0"),
    ("python", "Python/3.11 aiohttp/3.9.1"),
    ("go", "Go-http-client/1.1"),
    ("java", "okhttp/4.12.0"),
    ("java", "Java/17.0.2"),
    ("java", "Apache-HttpClient/4.5.14 (Java/17.0.2)"),
    ("javascript", "axios/1.6.2"),
    ("javascript", "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)"),
    ("php", "GuzzleHttp/7"),
    ("perl", "libwww-perl/6.72"),
    ("ruby", "Ruby"),
    ("library", "Wget/1.21.4"),
    (
        "headless",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
    ),
    ("no-user-agent", ""),
]


@pytest.mark.parametrize(("row", "user_agent"), EXAMPLES)
def test_a_published_user_agent_is_found_by_its_row(row: str, user_agent: str) -> None:
    found = SIGNATURES.find(user_agent)
    assert found is not None
    assert found.id == row


def test_rows_read_librarys_as_the_field_notes_do() -> None:
    known = next(row for row in ROWS if row.id == EXAMPLES[0][0])
    assert (known.opens, known.links, known.client) == (Actor.MACHINE, Actor.MACHINE, Client.LIBRARY)
