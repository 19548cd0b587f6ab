"""The standing clock keeps the Clock protocol and moves only when told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from overt.clock import Clock
from overt.testing import MORNING, FixedClock


def test_it_stands_still() -> None:
    clock: Clock = FixedClock()
    assert clock.now() == clock.now() == MORNING


def test_it_goes_on_when_told() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(hours=1, minutes=30)
    assert clock.advance(timedelta(days=1)) == datetime(2026, 1, 2, 1, 30, tzinfo=UTC)


def test_it_answers_in_utc_whatever_it_was_set_to() -> None:
    clock = FixedClock(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now().tzinfo is UTC
    assert clock.now() == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001 that is the point
