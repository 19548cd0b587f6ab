"""Numbers, moments and strangers' words as a terminal shows them."""

from __future__ import annotations

from datetime import UTC, datetime


def clean(text: str) -> str:
    """The text without control and direction characters, which a stranger may have sent."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def number(count: int) -> str:
    return f"{count:,}"


def cell(count: int | None) -> str:
    return "few" if count is None else number(count)


def moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%d %b %Y %H:%M")


def plural(count: int, one: str, many: str = "") -> str:
    """`1 click`, `2 clicks`; `many` where an s is not enough."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"
