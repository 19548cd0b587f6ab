"""`overt keys`: make, rotate and list the keys that sign beacons and links. A secret is never printed.

After a rotation old keys keep verifying: a link in mail of ten years ago still goes where it went.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from overt.cli.keyfile import make_keyring, read_keyring, write_keyring
from overt.cli.settings import load_settings
from overt.errors import Refused
from overt.measure import Key

app = App(name="keys", help="Make, rotate and list the keys that sign beacons and links.")

KeyFile = Annotated[Path | None, Parameter(name="--keys", help="The key file, in place of the one in the settings.")]
SettingsFile = Annotated[Path | None, Parameter(name="--settings", help="The settings file.")]


def _path(keys: Path | None, settings: Path | None) -> Path:
    return keys or load_settings(settings).key_file


@app.command
def new(*, keys: KeyFile = None, settings: SettingsFile = None) -> int:
    """Make a key file with one key; refused where there is one."""
    path = _path(keys, settings)
    if not make_keyring(path):
        raise Refused(f"There is a key file {path} already, and links in sent mail need it. Use: overt keys rotate")
    print(f"Made {path}. Keep a copy of it in a safe place: links in sent mail need it forever.")
    return 0


@app.command
def rotate(*, keys: KeyFile = None, settings: SettingsFile = None) -> int:
    """Add a key that signs from now on; the others keep verifying."""
    path = _path(keys, settings)
    keyring = read_keyring(path)
    added = keyring.rotate(secrets.token_bytes)
    write_keyring(path, added)
    print(f"Key {added.signing} signs from now on; {len(keyring.keys)} older ones still verify. Restart: overt up")
    return 0


@app.command(name="list")
def list_keys(*, keys: KeyFile = None, settings: SettingsFile = None) -> int:
    """Show the keys by number and fingerprint."""
    keyring = read_keyring(_path(keys, settings))
    table = Table("key", "does", "fingerprint")
    for _, key in sorted(keyring.keys.items()):
        table.add_row(str(key.id), "signs and verifies" if key.id == keyring.signing else "verifies", fingerprint(key))
    Console().print(table)
    return 0


def fingerprint(key: Key) -> str:
    """Eight hex digits that tell two keys apart, and from which no secret can be computed."""
    return hashlib.blake2b(key.secret, digest_size=4, person=b"overt-keyprint").hexdigest()
