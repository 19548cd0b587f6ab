"""Browsers."""

from __future__ import annotations

import pytest

from overt.measure.clues.browser import ROWS
from overt.measure.clues.row import Signatures
from overt.measure.reading import Actor, Certainty, Client

SIGNATURES = Signatures(ROWS)
EXAMPLES = [
    (
        "edge",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0",  # noqa: E501 as it was sent
    ),
    (
        "opera",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36 OPR/105.0.0.0",  # noqa: E501 as it was sent
    ),
    (
        "samsung",
        "Mozilla/5.0 (Linux; Android 13; SM-S908B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",  # noqa: E501 as it was sent
    ),
    ("firefox", "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"),
    (
        "chrome",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",  # noqa: E501 as it was sent
    ),
    (
        "chrome",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/120.0.6099.50 Mobile/15E148 Safari/604.1",  # noqa: E501 as it was sent
    ),
    (
        "safari",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",  # noqa: E501 as it was sent
    ),
    (
        "safari",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",  # noqa: E501 as it was sent
    ),
    ("konqueror", "Mozilla/5.0 (compatible; Konqueror/4.5; Linux) KHTML/4.5.4 (like Gecko)"),
    ("other-gecko", "Mozilla/5.0 (X11; U; Linux x86_64; en-US; rv:1.9.0.3) Gecko/2008092814 Iceweasel/3.0.3"),
    # developer.apple.com, applicationNameForUserAgent: an app's view ends in the app's name
    (
        "app-view",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Example/4.2",  # noqa: E501 as it was sent
    ),
    ("television", "Mozilla/5.0 (Nintendo 3DS; U; ; en) Version/1.7498.US"),
    ("feature-phone", "Example500/1.0 Profile/MIDP-2.0 Configuration/CLDC-1.1"),
    ("explorer", "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko"),
]


@pytest.mark.parametrize(("row", "user_agent"), EXAMPLES)
def test_a_published_user_agent_is_found_by_its_row(row: str, user_agent: str) -> None:
    found = SIGNATURES.find(user_agent)
    assert found is not None
    assert found.id == row


def test_rows_read_browsers_as_the_field_notes_do() -> None:
    known = next(row for row in ROWS if row.id == EXAMPLES[0][0])
    assert (known.opens, known.links, known.client) == (Actor.HUMAN, Actor.HUMAN, Client.BROWSER)


def test_a_browser_is_never_sure_to_be_one() -> None:
    assert {row.certainty for row in ROWS} == {Certainty.MEDIUM}
