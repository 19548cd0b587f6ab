"""The data folder, opened: keys, database and ledger, for any command that needs them.

Knows nothing of sockets: what carries traffic is put together in `compose`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from overt.cli.keyfile import open_keyring, read_keyring
from overt.cli.option import Settings
from overt.clock import Clock, SystemClock
from overt.errors import Malformed
from overt.measure import Hit, Keyring, RecipientNumber
from overt.store import Layout, Ledger, open_database, parse_master, read_master


@dataclass(frozen=True, slots=True)
class House:
    """What is open while a command runs."""

    settings: Settings
    layout: Layout
    engine: Engine
    ledger: Ledger
    keyring: Keyring | None
    clock: Clock

    def need_keyring(self) -> Keyring:
        """The keyring; raises `Malformed` where there is no key file."""
        if self.keyring is None:
            raise Malformed(f"There is no key file {self.settings.key_file}. Make one with: overt keys new")
        return self.keyring

    def hits_of(self, recipient: RecipientNumber) -> Sequence[Hit]:
        """The kept hits of one recipient, none of whoever withdrew; loads analytics."""
        from overt.store.hits import load_hits

        return load_hits(self.layout, recipient=recipient, withdrawn=self.ledger.withdrawn_recipients())


def open_store(settings: Settings) -> Engine:
    """The database of the data folder, by the master key of the settings."""
    given = settings.master_key.get_secret_value()
    return open_database(
        Layout(settings.folder).database, parse_master(given) if given else read_master(settings.master_file)
    )


@contextmanager
def open_house(settings: Settings, *, make_keys: bool = False, clock: Clock | None = None) -> Iterator[House]:
    """Open the data folder; database and folders are made at first start, the key file only with `make_keys`."""
    time = clock or SystemClock()
    keyring = None
    if make_keys:
        keyring = open_keyring(settings.key_file)
    elif settings.key_file.exists():
        keyring = read_keyring(settings.key_file)
    layout = Layout(settings.folder)
    engine = open_store(settings)
    try:
        yield House(settings, layout, engine, Ledger(engine, time, keyring=keyring), keyring, time)
    finally:
        engine.dispose()
