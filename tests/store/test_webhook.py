"""Webhooks and the hits on their way: once each, sealed, and gone with their recipient."""

from __future__ import annotations

import sqlite3
import tarfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from overt.errors import Malformed
from overt.measure import Hit, Mode, Purpose, new_keyring, recipient_of
from overt.store import Eraser, Fate, Ledger, Parcel, Webhook, Webhooks, reading
from overt.store import webhook as module
from overt.store.backup import write_backup
from overt.store.layout import Layout
from overt.store.schema import webhook_event
from overt.store.vault import vault_of
from overt.testing import FixedClock
from tests.store.made import make_hit

ANN, BEN = "ann@example.org", "ben@example.org"
KINDS = ("message.opened", "message.clicked")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def webhooks(engine: Engine, clock: FixedClock) -> Webhooks:
    return Webhooks(engine, clock)


@pytest.fixture
def shop(webhooks: Webhooks) -> Webhook:
    return webhooks.add("shop", "https://shop.example.org/hook", KINDS)


def hit_of(engine: Engine, address: str, at_ms: int = 1_700_000_000_123) -> Hit:
    ledger = Ledger(engine, FixedClock())
    ledger.grant(address, Purpose.OPENS, way="form", reference="form-1")
    number = ledger.campaign("spring")
    sending = ledger.new_sending(number, ledger.recipient(address), opens=Mode.INDIVIDUAL, grant="form-1")
    return replace(make_hit(at_ms=at_ms, campaign=number), sending=sending)


def states(engine: Engine) -> list[tuple[str, bool]]:
    with reading(engine) as connection:
        rows = connection.execute(select(webhook_event).order_by(webhook_event.c.id)).all()
    return [(row.state, row.hit is not None) for row in rows]


def test_a_webhook_is_what_was_added(webhooks: Webhooks, shop: Webhook, clock: FixedClock) -> None:
    assert (shop.name, shop.url, shop.kinds, shop.private) == (
        "shop",
        "https://shop.example.org/hook",
        frozenset(KINDS),
        False,
    )
    assert shop.at == shop.told == clock.now()
    assert webhooks.all() == (shop,)
    assert webhooks.need("shop") == shop
    assert shop.secrets[0].startswith("whsec_")
    assert "whsec_" not in repr(shop)
    with pytest.raises(Malformed, match="already"):
        webhooks.add("shop", "https://other.example.org/", KINDS)
    with pytest.raises(Malformed, match="overt webhook list"):
        webhooks.need("x")


@pytest.mark.parametrize("name", ["", " shop", "a\nb", "x" * 101])
def test_a_name_is_a_name(webhooks: Webhooks, name: str) -> None:
    with pytest.raises(Malformed):
        webhooks.add(name, "https://shop.example.org/", KINDS)


def test_a_hit_is_taken_once_and_comes_out_as_it_was(engine: Engine, webhooks: Webhooks, shop: Webhook) -> None:
    hit = hit_of(engine, ANN)
    assert webhooks.put(shop, [hit, hit]) == 1
    assert webhooks.put(shop, [hit]) == 0
    (parcel,) = webhooks.due(shop, 10)
    assert (parcel.hit, parcel.attempts) == (hit, 0)
    assert parcel.id.startswith("msg_")
    assert webhooks.due(shop, 10, without=[parcel.number]) == ()
    assert webhooks.counts() == {shop.id: {Fate.WAITING: 1}}


def test_what_was_sent_is_not_sent_again_unless_it_is_asked_for(
    engine: Engine, webhooks: Webhooks, shop: Webhook
) -> None:
    hit = hit_of(engine, ANN)
    webhooks.put(shop, [hit])
    (parcel,) = webhooks.due(shop, 10)
    webhooks.settle(parcel, Fate.SENT, "answered 204")
    assert states(engine) == [("sent", False)]
    assert webhooks.put(shop, [hit]) == 0
    assert webhooks.due(shop, 10) == ()
    assert webhooks.last_said() == {shop.id: "answered 204"}
    assert webhooks.put(shop, [hit], again=True) == 1
    (later,) = webhooks.due(shop, 10)
    assert (later.id, later.hit, later.attempts) == (parcel.id, hit, 0)


def test_what_is_put_off_waits_for_its_time(
    engine: Engine, webhooks: Webhooks, shop: Webhook, clock: FixedClock
) -> None:
    webhooks.put(shop, [hit_of(engine, ANN)])
    (parcel,) = webhooks.due(shop, 10)
    webhooks.settle(parcel, Fate.WAITING, "answered 500", due=clock.now() + timedelta(seconds=5))
    assert webhooks.due(shop, 10) == ()
    clock.advance(seconds=5)
    (again,) = webhooks.due(shop, 10)
    assert again.attempts == 1


def test_nobody_is_named_in_the_clear(engine: Engine, webhooks: Webhooks, shop: Webhook, tmp_path: Path) -> None:
    webhooks.put(shop, [replace(hit_of(engine, ANN), user_agent="Quixwort/7")])
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("overt.db*"))
    assert b"Quixwort" not in stored
    assert b"ann@" not in stored


def test_of_whoever_withdrew_or_was_erased_nothing_is_left(
    engine: Engine, webhooks: Webhooks, shop: Webhook, clock: FixedClock
) -> None:
    ann, ben = hit_of(engine, ANN), hit_of(engine, BEN)
    webhooks.put(shop, [ann, ben])
    assert webhooks.drop({recipient_of(ann.sending)}) == 1
    assert webhooks.drop({recipient_of(ann.sending)}) == 0
    assert states(engine) == [("dropped", False), ("waiting", True)]
    Eraser(engine, new_keyring(lambda size: bytes(size)), clock).erase(BEN)
    assert states(engine) == [("dropped", False), ("dropped", False)]
    assert webhooks.put(shop, [ben], again=True) == 0  # nobody has their key


def test_a_hit_of_nobody_in_the_ledger_is_left_out(webhooks: Webhooks, shop: Webhook) -> None:
    assert webhooks.put(shop, [make_hit(9)]) == 0


def test_so_many_wait_and_no_more(
    engine: Engine, webhooks: Webhooks, shop: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 5)
    monkeypatch.setattr(module, "MOST_AT_ONCE", 2)
    hit = hit_of(engine, ANN)
    assert webhooks.put(shop, [replace(hit, at_ms=hit.at_ms + number) for number in range(9)]) == 5
    assert len(webhooks.due(shop, 100)) == 5


def test_two_secrets_sign_for_a_day(webhooks: Webhooks, shop: Webhook, clock: FixedClock) -> None:
    made = webhooks.renew(shop)
    assert webhooks.need("shop").secrets == (made, shop.secrets[0])
    clock.advance(hours=25)
    assert webhooks.need("shop").secrets == (made,)


def test_a_webhook_stops_and_goes_on(webhooks: Webhooks, shop: Webhook, clock: FixedClock) -> None:
    webhooks.stop(shop, "gone")
    assert webhooks.need("shop").stopped == "gone"
    webhooks.stop(shop, "")
    webhooks.note_told([shop], clock.advance(hours=1))
    assert webhooks.need("shop") == replace(shop, told=clock.now())


def test_a_week_later_it_is_forgotten(engine: Engine, webhooks: Webhooks, shop: Webhook, clock: FixedClock) -> None:
    webhooks.put(shop, [hit_of(engine, ANN)])
    clock.advance(days=7)
    webhooks.sweep()
    assert len(states(engine)) == 1
    clock.advance(seconds=1)
    webhooks.sweep()
    assert states(engine) == []


def test_a_webhook_that_is_removed_takes_along_what_was_on_its_way(
    engine: Engine, webhooks: Webhooks, shop: Webhook
) -> None:
    webhooks.put(shop, [hit_of(engine, ANN)])
    webhooks.remove(shop)
    assert (webhooks.all(), states(engine)) == ((), [])


def test_a_hit_whose_key_is_gone_is_a_parcel_without_one(engine: Engine, webhooks: Webhooks, shop: Webhook) -> None:
    hit = hit_of(engine, ANN)
    webhooks.put(shop, [hit])
    with reading(engine) as connection:
        vault = vault_of(connection)
    vault.forget(recipient_of(hit.sending), 1)
    (parcel,) = webhooks.due(shop, 10)
    assert isinstance(parcel, Parcel)
    assert parcel.hit is None


def test_no_backup_holds_what_is_on_its_way(engine: Engine, webhooks: Webhooks, shop: Webhook, tmp_path: Path) -> None:
    webhooks.put(shop, [hit_of(engine, ANN)])
    write_backup(Layout(tmp_path), tmp_path / "keys.json", tmp_path / "backup.tar", FixedClock().now())
    with tarfile.open(tmp_path / "backup.tar") as archive:
        archive.extract("overt.db", tmp_path / "out", filter="data")
    with sqlite3.connect(tmp_path / "out" / "overt.db") as connection:
        assert connection.execute("SELECT count(*) FROM webhook_event").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM webhook").fetchone() == (1,)
