"""Weeks, by a calendar that is not ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from overt.store.week import Week, format_name, is_past, is_past_file, parse_name, start_of, week_of

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 given a zone


def ms(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(MOMENTS)
def test_a_week_begins_on_the_monday_before_or_at_the_moment(at: datetime) -> None:
    monday = (at - timedelta(days=at.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    assert start_of(week_of(ms(at))) == ms(monday)


def test_weeks_are_numbered_from_the_one_of_the_epoch() -> None:
    assert week_of(0) == 0
    assert week_of(ms(datetime(1970, 1, 4, 23, 59, 59, tzinfo=UTC))) == 0
    assert week_of(ms(datetime(1970, 1, 5, tzinfo=UTC))) == 1


def test_a_name_says_week_and_number() -> None:
    assert format_name(Week(2970), 12) == "hits-02970-00000012.parquet"
    assert parse_name("hits-02970-00000012.parquet") == (2970, 12)
    assert parse_name("hits-00000012.parquet") is None
    assert parse_name(".hits-02970-00000012.parquet") is None


def test_a_week_is_past_as_soon_as_its_first_hit_could_be_too_old() -> None:
    monday = ms(datetime(2026, 11, 23, tzinfo=UTC))
    assert not is_past(week_of(monday), monday)
    assert is_past(week_of(monday), monday + 1)
    assert is_past_file(format_name(week_of(monday), 1), monday + 1)
    assert not is_past_file("hits-00000012.parquet", monday + 1)
    assert not is_past(Week(0), 0)
