"""Law 5: nothing that points at one recipient goes out without a grant; shared copies are the same for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.errors import Refused
from overt.measure import (
    Campaign,
    Grant,
    Key,
    Keyring,
    Mode,
    Permission,
    Plan,
    Purpose,
    RecipientNumber,
    Sending,
    Withdrawal,
    decide_links,
    decide_opens,
    prepare,
    strictest,
)
from overt.message import parse

AT = datetime(2026, 11, 1, tzinfo=UTC)
NUMBER = RecipientNumber(1)
NO_GRANT = (Permission(), Permission(Withdrawal(AT, NUMBER, Purpose.OPENS, "page")))
MODES = st.sampled_from(Mode)


@given(MODES, MODES, MODES, st.sampled_from(NO_GRANT))
def test_without_a_standing_grant_no_decision_names_a_sending(
    account: Mode, campaign: Mode, field: Mode, no: Permission
) -> None:
    most = strictest(account, campaign, field)
    assert not decide_opens(most, no, Permission())[0].names_sending
    assert not decide_links(most, no).names_sending


@given(MODES, MODES, MODES)
def test_with_a_grant_the_strictest_still_wins(account: Mode, campaign: Mode, field: Mode) -> None:
    yes = Permission(Grant(AT, NUMBER, Purpose.OPENS, "form", "form-1"))
    most = strictest(account, campaign, field)
    assert decide_opens(most, yes, yes)[0] <= most
    assert decide_links(most, yes) <= most


@pytest.mark.parametrize("mode", [Mode.HYGIENE, Mode.INDIVIDUAL])
def test_a_plan_that_names_a_sending_cannot_be_made_without_a_grant(mode: Mode) -> None:
    for grant in ("", "  "):
        with pytest.raises(Refused):
            Plan("https://t.example.org", Campaign(1), opens=mode, sending=Sending(1), grant=grant)


def test_shared_copies_of_every_golden_message_are_the_same_bytes(golden: Mapping[str, bytes]) -> None:
    keyring = Keyring({1: Key(1, b"s" * 32)}, 1)
    for raw in golden.values():
        prepared = prepare(parse(raw), Plan("https://t.example.org", Campaign(1), text_links=True))
        assert len({prepared.render(keyring, sending) for sending in (None, Sending(1), Sending(2 << 32))}) == 1
