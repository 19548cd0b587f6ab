"""IMAP places as people write them; what is wrong with one is said before any connection."""

from __future__ import annotations

import pytest

from overt.errors import Malformed, Refused, Unavailable
from overt.serve.mailbox import Place, open_mailbox, read_place
from tests.live.mailhost import free_port


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("imaps://me%40a.example@mail.a.example/INBOX", Place("mail.a.example", 993, "me@a.example", "INBOX", True)),
        ("imap://me@localhost:1143/Lists%2FNews", Place("localhost", 1143, "me", "Lists/News", False)),
        ("imaps://me@mail.a.example", Place("mail.a.example", 993, "me", "", True)),
    ],
)
def test_a_url_names_the_mailbox(url: str, place: Place) -> None:
    assert read_place(url) == place


@pytest.mark.parametrize("url", ["mail.a.example", "https://me@a.example/", "imaps://a.example/", "imaps://me@a:b/x"])
def test_what_names_none_is_said(url: str) -> None:
    with pytest.raises(Malformed, match="imaps://user@host/folder"):
        read_place(url)


def test_a_password_in_the_url_is_refused() -> None:
    with pytest.raises(Refused, match="OVERT_IMAP_PASSWORD"):
        read_place("imaps://me:secret@a.example/")


def test_a_server_that_is_not_there_is_for_later() -> None:
    place = Place("127.0.0.1", free_port(), "me", "", False)
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"), open_mailbox(place, "x"):
        pass
