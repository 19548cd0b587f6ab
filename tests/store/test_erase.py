"""Erasing: nothing that names the person is left, in the database or after going back to a backup."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from overt.errors import Refused
from overt.measure import Mode, Purpose, Withdrawal, derive_recipient, new_keyring
from overt.store import (
    Envelope,
    Eraser,
    Layout,
    Ledger,
    Queue,
    Replayed,
    SuppressionList,
    finish_erasures,
    open_database,
    reading,
    replay,
)
from overt.store.backup import copy_people, restore_backup, write_backup
from overt.store.schema import erasure
from overt.store.vault import vault_of
from overt.testing import FixedClock, make_mail

ROBIN, KIM = "robin.smith@example.org", "kim@example.org"
KEYRING = new_keyring(lambda size: bytes(range(size)))
NAMING = (b"robin", b"smith")


def fill(engine: Engine, addresses: Sequence[str] = (ROBIN, KIM)) -> tuple[Ledger, Queue]:
    """Two people with everything that can be recorded about them."""
    clock = FixedClock()
    ledger, queue = Ledger(engine, clock, keyring=KEYRING), Queue(engine, clock)
    campaign = ledger.campaign("spring")
    for address in addresses:
        ledger.grant(address, Purpose.OPENS, way="form", reference="form-1")
        number = ledger.recipient(address)
        sending = ledger.new_sending(
            campaign, number, message_id=f"<{address}>", opens=Mode.INDIVIDUAL, grant=f"form of {address}"
        )
        ledger.record_event("field-not-read", f"of {address}", message_id=f"<{address}>", sending=sending)
        queue.put(Envelope("news@shop.example.org", address, sending=sending), make_mail(recipient=address))
        queue.put(Envelope("news@shop.example.org", address.upper()), make_mail(recipient=address))
        failed = ledger.new_sending(campaign, number)
        ledger.record_failure(failed, f"550 <{address}>: no such user")
    return ledger, queue


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(Layout(tmp_path / "data").database)


def erase(engine: Engine, address: str) -> None:
    Eraser(engine, KEYRING, FixedClock()).erase(address)


def stored(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).lower()


def restore(backup: Path, layout: Layout, people: Path) -> Engine:
    """A folder of a backup and the newest copy of the vault, with the old folder's master key."""

    def settle(folder: Path) -> None:
        copy_people(people, folder / "people.db")
        shutil.copy(people.with_name("master.key"), folder / "master.key")

    restore_backup(backup, layout, settle=settle)
    return open_database(layout.database)


def test_only_undelivered_mail_names_anybody_in_the_clear(engine: Engine, tmp_path: Path) -> None:
    _, queue = fill(engine)
    assert all(name in stored(tmp_path / "data") for name in NAMING)
    for queued in queue.all():
        queue.done(queued)
    engine.dispose()
    assert not any(name in stored(tmp_path / "data") for name in (*NAMING, b"kim@"))
    assert Ledger(engine).address_of(Ledger(engine).recipient(ROBIN)) == ROBIN


def test_nothing_on_disk_names_the_person_any_more(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    receipt = Eraser(engine, KEYRING, FixedClock()).erase(ROBIN.upper())
    assert (receipt.messages, receipt.stopped) == (2, 2)
    left = stored(tmp_path / "data")
    assert not any(name in left for name in NAMING)
    assert b"kim@example.org" in left


def test_what_stays_proves_and_names_nobody(engine: Engine) -> None:
    ledger, queue = fill(engine)
    number = ledger.recipient(ROBIN)
    erase(engine, ROBIN)
    assert ledger.check_consent().broken == 0
    assert number in ledger.withdrawn_recipients()
    assert derive_recipient(KEYRING.signer, ROBIN) in ledger.withdrawn_recipients()
    assert SuppressionList(engine, KEYRING).holds(ROBIN)
    assert ledger.find_recipient(ROBIN) is None
    assert [queued.envelope.recipient.lower() for queued in queue.all()] == [KIM, KIM]
    assert sorted(sent.recipient for sent in ledger.sendings(ledger.campaign("spring"))) == ["", "", KIM, KIM]
    assert [(event.about, event.message_id) for event in ledger.events()] == [(f"of {KIM}", f"<{KIM}>"), ("", "")]


def test_who_comes_back_is_somebody_new(engine: Engine) -> None:
    ledger, _ = fill(engine)
    before = ledger.recipient(ROBIN)
    erase(engine, ROBIN)
    assert ledger.recipient(ROBIN) != before
    assert ledger.permission(ROBIN, Purpose.OPENS).latest is None


def test_an_address_never_heard_of_is_refused(engine: Engine) -> None:
    with pytest.raises(Refused, match="nothing is recorded"):
        erase(engine, "nobody@example.org")


def test_a_backup_holds_nobodys_name_and_no_key(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    backup = tmp_path / "backup.tar"
    write_backup(Layout(tmp_path / "data"), tmp_path / "none", backup, FixedClock().now())
    with reading(engine) as connection:
        vault = vault_of(connection)
        sealed = [bytes(row.key) for row in vault.engine.connect().exec_driver_sql("SELECT key FROM person")]
    master = (tmp_path / "data" / "master.key").read_bytes().strip()
    raw = backup.read_bytes()
    assert sealed
    for secret in (*NAMING, b"kim@", *sealed, master, bytes.fromhex(master.decode())):
        assert secret not in raw


def test_an_old_backup_names_those_alone_who_were_not_erased_since(engine: Engine, tmp_path: Path) -> None:
    ledger, _ = fill(engine)
    robin, kim = ledger.recipient(ROBIN), ledger.recipient(KIM)
    backup = tmp_path / "backup.tar"
    write_backup(Layout(tmp_path / "data"), tmp_path / "none", backup, FixedClock().now())
    erase(engine, ROBIN)
    ledger.withdraw(KIM, Purpose.LINKS)
    SuppressionList(engine, KEYRING).add("ana@example.org", way="page")
    again = restore(backup, Layout(tmp_path / "new"), tmp_path / "data" / "people.db")
    restored = Ledger(again, keyring=KEYRING)
    told = replay(again)
    assert (told.erased, told.left) == (1, 2)
    assert restored.permission(KIM, Purpose.OPENS).grant == "form-1"
    assert isinstance(restored.permission(KIM, Purpose.LINKS).latest, Withdrawal)
    assert restored.find_recipient(ROBIN) is None
    assert (restored.address_of(robin), restored.address_of(kim)) == (None, KIM)
    assert restored.withdrawn_recipients() >= ledger.withdrawn_recipients()
    assert SuppressionList(again, KEYRING).holds(ROBIN)
    assert SuppressionList(again, KEYRING).holds("ana@example.org")
    assert restored.check_consent().broken == 0
    assert not any(name in stored(tmp_path / "new") for name in NAMING)
    assert replay(again) == Replayed(0, 0, 0)


def test_a_grant_after_a_withdrawal_stands_in_a_restored_ledger(engine: Engine, tmp_path: Path) -> None:
    clock = FixedClock()
    ledger = Ledger(engine, clock)
    ledger.withdraw(ROBIN, Purpose.OPENS)
    clock.advance(seconds=60)
    ledger.grant(ROBIN, Purpose.OPENS, way="form")
    write_backup(Layout(tmp_path / "data"), tmp_path / "none", tmp_path / "b.tar", clock.now())
    again = restore(tmp_path / "b.tar", Layout(tmp_path / "new"), tmp_path / "data" / "people.db")
    assert replay(again).withdrawn == 0
    assert Ledger(again).permission(ROBIN, Purpose.OPENS).grant == "form"


def test_who_came_after_the_backup_keeps_the_number_that_their_mail_has(engine: Engine, tmp_path: Path) -> None:
    write_backup(Layout(tmp_path / "data"), tmp_path / "none", tmp_path / "b.tar", FixedClock().now())
    number = Ledger(engine).recipient(ROBIN)
    again = restore(tmp_path / "b.tar", Layout(tmp_path / "new"), tmp_path / "data" / "people.db")
    replay(again)
    assert Ledger(again).find_recipient(ROBIN) == number


def test_of_copies_of_the_vault_the_newest_alone_is_kept(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    target = tmp_path / "copies" / "people.db"
    target.parent.mkdir()
    copy_people(Layout(tmp_path / "data").people, target)
    before = target.read_bytes()
    erase(engine, ROBIN)
    copy_people(Layout(tmp_path / "data").people, target)
    assert target.read_bytes() != before
    assert [path.name for path in target.parent.iterdir()] == ["people.db"]
    with pytest.raises(Refused, match="there is no"):
        copy_people(tmp_path / "none.db", target)


@pytest.mark.parametrize("comes_back", [False, True])
def test_a_crash_before_the_key_was_destroyed_is_finished(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, comes_back: bool
) -> None:
    ledger, _ = fill(engine)
    number = ledger.recipient(ROBIN)
    with monkeypatch.context() as broken:
        broken.setattr("overt.store.erase.finish_erasures", lambda engine: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erase(engine, ROBIN)
    with reading(engine) as connection:
        vault = vault_of(connection)
    assert vault.find(ROBIN) == number
    assert ledger.find_recipient(ROBIN) is None
    assert not comes_back or ledger.recipient(ROBIN) != number
    for _ in range(2):
        finish_erasures(engine)
    assert vault.find(ROBIN) != number
    assert vault.seal(number, "words") == (None,)
    with engine.connect() as connection:
        assert connection.execute(select(erasure.c.forgotten)).scalars().all() == [1]


def test_a_fault_in_the_middle_erases_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, _ = fill(engine)
    events = ledger.events()

    def fail(*_: object, **__: object) -> int:
        raise RuntimeError

    monkeypatch.setattr("overt.store.erase.drop_person", fail)
    with pytest.raises(RuntimeError):
        erase(engine, ROBIN)
    assert ledger.find_recipient(ROBIN) is not None
    assert not SuppressionList(engine, KEYRING).holds(ROBIN)
    assert ledger.events() == events
