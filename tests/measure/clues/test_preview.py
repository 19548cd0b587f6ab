"""Link previews of chats and networks."""

from __future__ import annotations

import pytest

from overt.measure.clues.preview import ROWS
from overt.measure.clues.row import Signatures
from overt.measure.reading import Actor, Client

SIGNATURES = Signatures(ROWS)
EXAMPLES = [
    ("slack", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
    ("slack", "Slack-ImgProxy (+https://api.slack.com/robots)"),
    ("facebook", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"),
    ("x", "Twitterbot/1.0"),
    ("linkedin", "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)"),
    ("teams", "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5"),
    ("microsoft-preview", "Mozilla/5.0 (compatible; MicrosoftPreview/2.0; +https://aka.ms/MicrosoftPreview)"),
    ("whatsapp", "WhatsApp/2.23.18.79 A"),
    ("telegram", "TelegramBot (like TwitterBot)"),
    ("discord", "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"),
    ("google-messages", "GoogleMessages/1.0"),
    (
        "imessage",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",  # noqa: E501 as it was sent
    ),
]


@pytest.mark.parametrize(("row", "user_agent"), EXAMPLES)
def test_a_published_user_agent_is_found_by_its_row(row: str, user_agent: str) -> None:
    found = SIGNATURES.find(user_agent)
    assert found is not None
    assert found.id == row


def test_rows_read_previews_as_the_field_notes_do() -> None:
    known = next(row for row in ROWS if row.id == EXAMPLES[0][0])
    assert (known.opens, known.links, known.client) == (Actor.MACHINE, Actor.MACHINE, Client.LINK_PREVIEW)
