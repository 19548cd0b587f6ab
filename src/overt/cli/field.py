"""Fields of hits that strangers wrote: a text, a time, an address, each bounded or refused with its name."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final

from overt.errors import Malformed

LONGEST_TEXT: Final = 2000  # characters of a User-Agent or name that are kept
UNSUBSCRIBES: Final = re.compile(r"unsub|opt-?out|abmeld|desabo|desinscri", re.IGNORECASE)


def read_text(value: object, name: str) -> str:
    """Text or a whole number as text, cut; "" for None. Raises `Malformed` for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise Malformed(f"{name} is no text")
    return str(value)[:LONGEST_TEXT]


def read_moment(value: object, name: str) -> float:
    """Seconds since 1970: ISO 8601 (without a zone: UTC), or a number of seconds or milliseconds."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
        return value / 1000 if abs(value) > 1e11 else float(value)  # seconds reach 1e11 in the year 5138
    if isinstance(value, str):
        try:
            read = datetime.fromisoformat(value[:64])
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            pass
    raise Malformed(
        f"{name} is missing" if value is None else f'{name}: write ISO 8601, such as "2026-11-02T08:00:00Z"'
    )


def read_address(text: str) -> str:
    """An IP address as text, without a zone; "" where it is none, as in logs with host names or without addresses."""
    try:
        return str(ip_address(text.partition("%")[0].strip("[] ")))
    except ValueError:
        return ""
