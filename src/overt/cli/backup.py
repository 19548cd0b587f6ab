"""`overt backup`: one file that holds the whole data folder, made while everything runs; and the folder made of it.

(`overt restore` is something else: it gives back a message as it was before `overt clean`.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from overt.cli.house import open_house
from overt.cli.option import Settings
from overt.cli.settings import load_settings
from overt.clock import SystemClock
from overt.store import Eraser, Layout, read_erased
from overt.store.archive import Backup
from overt.store.backup import KEYS, check_backup, restore_backup, write_backup

HELD_SENTENCE = "Messages that waited in the queue are held, for they may have gone out since."

app = App(name="backup", help="Keep the whole data folder in one file, check such a file, and go back to it.")

SettingsFile = Annotated[Path | None, Parameter(name="--settings", help="The settings file.")]


@app.command
def make(file: Path, *, settings: SettingsFile = None) -> int:
    """Write everything into one new file, while overt runs: ledger, queue, hits, counters and keys.

    Parameters
    ----------
    file
        The file to make, such as overt-2026-11-26.tar. It holds addresses and keys: keep it as safe as the folder.
    """
    loaded = load_settings(settings)
    made = write_backup(Layout(loaded.folder), loaded.key_file, file.absolute(), SystemClock().now())
    print(f"Made {file}: {_say(made)}.")
    if not loaded.key_file.exists():
        print(f"It holds no keys, for there is no key file {loaded.key_file}.")
    return 0


@app.command
def check(file: Path) -> int:
    """Read all of a backup and say whether it is whole.

    Parameters
    ----------
    file
        The file to check.
    """
    print(f"{file} is whole: {_say(check_backup(file))}.")
    return 0


@app.command
def restore(file: Path, *, deliver: bool = False, erased: Path | None = None, settings: SettingsFile = None) -> int:
    """Make the data folder from a backup; refused where something is in the folder.

    Parameters
    ----------
    file
        The backup.
    deliver
        Deliver what waited in the queue, also if it went out after the backup was made.
    erased
        The log erased.jsonl of the folder that was lost: those in it are erased again.
    """
    loaded = load_settings(settings)
    again = read_erased(erased) if erased else ()
    found = restore_backup(file, Layout(loaded.folder.absolute()), _key_name(loaded), deliver=deliver)
    print(f"Restored {loaded.folder}: {_say(found)}.")
    if again:
        with open_house(loaded, make_keys=True) as house:
            done = Eraser(house.engine, house.need_keyring(), house.layout.erased, house.clock).replay(again)
        print(f"{done} recipients were erased again.")
    else:
        print("Whoever was erased since then is in it again: restore with --erased and the old folder's erased.jsonl.")
    print("Grants and withdrawals since then are not in it: enter them again before overt up.")
    if not deliver:
        print(HELD_SENTENCE)
    if not loaded.key_file.exists():
        print(f"The key file has to be at {loaded.key_file}; one from the backup is {loaded.folder / KEYS}.")
    return 0


def _key_name(settings: Settings) -> str:
    """Where in the folder the key file belongs; its usual name where the settings have it elsewhere."""
    try:
        name = settings.key_file.relative_to(settings.folder)
    except ValueError:
        return KEYS
    return KEYS if ".." in name.parts else str(name)


def _say(backup: Backup) -> str:
    return f"{backup.files} files, {backup.size / 1e6:.1f} MB, as of {backup.at:%Y-%m-%d %H:%M:%S} UTC"
