"""Image proxies of mailbox providers."""

from __future__ import annotations

import pytest

from overt.measure.clues.proxy import ROWS
from overt.measure.clues.row import Signatures
from overt.measure.reading import Actor, Client

SIGNATURES = Signatures(ROWS)
EXAMPLES = [
    ("gmail-proxy", "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"),
    ("yahoo-proxy", "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"),
    ("seznam-proxy", "SeznamEmailProxy/2.0.124"),
    ("rambler-proxy", "RamblerMail/6.0 (incompatible; ImageProxy/6.0)"),
    ("ukrnet-proxy", "Mozilla/5.0 (via secureurl.fwdcdn.com)"),
    ("fastmail-proxy", "FastmailUA/1.0"),
    ("hey-proxy", "hey.com/imageproxy"),
    ("shortwave-proxy", "Shortwave Image Fetcher"),
    ("yandex-proxy", "Mozilla/5.0 (compatible; YandexImageResizer/2.0; +http://yandex.com/bots)"),
]


@pytest.mark.parametrize(("row", "user_agent"), EXAMPLES)
def test_a_published_user_agent_is_found_by_its_row(row: str, user_agent: str) -> None:
    found = SIGNATURES.find(user_agent)
    assert found is not None
    assert found.id == row


def test_rows_read_proxys_as_the_field_notes_do() -> None:
    known = next(row for row in ROWS if row.id == EXAMPLES[0][0])
    assert (known.opens, known.links, known.client) == (Actor.PROXY, Actor.MACHINE, Client.IMAGE_PROXY)
