"""The clock: an aware moment in UTC, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from overt.clock import Clock, SystemClock


def test_the_system_clock_is_aware_and_in_utc() -> None:
    clock: Clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.now().utcoffset() == timedelta(0)


def test_the_system_clock_tells_the_time_of_this_machine() -> None:
    before = datetime.now(UTC)
    assert before <= SystemClock().now() <= datetime.now(UTC)
