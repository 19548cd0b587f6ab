"""A mailbox in a real Dovecot is read whole, and no message becomes read by it."""

from __future__ import annotations

import imaplib
import smtplib

import pytest

from overt.errors import Refused
from overt.serve.mailbox import open_mailbox, read_place
from overt.testing import make_mail
from tests.live.mailhost import PASSWORD, missing_programs, running_mail_host

MISSING = missing_programs()
pytestmark = [pytest.mark.live, pytest.mark.skipif(bool(MISSING), reason=MISSING)]


def test_every_message_is_read_and_none_is_marked() -> None:
    with running_mail_host() as host:
        for number in range(25):  # more than one batch
            with smtplib.SMTP("127.0.0.1", host.smtp_port) as client:
                client.sendmail("a@example.org", ["robin@example.org"], make_mail(subject=f"Number {number}"))
        host.messages("robin", expected=25)
        place = read_place(f"imap://robin@127.0.0.1:{host.imap_port}/INBOX")
        with open_mailbox(place, PASSWORD) as mailbox:
            assert mailbox.count() == 25
            found = dict(mailbox.messages())
        assert {f"INBOX/{uid}" for uid in range(1, 26)} == found.keys()
        assert all(b"Subject: Number " in raw for raw in found.values())
        with imaplib.IMAP4("127.0.0.1", host.imap_port) as client:
            client.login("robin", PASSWORD)
            client.select("INBOX", readonly=True)
            assert client.search(None, "SEEN")[1] == [b""]
            assert len(client.search(None, "UNSEEN")[1][0].split()) == 25


def test_without_a_folder_all_of_them_are_read_and_a_wrong_password_is_said() -> None:
    with running_mail_host() as host:
        with smtplib.SMTP("127.0.0.1", host.smtp_port) as client:
            client.sendmail("a@example.org", ["robin@example.org"], make_mail())
        host.messages("robin", expected=1)
        place = read_place(f"imap://robin@127.0.0.1:{host.imap_port}/")
        with open_mailbox(place, PASSWORD) as mailbox:
            assert [label for label, _ in mailbox.messages()] == ["INBOX/1"]
        with pytest.raises(Refused, match="did not accept"), open_mailbox(place, "wrong"):
            pass
