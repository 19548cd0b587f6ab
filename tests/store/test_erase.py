"""Erasing: nothing that names the person is left, in the database or after going back to a backup."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from overt.errors import Malformed, Refused
from overt.measure import Mode, Purpose, derive_recipient, new_keyring
from overt.store import Envelope, Eraser, Layout, Ledger, Queue, SuppressionList, open_database, read_erased, writing
from overt.store.backup import restore_backup, write_backup
from overt.store.schema import erasure
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


def eraser(engine: Engine, folder: Path) -> Eraser:
    return Eraser(engine, KEYRING, Layout(folder).erased, FixedClock())


def stored(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).lower()


def test_nothing_on_disk_names_the_person_any_more(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    assert all(name in stored(tmp_path / "data") for name in NAMING)
    receipt = eraser(engine, tmp_path / "data").erase(ROBIN.upper())
    assert (receipt.messages, receipt.stopped) == (2, 2)
    left = stored(tmp_path / "data")
    assert not any(name in left for name in NAMING)
    assert b"kim@example.org" in left


def test_what_stays_proves_and_names_nobody(engine: Engine, tmp_path: Path) -> None:
    ledger, queue = fill(engine)
    number = ledger.recipient(ROBIN)
    eraser(engine, tmp_path / "data").erase(ROBIN)
    assert ledger.check_consent().broken == 0
    assert number in ledger.withdrawn_recipients()
    assert derive_recipient(KEYRING.signer, ROBIN) in ledger.withdrawn_recipients()
    assert SuppressionList(engine, KEYRING).holds(ROBIN)
    assert ledger.find_recipient(ROBIN) is None
    assert [queued.envelope.recipient.lower() for queued in queue.all()] == [KIM, KIM]
    assert sorted(sent.recipient for sent in ledger.sendings(ledger.campaign("spring"))) == ["", "", KIM, KIM]


def test_who_comes_back_is_somebody_new(engine: Engine, tmp_path: Path) -> None:
    ledger, _ = fill(engine)
    before = ledger.recipient(ROBIN)
    eraser(engine, tmp_path / "data").erase(ROBIN)
    assert ledger.recipient(ROBIN) != before
    assert ledger.permission(ROBIN, Purpose.OPENS).latest is None


def test_an_address_never_heard_of_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="nothing is recorded"):
        eraser(engine, tmp_path / "data").erase("nobody@example.org")


def test_a_restored_backup_is_told_who_was_erased_since(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    old, backup = Layout(tmp_path / "data"), tmp_path / "backup.tar"
    write_backup(old, tmp_path / "none", backup, FixedClock().now())
    eraser(engine, old.data).erase(ROBIN)
    new = Layout(tmp_path / "new")
    restore_backup(backup, new)
    assert not new.erased.exists()
    again = open_database(new.database)
    assert eraser(again, new.data).replay(read_erased(old.erased)) == 1
    assert Ledger(again).find_recipient(ROBIN) is None
    assert new.erased.read_text() == old.erased.read_text()
    assert eraser(again, new.data).replay(read_erased(old.erased)) == 0
    assert not any(name in stored(new.data) for name in NAMING)


def test_a_crash_before_the_log_was_written_is_finished_at_the_next_start(engine: Engine, tmp_path: Path) -> None:
    ledger, _ = fill(engine)
    number = ledger.recipient(ROBIN)
    with writing(engine) as connection:
        connection.execute(erasure.insert().values(recipient=int(number), at=1_790_000_000_000, logged=0))
    for _ in range(2):
        eraser(engine, tmp_path / "data").finish()
    assert [row[0] for row in read_erased(Layout(tmp_path / "data").erased)] == [number]
    with engine.connect() as connection:
        assert connection.execute(select(erasure.c.logged)).scalars().all() == [1]


def test_a_fault_in_the_middle_erases_nothing(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, _ = fill(engine)
    events = ledger.events()

    def fail(*_: object, **__: object) -> int:
        raise RuntimeError

    monkeypatch.setattr("overt.store.erase.drop_person", fail)
    with pytest.raises(RuntimeError):
        eraser(engine, tmp_path / "data").erase(ROBIN)
    assert ledger.find_recipient(ROBIN) is not None
    assert not SuppressionList(engine, KEYRING).holds(ROBIN)
    assert ledger.events() == events


@pytest.mark.parametrize(
    "text", ["x", "[]", "{}", '{"recipient": "x", "at": 1}', '{"recipient": 1, "at": 1e400}', "[" * 9999]
)
def test_what_is_no_log_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "log").write_text(text)
    with pytest.raises(Malformed, match="no log of erasures"):
        read_erased(tmp_path / "log")
    with pytest.raises(Malformed):
        read_erased(tmp_path / "none")
