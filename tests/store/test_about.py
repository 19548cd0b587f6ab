"""What is recorded about one recipient, and nothing about others."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from sqlalchemy import Engine

from overt.measure import Hit, Mode, Purpose, RecipientNumber, new_keyring
from overt.store import Ledger, SuppressionList, as_record, read_known
from overt.testing import FixedClock
from tests.store.made import make_hit

KEYRING = new_keyring(lambda size: bytes(range(size)))


def test_everything_of_one_and_nothing_of_another(engine: Engine) -> None:
    clock = FixedClock()
    ledger, leavers = Ledger(engine, clock, keyring=KEYRING), SuppressionList(engine, KEYRING, clock)
    robin, kim = (ledger.recipient(f"{name}@shop.example.org") for name in ("robin", "kim"))
    ledger.grant("robin@shop.example.org", Purpose.HYGIENE, way="form", reference="form 7")
    ledger.withdraw("kim@shop.example.org", Purpose.OPENS, way="letter")
    leavers.add("robin@shop.example.org", way="page")
    campaign = ledger.campaign("spring")
    for number in (robin, kim):
        ledger.new_sending(campaign, number, message_id="<1@shop.example.org>", opens=Mode.SHARED, because="no grant")
    ledger.keep_days({robin: 20_000})
    asked: list[RecipientNumber] = []

    def read_hits(number: RecipientNumber) -> list[Hit]:
        asked.append(number)
        return [replace(make_hit(at_ms=5), prefix="192.0.2.0/24")]

    told = as_record(read_known(ledger, leavers, read_hits, robin, "robin@shop.example.org"))
    assert asked == [robin]
    assert told["allowed"] == {"opens": False, "links": False, "hygiene": True}
    assert told["unsubscribed"] is True
    assert told["last_open"] == date(2024, 10, 4).isoformat()  # 20,000 days after 1970
    assert "form 7" in json.dumps(told)
    assert "192.0.2.0/24" in json.dumps(told)
    assert "kim" not in json.dumps(told)
    assert "letter" not in json.dumps(told)
