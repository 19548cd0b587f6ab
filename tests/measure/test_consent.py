from __future__ import annotations

from datetime import UTC, datetime

import pytest

from overt.measure import Grant, Mode, Permission, Purpose, RecipientNumber, Withdrawal, decide_links, decide_opens

AT = datetime(2026, 11, 1, tzinfo=UTC)
YES = Permission(Grant(AT, RecipientNumber(1), Purpose.OPENS, "form", "form-2026-11-01"))
NO = Permission(Withdrawal(AT, RecipientNumber(1), Purpose.OPENS, "page"))
UNKNOWN = Permission()


def test_unknown_is_not_yes() -> None:
    assert UNKNOWN.allows is Mode.POOLED


def test_a_withdrawal_is_stricter_than_never_having_been_asked() -> None:
    assert NO.allows is Mode.OFF


@pytest.mark.parametrize(
    ("most", "opens", "hygiene", "mode"),
    [
        (Mode.INDIVIDUAL, UNKNOWN, UNKNOWN, Mode.POOLED),
        (Mode.INDIVIDUAL, UNKNOWN, YES, Mode.HYGIENE),
        (Mode.INDIVIDUAL, YES, UNKNOWN, Mode.INDIVIDUAL),
        (Mode.INDIVIDUAL, YES, NO, Mode.INDIVIDUAL),
        (Mode.INDIVIDUAL, NO, YES, Mode.OFF),
        (Mode.INDIVIDUAL, UNKNOWN, NO, Mode.POOLED),
        (Mode.HYGIENE, YES, UNKNOWN, Mode.HYGIENE),
        (Mode.HYGIENE, YES, NO, Mode.POOLED),
        (Mode.POOLED, UNKNOWN, YES, Mode.POOLED),
        (Mode.SHARED, YES, YES, Mode.SHARED),
    ],
)
def test_one_date_is_kept_of_whoever_granted_it_or_more(
    most: Mode, opens: Permission, hygiene: Permission, mode: Mode
) -> None:
    found, rests_on = decide_opens(most, opens, hygiene)
    assert found is mode
    assert not mode.names_sending or rests_on.grant


def test_links_have_neither_pools_nor_a_date() -> None:
    assert [decide_links(mode, YES) for mode in Mode] == [
        Mode.OFF, Mode.SHARED, Mode.SHARED, Mode.SHARED, Mode.INDIVIDUAL,
    ]  # fmt: skip
    assert decide_links(Mode.INDIVIDUAL, UNKNOWN) is Mode.SHARED


def test_only_a_standing_grant_has_a_reference() -> None:
    assert (YES.grant, NO.grant, UNKNOWN.grant) == ("form-2026-11-01", "", "")
