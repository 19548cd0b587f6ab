"""Old words go and numbers stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from overt.measure import Campaign, Mode
from overt.store import Ledger, retain
from overt.store.retain import forget_words
from overt.store.schema import to_ms
from overt.testing import MORNING, FixedClock


def send(ledger: Ledger, campaign: Campaign, who: int) -> None:
    address = f"reader-{who}@shop.example.org"
    sending = ledger.new_sending(
        campaign, ledger.recipient(address), message_id=f"<{who}@shop.example.org>", opens=Mode.SHARED, grant="form 7"
    )
    ledger.record_failure(sending, "550 no such mailbox")
    ledger.record_event("test", "something", message_id=f"<{who}@shop.example.org>", sending=sending)


def test_words_of_old_messages_go_and_their_numbers_stay(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retain, "MOST_AT_ONCE", 2)
    clock = FixedClock()
    ledger = Ledger(engine, clock)
    campaign = ledger.campaign("spring")
    for who in range(5):
        send(ledger, campaign, who)
    ledger.record_event("test", "of nobody")
    clock.advance(days=10)
    send(ledger, campaign, 5)

    limit = MORNING + timedelta(days=5)
    assert forget_words(engine, to_ms(limit)) == 5 + 6
    assert forget_words(engine, to_ms(limit)) == 0
    assert len(ledger.sendings(campaign)) == 6
    assert [event.at for event in ledger.events()] == [clock.now()]
    found = [ledger.find_sending(f"<{who}@shop.example.org>", f"reader-{who}@shop.example.org") for who in range(6)]
    assert [number is not None for number in found] == [False] * 5 + [True]
    with engine.connect() as connection:
        left = connection.exec_driver_sql('SELECT count(message_id), count("grant"), count(failure) FROM sending').one()
    assert tuple(left) == (1, 1, 1)
