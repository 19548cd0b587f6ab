"""The local mailbox the demonstration delivers to: waiting for mail, and reading it as a mail program would."""

from __future__ import annotations

import email
import email.policy
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

SECONDS = 60.0  # six hundred small messages take a few; this bounds a busy machine


def count(maildir: Path) -> int:
    """How many messages there are."""
    return sum(1 for folder in ("new", "cur") for _ in (maildir / folder).glob("*"))


def wait_for(maildir: Path, number: int, shown: Callable[[int], None]) -> bool:
    """Wait until there are `number` messages, telling how many there are; whether they came in time."""
    deadline = time.monotonic() + SECONDS
    while (there := count(maildir)) < number and time.monotonic() < deadline:
        shown(there)
        time.sleep(0.1)
    shown(there)
    return there >= number


def read_messages(maildir: Path) -> list[bytes]:
    """Every message, in the order of its recipient and subject: the order of delivery is not the same each time."""
    raws = [path.read_bytes() for folder in ("new", "cur") for path in (maildir / folder).glob("*")]
    return sorted(raws, key=lambda raw: (parsed(raw)["to"], parsed(raw)["from"]))


def parsed(raw: bytes) -> EmailMessage:
    """The message as the standard library reads it: a program that knows nothing of overt."""
    return email.message_from_bytes(raw, policy=email.policy.default)


def html_of(raw: bytes) -> str:
    """The HTML a mail program shows."""
    body = parsed(raw).get_body(("html",))
    return str(body.get_content()) if body is not None else ""
