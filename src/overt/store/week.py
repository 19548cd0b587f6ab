"""Parquet files by week: each holds the hits of one, from Monday 00:00 UTC on, so that the old goes by dropping files.

Knows names and moments. A week is a number, weeks since Monday, 29 December 1969; the file's name says which.
"""

from __future__ import annotations

import re
from typing import NewType

Week = NewType("Week", int)

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
_MONDAY_MS = 3 * DAY_MS  # the epoch was a Thursday, three days into week 0
NAME = re.compile(r"hits-(\d{5,})-(\d{8,})\.parquet")


def week_of(at_ms: int) -> Week:
    """The week a moment lies in."""
    return Week((at_ms + _MONDAY_MS) // WEEK_MS)


def start_of(week: Week) -> int:
    """Its first millisecond; before the epoch for week 0."""
    return week * WEEK_MS - _MONDAY_MS


def format_name(week: Week, number: int) -> str:
    """The name of the file with that number, which no other file of the folder has."""
    return f"hits-{week:05d}-{number:08d}.parquet"


def parse_name(name: str) -> tuple[Week, int] | None:
    """Week and number of a file, or None for a name that is not ours."""
    found = NAME.fullmatch(name)
    return (Week(int(found[1])), int(found[2])) if found else None


def is_past(week: Week, oldest_ms: int) -> bool:
    """Whether the week holds, or could hold, a hit from before `oldest_ms`: no hit may be older than that."""
    return max(0, start_of(week)) < oldest_ms  # no hit is older than the epoch


def is_past_file(name: str, oldest_ms: int) -> bool:
    """Whether all of that file goes because of its age."""
    found = parse_name(name)
    return found is not None and is_past(found[0], oldest_ms)
