"""Mail programs."""

from __future__ import annotations

import pytest

from overt.measure.clues.program import ROWS
from overt.measure.clues.row import Signatures
from overt.measure.reading import Actor, Client

SIGNATURES = Signatures(ROWS)
EXAMPLES = [
    # apache/cordova-ios: the number of the view stands behind what the system says
    (
        "apple-mail-phone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 10_3_1 like Mac OS X) AppleWebKit/603.1.30 (KHTML, like Gecko) Mobile/14E304 (140431612)",  # noqa: E501 as it was sent
    ),
    ("thunderbird", "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.6.0"),
    ("outlook-windows", "Mozilla/4.0 (compatible; ms-office; MSOffice 16)"),
    ("outlook-windows", "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)"),
    ("outlook-mobile", "Outlook-iOS/2.0"),
    ("outlook-mac", "MacOutlook/16.80.23121017 (Intelx64 Mac OS X Version 14.2)"),
    ("airmail", "Airmail 1.3.3 rv:237 (Macintosh; Mac OS X 10.9.3; en_US)"),
    ("em-client", "eM Client/9.2"),
    (
        "mailspring",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Mailspring/1.13.3 Chrome/100.0 Electron/19.0 Safari/537.36",
    ),
    ("the-bat", "The Bat! 10.5"),
    ("apple-mail", "Mail/3731.700.6 CFNetwork/1410.1 Darwin/22.6.0"),
    ("webkit-bare", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"),
    (
        "apple-mail-phone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    ),
    (
        "android-view",
        "Mozilla/5.0 (Linux; Android 13; Pixel 7 Build/TQ3A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/119.0 Mobile Safari/537.36",  # noqa: E501 as it was sent
    ),
]


@pytest.mark.parametrize(("row", "user_agent"), EXAMPLES)
def test_a_published_user_agent_is_found_by_its_row(row: str, user_agent: str) -> None:
    found = SIGNATURES.find(user_agent)
    assert found is not None
    assert found.id == row


def test_rows_read_programs_as_the_field_notes_do() -> None:
    known = next(row for row in ROWS if row.id == EXAMPLES[0][0])
    assert (known.opens, known.links, known.client) == (Actor.HUMAN, Actor.HUMAN, Client.MAIL_PROGRAM)


def test_outlook_probes_a_link_before_its_reader_follows() -> None:
    found = SIGNATURES.find("Mozilla/4.0 (compatible; ms-office; MSOffice 16)")
    assert found is not None
    assert found.links is Actor.UNKNOWN
