"""Whose mail a message is: the addresses its fields name as recipients, as far as servers and senders wrote them.

Reads fields only. Whether the reader of the mailbox has further addresses, only the reader can say.
"""

from __future__ import annotations

from typing import Final

from overt.message import Address, Message, find_addresses

#: Written by servers at delivery, likeliest first; then by the sender. Bcc stands in no message that was sent.
FIELDS: Final = (
    "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-rcpt-to", "apparently-to",
    "to", "resent-to", "cc",
)  # fmt: skip
MOST: Final = 32  # addresses of one message; a list of more is no single recipient's mail


def find_recipients(message: Message) -> tuple[Address, ...]:
    """Every recipient named in the message's own fields, each once, likeliest first; at most `MOST`."""
    found: dict[Address, None] = {}
    for name in FIELDS:
        for field in message.root.fields:
            if field.lower == name:
                found.update(dict.fromkeys(find_addresses(field.text)))
    return tuple(found)[:MOST]
