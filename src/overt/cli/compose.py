"""The only wiring: settings become keys, a ledger, a queue, and the parts that carry traffic.

Everything here exists to be handed to something else; nothing here decides. Loads no analytics.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from overt.cli.keyfile import open_keyring, read_keyring
from overt.cli.option import Settings
from overt.clock import Clock, SystemClock
from overt.measure import Keyring
from overt.store import Layout, Ledger, open_database


@dataclass(frozen=True, slots=True)
class House:
    """What is open while a command runs."""

    settings: Settings
    layout: Layout
    engine: Engine
    ledger: Ledger
    keyring: Keyring | None
    clock: Clock


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
    engine = open_database(layout.database)
    try:
        yield House(settings, layout, engine, Ledger(engine, time, keyring=keyring), keyring, time)
    finally:
        engine.dispose()


def address_key(keyring: Keyring) -> bytes:
    """The key under which client addresses are hashed: of the first key, so that a rotation changes no hash."""
    return hashlib.blake2b(
        key=keyring.keys[min(keyring.keys)].secret, digest_size=32, person=b"overt addresses"
    ).digest()
