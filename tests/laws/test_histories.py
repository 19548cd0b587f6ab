"""Law 5 over whole histories: grants, sendings, opens, withdrawals, erasures, crashes and backups in any order.

What is allowed is told by a model that never forgets; the ledger may only ever allow less. Going back to a backup may
lose grants and sendings, and a newer backup may bring them again, but no withdrawal and no erasure is ever lost.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine

from overt.errors import Refused
from overt.measure import Mode, Purpose, RecipientNumber, Sending, Withdrawal, new_keyring, recipient_of
from overt.store import Eraser, Layout, Ledger, finish_erasures, open_database, replay
from overt.store.backup import copy_people, restore_backup, write_backup
from overt.testing import FixedClock

PEOPLE = st.sampled_from(["robin@quixwort.example", "kim@quixwort.example", "ana@quixwort.example"])
PURPOSES = st.sampled_from(Purpose)
KEYRING = new_keyring(lambda size: bytes(range(size)))


class Crash(Exception):
    pass


class Histories(RuleBasedStateMachine):
    """`said`: the last word of each person on each purpose; `sent`: every individual sending and whose it is."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="overt-law-"))
        self.clock = FixedClock()
        self.said: dict[tuple[str, Purpose], bool] = {}
        self.sent: list[tuple[str, Sending]] = []
        self.shut: set[RecipientNumber] = set()  # numbers of the erased
        self.backups = 0
        self.generation = 0
        self.open(Layout(self.folder / "0"))

    def open(self, layout: Layout) -> None:
        self.layout = layout
        self.engine: Engine = open_database(layout.database)
        finish_erasures(self.engine)
        self.ledger = Ledger(self.engine, self.clock, keyring=KEYRING)
        self.campaign = self.ledger.campaign("spring")

    @rule(person=PEOPLE, purpose=PURPOSES)
    def grant(self, person: str, purpose: Purpose) -> None:
        self.clock.advance(seconds=1)
        self.ledger.grant(person, purpose, way="form", reference=f"of {person}"[:4])
        self.said[person, purpose] = True

    @rule(person=PEOPLE, purpose=PURPOSES)
    def withdraw(self, person: str, purpose: Purpose) -> None:
        self.clock.advance(seconds=1)
        self.ledger.withdraw(person, purpose)
        self.said[person, purpose] = False

    @rule(person=PEOPLE)
    def send(self, person: str) -> None:
        permission = self.ledger.permission(person, Purpose.OPENS)
        if permission.allows is Mode.INDIVIDUAL:
            assert self.said.get((person, Purpose.OPENS)) is True
            number = self.ledger.recipient(person)
            sending = self.ledger.new_sending(
                self.campaign, number, message_id=f"<{person}>", opens=Mode.INDIVIDUAL, grant=permission.grant
            )
            self.ledger.record_failure(sending, f"550 {person}")
            self.sent.append((person, sending))

    @rule(person=PEOPLE, crash=st.booleans())
    def erase(self, person: str, crash: bool) -> None:
        self.clock.advance(seconds=1)
        number = self.ledger.find_recipient(person)
        eraser = Eraser(self.engine, KEYRING, self.clock)
        if number is None:
            try:
                eraser.erase(person)
            except Refused:
                return
            raise AssertionError("somebody unknown was erased")
        if crash:
            from overt.store import erase

            whole = erase.finish_erasures

            def stop(engine: Engine) -> None:
                raise Crash

            erase.finish_erasures = stop
            try:
                eraser.erase(person)
            except Crash:
                pass
            finally:
                erase.finish_erasures = whole
            self.engine.dispose()
            self.open(self.layout)
        else:
            eraser.erase(person)
        self.shut.add(number)
        self.sent = [(whose, sending) for whose, sending in self.sent if whose != person]
        for purpose in Purpose:
            self.said.pop((person, purpose), None)

    @rule()
    def back_up(self) -> None:
        target = self.folder / f"{self.backups}.tar"
        write_backup(self.layout, self.folder / "none", target, self.clock.now())
        assert b"quixwort" not in target.read_bytes().lower()
        self.backups += 1

    @precondition(lambda self: self.backups)
    @rule(which=st.randoms(use_true_random=False))
    def restore(self, which: object) -> None:
        self.generation += 1
        old, new = self.layout, Layout(self.folder / str(self.generation))
        chosen = getattr(which, "randrange")(self.backups)  # noqa: B009
        self.engine.dispose()

        def settle(folder: Path) -> None:
            copy_people(old.people, folder / "people.db")
            shutil.copy(old.data / "master.key", folder / "master.key")
            engine = open_database(Layout(folder).database)
            replay(engine, self.clock)
            engine.dispose()

        restore_backup(self.folder / f"{chosen}.tar", new, settle=settle)
        self.open(new)

    @invariant()
    def nothing_is_allowed_that_was_not_granted_last(self) -> None:
        for person in ("robin@quixwort.example", "kim@quixwort.example", "ana@quixwort.example"):
            for purpose in Purpose:
                latest = self.ledger.permission(person, purpose).latest
                said = self.said.get((person, purpose))
                if said is not True:
                    assert latest is None or isinstance(latest, Withdrawal), (person, purpose)
                if said is False:
                    assert isinstance(latest, Withdrawal), (person, purpose)

    @invariant()
    def no_hit_is_kept_of_whoever_withdrew_or_was_erased(self) -> None:
        withdrawn = self.ledger.withdrawn_recipients()
        assert withdrawn >= self.shut
        for person, sending in self.sent:
            if False in (self.said.get((person, purpose)) for purpose in (Purpose.OPENS, Purpose.LINKS)):
                assert recipient_of(sending) in withdrawn

    @invariant()
    def the_erased_have_no_name(self) -> None:
        assert not [number for number in self.shut if self.ledger.address_of(number)]

    @invariant()
    def the_chain_is_whole_and_nothing_on_disk_is_readable(self) -> None:
        assert self.ledger.check_consent().broken == 0
        for path in self.layout.data.glob("*"):
            assert not path.is_file() or b"quixwort" not in path.read_bytes().lower(), path.name

    def teardown(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.folder)


Histories.TestCase.settings = settings(max_examples=12, stateful_step_count=16, deadline=None)
TestHistories = Histories.TestCase
