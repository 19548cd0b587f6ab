"""Who left: found again by any spelling, forgotten by no rotation, known by hash alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from overt.measure import new_keyring
from overt.store import Envelope, Ledger, Queue, State, SuppressionList, reading
from overt.store.vault import vault_of
from overt.testing import FixedClock, make_mail

ROBIN = "robin@bücher.example"
KEYRING = new_keyring(lambda size: bytes(range(size)))


@pytest.fixture
def leavers(engine: Engine) -> SuppressionList:
    return SuppressionList(engine, KEYRING, FixedClock())


def test_a_person_who_left_is_found_by_any_spelling(leavers: SuppressionList) -> None:
    leavers.add(ROBIN, way="page")
    assert leavers.holds("Robin@xn--bcher-kva.example")
    assert not leavers.holds("kim@bücher.example")


def test_a_rotation_forgets_nobody(engine: Engine, leavers: SuppressionList) -> None:
    leavers.add(ROBIN, way="page")
    assert SuppressionList(engine, KEYRING.rotate(lambda size: b"r" * size)).holds(ROBIN)
    assert not SuppressionList(engine, new_keyring(lambda size: b"s" * size)).holds(ROBIN)


def test_the_first_moment_and_way_stay(leavers: SuppressionList) -> None:
    leavers.add(ROBIN, way="one click")
    leavers.add(ROBIN, way="page")
    (found,) = leavers.all()
    assert found.way == "one click"


def test_nobody_can_read_an_address_in_the_database(engine: Engine, leavers: SuppressionList, tmp_path: Path) -> None:
    leavers.add(ROBIN, way="page")
    with engine.connect() as connection:
        path = Path(connection.exec_driver_sql("PRAGMA database_list").all()[0][2])
    stored = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert b"robin" not in stored


def test_it_stays_when_the_address_goes(engine: Engine, leavers: SuppressionList) -> None:
    Ledger(engine).recipient(ROBIN)
    leavers.add(ROBIN, way="page")
    assert [found.address for found in leavers.all()] == [ROBIN]
    with reading(engine) as connection:
        vault_of(connection).forget(Ledger(engine).recipient(ROBIN), at=0)
    assert [found.address for found in leavers.all()] == [""]
    assert leavers.holds(ROBIN)


def test_it_can_be_lifted(leavers: SuppressionList) -> None:
    leavers.add(ROBIN, way="page")
    assert leavers.lift(ROBIN.upper())
    assert not leavers.lift(ROBIN)
    assert leavers.all() == ()


def test_a_number_of_nobody_suppresses_nobody(engine: Engine, leavers: SuppressionList) -> None:
    number = Ledger(engine).recipient(ROBIN)
    leavers.add_recipient(number, way="one click")
    assert leavers.holds(ROBIN)
    assert leavers.add_recipient(type(number)(number ^ 1), way="one click") == 0
    assert len(leavers.all()) == 1


def test_only_waiting_list_mail_is_taken_out(engine: Engine, leavers: SuppressionList) -> None:
    clock = FixedClock()
    ledger, queue = Ledger(engine, clock), Queue(engine, clock)
    campaign, number = ledger.campaign("spring"), ledger.recipient(ROBIN)

    def put(*, list_mail: bool) -> int:
        return queue.put(
            Envelope("a@example.org", ROBIN, sending=ledger.new_sending(campaign, number), list_mail=list_mail),
            make_mail(),
        )

    failed, waiting, receipt = put(list_mail=True), put(list_mail=True), put(list_mail=False)
    queue.fail(queue.find(failed), "no such user")
    clock.advance(timedelta(minutes=1))
    assert leavers.add(ROBIN, way="page") == 1
    assert {queued.id: queued.state for queued in queue.all()} == {failed: State.FAILED, receipt: State.WAITING}
    assert waiting not in {queued.id for queued in queue.all()}
