"""Mails of the pages: plain text with one link, not measured, and answered by no machine."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from overt.serve.pages.words import Words


def write_letter(kind: str, sender: str, name: str, address: str, words: Words, at: datetime, **values: str) -> bytes:
    """The mail `kind` (a section of the words) from `sender`, called `name`, to `address`; `values` fill its text."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = address
    mail["Subject"] = words.say(f"{kind}.subject", sender=name)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5
    mail.set_content(words.say(f"{kind}.text", sender=name, **values), cte="quoted-printable")
    mail["Content-Language"] = words.language.value  # the content takes the fields of another away
    return mail.as_bytes(policy=SMTP.clone(utf8=not address.isascii()))
