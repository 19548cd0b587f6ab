"""The ledger: permission that is asked for, recorded, withdrawn; and what was sent on the strength of it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from overt.errors import Malformed, Refused
from overt.measure import (
    Grant,
    Mode,
    Outcome,
    Purpose,
    Statement,
    Variant,
    Withdrawal,
    derive_recipient,
    new_keyring,
    recipient_of,
)
from overt.store import Ledger, writing
from overt.testing import FixedClock

ROBIN = "robin@example.org"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def ledger(engine: Engine, clock: FixedClock) -> Ledger:
    return Ledger(engine, clock)


def test_unknown_is_not_yes(ledger: Ledger) -> None:
    permission = ledger.permission(ROBIN, Purpose.OPENS)
    assert permission.latest is None
    assert (permission.allows, permission.grant) == (Mode.POOLED, "")
    assert ledger.find_recipient(ROBIN) is None


def test_a_grant_keeps_when_how_and_where_the_proof_is(ledger: Ledger, clock: FixedClock) -> None:
    entry = ledger.grant(
        ROBIN,
        Purpose.OPENS,
        way="form",
        reference="form-2026-11-01",
        wording="v2",
        language="en",
        actor="desk",
    )
    assert entry == Grant(
        clock.now(),
        ledger.recipient(ROBIN),
        Purpose.OPENS,
        "form",
        "form-2026-11-01",
        "v2",
        "en",
        "desk",
    )
    permission = ledger.permission("ROBIN@example.org", Purpose.OPENS)
    assert (permission.allows, permission.grant) == (Mode.INDIVIDUAL, "form-2026-11-01")


def test_a_grant_for_one_purpose_is_none_for_another(ledger: Ledger) -> None:
    ledger.grant(ROBIN, Purpose.OPENS, way="form")
    assert ledger.permission(ROBIN, Purpose.LINKS).allows is Mode.POOLED
    assert ledger.permission(ROBIN, Purpose.OPENS).grant == "form"


@pytest.mark.parametrize(("way", "reference"), [("", ""), (" ", "\t")])
def test_a_grant_that_nobody_could_show_is_refused(ledger: Ledger, way: str, reference: str) -> None:
    with pytest.raises(Refused):
        ledger.grant(ROBIN, Purpose.OPENS, way=way, reference=reference)
    assert ledger.consent_of(ROBIN) == ()


def test_a_withdrawal_of_everything_names_every_purpose(ledger: Ledger, clock: FixedClock) -> None:
    ledger.grant(ROBIN, Purpose.OPENS, way="form")
    clock.advance(days=1)
    assert {entry.purpose for entry in ledger.withdraw(ROBIN, way="letter")} == set(Purpose)
    assert isinstance(ledger.permission(ROBIN, Purpose.OPENS).latest, Withdrawal)
    assert ledger.permission(ROBIN, Purpose.OPENS).allows is Mode.OFF


def test_nothing_is_forgotten_and_the_last_word_counts(ledger: Ledger) -> None:
    ledger.grant(ROBIN, Purpose.LINKS, way="form", reference="1")
    ledger.withdraw(ROBIN, Purpose.LINKS)
    ledger.grant(ROBIN, Purpose.LINKS, way="form", reference="2")
    kinds = [(type(entry), entry.reference) for entry in ledger.consent_of(ROBIN)]
    assert kinds == [(Grant, "1"), (Withdrawal, ""), (Grant, "2")]
    assert ledger.permission(ROBIN, Purpose.LINKS).grant == "2"


def test_a_grant_from_before_a_withdrawal_that_stands_is_refused(ledger: Ledger, clock: FixedClock) -> None:
    ledger.withdraw(ROBIN, Purpose.LINKS)
    before = clock.now() - timedelta(milliseconds=1)
    with pytest.raises(Refused, match="later entry"):
        ledger.grant(ROBIN, Purpose.LINKS, way="form", at=before)
    ledger.grant(ROBIN, Purpose.OPENS, way="form", at=before)  # another purpose
    ledger.grant(ROBIN, Purpose.LINKS, way="form", at=clock.now())
    ledger.grant(ROBIN, Purpose.LINKS, way="form", at=before)  # no withdrawal stands any more
    assert [type(entry) for entry in ledger.consent_of(ROBIN)] == [Withdrawal, Grant, Grant, Grant]


def test_a_statement_is_entered_with_all_its_words(ledger: Ledger, clock: FixedClock) -> None:
    at = clock.now() - timedelta(days=1)
    ledger.enter(Statement(ROBIN, True, (Purpose.OPENS,), at, "form", "f-1", "v2", "en", "desk"))
    number = ledger.recipient(ROBIN)
    assert ledger.consent_of(ROBIN) == (Grant(at, number, Purpose.OPENS, "form", "f-1", "v2", "en", "desk"),)
    ledger.enter(Statement(ROBIN, False, tuple(Purpose), None, "letter"))
    assert ledger.withdrawn_recipients() == {number}
    assert ledger.consent_of(ROBIN)[-1].way == "letter"


def test_a_statement_older_than_what_stands_is_refused_as_a_whole(ledger: Ledger, clock: FixedClock) -> None:
    both, before = (Purpose.OPENS, Purpose.LINKS), clock.now() - timedelta(days=1)
    for standing in (ledger.withdraw, ledger.grant):
        standing(ROBIN, Purpose.LINKS, way="form")
        entries = ledger.consent_of(ROBIN)
        with pytest.raises(Refused, match="later entry"):
            ledger.enter(Statement(ROBIN, True, both, before, "form"))
        with pytest.raises(Refused, match="later entry"):
            ledger.enter(Statement(ROBIN, False, (Purpose.LINKS,), before))
        assert ledger.consent_of(ROBIN) == entries


def test_a_late_withdrawal_counts_where_nothing_later_stands(ledger: Ledger, clock: FixedClock) -> None:
    ledger.grant(ROBIN, Purpose.OPENS, way="form", at=clock.now() - timedelta(days=2))
    ledger.grant(ROBIN, Purpose.LINKS, way="form")
    ledger.enter(Statement(ROBIN, False, tuple(Purpose), clock.now() - timedelta(days=1)))
    assert isinstance(ledger.permission(ROBIN, Purpose.OPENS).latest, Withdrawal)
    assert isinstance(ledger.permission(ROBIN, Purpose.LINKS).latest, Grant)


def test_a_statement_of_the_future_is_refused_and_a_clock_a_little_ahead_is_not(
    ledger: Ledger, clock: FixedClock
) -> None:
    with pytest.raises(Refused, match="future"):
        ledger.enter(Statement(ROBIN, False, (Purpose.OPENS,), clock.now() + timedelta(seconds=61)))
    ledger.enter(Statement(ROBIN, False, (Purpose.OPENS,), clock.now() + timedelta(seconds=60)))
    assert [entry.at for entry in ledger.consent_of(ROBIN)] == [clock.now()]
    ledger.grant(ROBIN, Purpose.OPENS, way="form")


def test_a_statement_that_is_refused_leaves_nothing(ledger: Ledger, engine: Engine) -> None:
    with writing(engine):
        ledger.enter(Statement("kim@example.org", True, (Purpose.OPENS,), None, "form"))
        with pytest.raises(Refused):
            ledger.enter(Statement(ROBIN, True, (Purpose.OPENS,)))  # neither way nor reference
    assert ledger.find_recipient(ROBIN) is None
    assert len(ledger.consent_of("kim@example.org")) == 1


def test_the_withdrawn_are_known_at_once_and_no_longer_after_a_new_grant(ledger: Ledger) -> None:
    number = ledger.recipient(ROBIN)
    assert ledger.withdrawn_recipients() == frozenset()
    ledger.grant(ROBIN, Purpose.OPENS, way="form")
    assert ledger.withdrawn_recipients() == frozenset()
    ledger.withdraw(ROBIN, Purpose.OPENS)
    assert ledger.withdrawn_recipients() == {number}
    ledger.grant(ROBIN, Purpose.OPENS, way="form")
    assert ledger.withdrawn_recipients() == frozenset()


def test_one_process_learns_of_a_withdrawal_in_another(engine: Engine, ledger: Ledger) -> None:
    collector = Ledger(engine)
    assert collector.withdrawn_recipients() == frozenset()
    ledger.withdraw(ROBIN)
    assert collector.withdrawn_recipients() == {ledger.recipient(ROBIN)}


def test_no_hit_of_somebody_who_withdrew_only_one_of_the_two_is_kept(ledger: Ledger) -> None:
    for purpose in (Purpose.OPENS, Purpose.LINKS):
        ledger.grant(ROBIN, purpose, way="form")
    ledger.withdraw(ROBIN, Purpose.LINKS)
    assert ledger.withdrawn_recipients() == {ledger.recipient(ROBIN)}


def test_withdrawing_list_hygiene_says_nothing_of_hits(ledger: Ledger) -> None:
    ledger.withdraw(ROBIN, Purpose.HYGIENE)
    assert ledger.withdrawn_recipients() == frozenset()


def test_a_withdrawal_reaches_mail_that_was_instrumented_without_a_ledger(engine: Engine) -> None:
    keyring = new_keyring(secrets.token_bytes).rotate(secrets.token_bytes)
    ledger = Ledger(engine, keyring=keyring)
    ledger.withdraw("Robin@Example.org")
    derived = {derive_recipient(key, ROBIN) for key in keyring.keys.values()}
    assert len(derived) == 2
    assert ledger.withdrawn_recipients() == {ledger.recipient(ROBIN), *derived}


def test_a_sending_carries_its_recipient(ledger: Ledger, clock: FixedClock) -> None:
    campaign, robin = ledger.campaign("spring"), ledger.recipient(ROBIN)
    sending = ledger.new_sending(campaign, robin, variant=Variant(3), opens=Mode.SHARED, links=Mode.OFF)
    assert recipient_of(sending) == robin
    (sent,) = ledger.sendings(campaign)
    assert (sent.sending, sent.recipient, sent.variant) == (sending, ROBIN, 3)
    assert (sent.opens, sent.links, sent.outcome, sent.at) == (Mode.SHARED, Mode.OFF, Outcome.WAITING, clock.now())
    assert not sent.withdrawn


def test_numbers_of_64_bits_survive_the_database(engine: Engine) -> None:
    ledger = Ledger(engine, random=lambda size: b"\xff" * size)
    campaign = ledger.campaign("spring")
    sending = ledger.new_sending(campaign, ledger.recipient(ROBIN))
    assert sending == 2**64 - 1
    assert ledger.sendings(campaign)[0].sending == 2**64 - 1


@pytest.mark.parametrize("mode", [Mode.HYGIENE, Mode.INDIVIDUAL])
def test_a_sending_that_points_at_its_recipient_needs_a_grant(ledger: Ledger, mode: Mode) -> None:
    campaign, robin = ledger.campaign("spring"), ledger.recipient(ROBIN)
    with pytest.raises(Refused, match="grant"):
        ledger.new_sending(campaign, robin, links=mode, grant=" ")
    assert ledger.sendings(campaign) == ()
    ledger.new_sending(campaign, robin, links=mode, grant="form-1")
    assert len(ledger.sendings(campaign)) == 1


def test_sendings_to_somebody_who_withdrew_are_marked(ledger: Ledger) -> None:
    campaign = ledger.campaign("spring")
    ledger.new_sending(campaign, ledger.recipient(ROBIN))
    ledger.new_sending(campaign, ledger.recipient("kim@example.org"))
    ledger.withdraw(ROBIN)
    assert {sent.recipient: sent.withdrawn for sent in ledger.sendings(campaign)} == {
        ROBIN: True,
        "kim@example.org": False,
    }


def test_a_campaign_keeps_its_number_and_is_found_by_name(ledger: Ledger, clock: FixedClock) -> None:
    spring = ledger.campaign("spring  2026 ")
    clock.advance(seconds=1)
    summer = ledger.campaign("summer")
    assert ledger.campaign("spring 2026") == spring
    assert list(ledger.campaigns().items()) == [("spring 2026", spring), ("summer", summer)]
    assert ledger.facts(spring).name == "spring 2026"


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\0b"])
def test_a_campaign_needs_a_name_that_can_be_shown(ledger: Ledger, name: str) -> None:
    with pytest.raises(Malformed):
        ledger.campaign(name)


def test_a_campaign_that_nobody_named_is_refused(ledger: Ledger) -> None:
    from overt.measure import Campaign

    with pytest.raises(Refused):
        ledger.facts(Campaign(5))


def test_moments_are_kept_in_utc(ledger: Ledger) -> None:
    entry = ledger.grant(ROBIN, Purpose.OPENS, way="form", at=datetime.fromisoformat("2026-11-01T10:30:00+01:00"))
    assert entry.at == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    assert ledger.consent_of(ROBIN)[0].at.utcoffset() == timedelta(0)
