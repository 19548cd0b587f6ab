"""What a message's own header fields ask of the relay, and how those fields are taken out again.

A field can only make things stricter: a mode it names is a limit, and a word that cannot be read is taken as `off`.
Knows no recipient and no permission.
"""

from __future__ import annotations

from dataclasses import dataclass

from overt.errors import Malformed
from overt.measure import Mode, Variant, parse_mode, strictest
from overt.message import Edit, Field, Message, parse_parameters

PREFIX = "x-overt-"
OPENS, LINKS, TRACK, VARIANT = "x-overt-opens", "x-overt-links", "x-overt-track", "x-overt-variant"
LEAVE = "x-overt-unsubscribe"
SIZE = "x-overt-size"
MOST_SIZE = 1_000_000_000  # recipients of one campaign
CAMPAIGN = "X-Overt-Campaign"
UNNAMED = "unnamed"  # the campaign of messages that name none
LONGEST_CAMPAIGN = 200  # characters; the ledger takes no longer names
MOST_VARIANTS = 255  # a token has 8 bits for it
# X-Overt-Track and X-Overt-Unsubscribe take a switch. Anything but a clear yes is a no.
_YES = frozenset({"on", "yes", "true", "1"})


@dataclass(frozen=True, slots=True)
class Wish:
    """The campaign and variant, the most that opens and links may tell, and what could not be read.

    `leave`: whether fields to unsubscribe by are wanted; None where the message leaves that to the account. `size` is
    how many recipients the whole campaign is declared to have, 0 where it is not.
    """

    campaign: str = UNNAMED
    variant: Variant = Variant(0)
    opens: Mode = Mode.INDIVIDUAL
    links: Mode = Mode.INDIVIDUAL
    leave: bool | None = None
    size: int = 0
    unread: tuple[str, ...] = ()


def read_wish(message: Message, *, campaign_field: str = CAMPAIGN) -> Wish:
    """What the message's header says. Where a field stands twice the stricter counts."""
    unread: list[str] = []
    limits = {
        name: strictest(Mode.INDIVIDUAL, *(_mode(field, unread) for field in _fields(message, name)))
        for name in (OPENS, LINKS)
    }
    if not all(field.text.strip().lower() in _YES for field in _fields(message, TRACK)):
        limits = dict.fromkeys(limits, Mode.OFF)
    leaves = [field.text.strip().lower() in _YES for field in _fields(message, LEAVE)]
    names = dict.fromkeys((campaign_field.lower(), CAMPAIGN.lower()))
    named = [_name(field) for name in names for field in _fields(message, name)]
    return Wish(
        campaign=next(filter(None, named), UNNAMED),
        variant=_variant(_fields(message, VARIANT), unread),
        opens=limits[OPENS],
        links=limits[LINKS],
        leave=all(leaves) if leaves else None,
        size=_size(_fields(message, SIZE), unread),
        unread=tuple(unread),
    )


def remove_fields(message: Message) -> tuple[Edit, ...]:
    """The edits that take every X-Overt field out, less those that a DKIM signature covers (RFC 6376 section 3.5)."""
    signed = {
        name.strip().lower()
        for field in _fields(message, "dkim-signature")
        for name in parse_parameters(f";{field.text}")[1].get("h", "").split(":")
    }
    return tuple(
        Edit(field.span, b"", "meant for the relay alone")
        for field in message.root.fields
        if field.lower.startswith(PREFIX) and field.lower not in signed
    )


def _fields(message: Message, name: str) -> list[Field]:
    return [field for field in message.root.fields if field.lower == name]


def _mode(field: Field, unread: list[str]) -> Mode:
    try:
        return parse_mode(field.text)
    except Malformed:
        unread.append(f"{field.name}: no mode, taken as off")
        return Mode.OFF


def _name(field: Field) -> str:
    kept = "".join(letter for letter in field.text if letter.isprintable())
    return " ".join(kept.split())[:LONGEST_CAMPAIGN].strip()


def _variant(fields: list[Field], unread: list[str]) -> Variant:
    text = fields[0].text.strip() if fields else "0"
    if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= MOST_VARIANTS:
        return Variant(int(text))
    unread.append(f"{fields[0].name}: no number from 0 to {MOST_VARIANTS}, taken as 0")
    return Variant(0)


def _size(fields: list[Field], unread: list[str]) -> int:
    text = fields[0].text.strip() if fields else "0"
    if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_SIZE)) and int(text) <= MOST_SIZE:
        return int(text)
    unread.append(f"{fields[0].name}: no number of recipients, taken as not declared")
    return 0
