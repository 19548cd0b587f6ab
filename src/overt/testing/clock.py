"""A clock that stands still until it is told to go on: the fake for `overt.clock.Clock`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MORNING = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # an ordinary Monday


class FixedClock:
    """Always the same moment, moved only by `advance` and `set`."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.set(at)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        """Go to `at`, which must know its time zone."""
        if at.tzinfo is None:
            raise ValueError("a clock needs a moment with a time zone")
        self._at = at.astimezone(UTC)

    def advance(self, by: timedelta | None = None, /, **parts: float) -> datetime:
        """Go on by `by` or, say, `hours=2`; returns the new moment."""
        self._at += by if by is not None else timedelta(**parts)
        return self._at
