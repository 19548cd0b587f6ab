from __future__ import annotations

from datetime import UTC, datetime

from overt.measure import Grant, Mode, Permission, Purpose, RecipientNumber, Withdrawal, decide_mode

AT = datetime(2026, 11, 1, tzinfo=UTC)
YES = Permission(Grant(AT, RecipientNumber(1), Purpose.OPENS, "form", "form-2026-11-01"))
NO = Permission(Withdrawal(AT, RecipientNumber(1), Purpose.OPENS, "page"))
UNKNOWN = Permission()


def test_unknown_is_not_yes() -> None:
    assert decide_mode(Mode.INDIVIDUAL, Mode.INDIVIDUAL, UNKNOWN) is Mode.POOLED


def test_a_grant_allows_what_account_and_campaign_allow() -> None:
    assert decide_mode(Mode.INDIVIDUAL, Mode.INDIVIDUAL, YES) is Mode.INDIVIDUAL
    assert decide_mode(Mode.SHARED, Mode.INDIVIDUAL, YES) is Mode.SHARED
    assert decide_mode(Mode.INDIVIDUAL, Mode.OFF, YES) is Mode.OFF


def test_a_withdrawal_is_stricter_than_never_having_been_asked() -> None:
    assert decide_mode(Mode.INDIVIDUAL, Mode.INDIVIDUAL, NO) is Mode.OFF


def test_a_field_of_the_message_only_makes_it_stricter() -> None:
    assert decide_mode(Mode.SHARED, Mode.SHARED, YES, Mode.INDIVIDUAL) is Mode.SHARED
    assert decide_mode(Mode.INDIVIDUAL, Mode.INDIVIDUAL, YES, Mode.OFF) is Mode.OFF


def test_a_mode_that_is_not_built_falls_to_the_one_below() -> None:
    assert decide_mode(Mode.HYGIENE, Mode.INDIVIDUAL, YES) is Mode.POOLED


def test_only_a_standing_grant_has_a_reference() -> None:
    assert (YES.grant, NO.grant, UNKNOWN.grant) == ("form-2026-11-01", "", "")
