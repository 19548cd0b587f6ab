"""`overt backup`: one file that holds the whole data folder, made while everything runs; and the folder made of it.

(`overt restore` is something else: it gives back a message as it was before `overt clean`.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from overt.cli.disk import create_file
from overt.cli.house import open_store
from overt.cli.option import Settings
from overt.cli.settings import load_settings
from overt.clock import SystemClock
from overt.errors import Refused
from overt.store import Layout, Replayed, replay
from overt.store.archive import Backup
from overt.store.backup import KEYS, check_backup, copy_people, restore_backup, write_backup
from overt.store.layout import MASTER

app = App(name="backup", help="Keep the whole data folder in one file, check such a file, and go back to it.")

SettingsFile = Annotated[Path | None, Parameter(name="--settings", help="The settings file.")]


@app.command
def make(file: Path, *, settings: SettingsFile = None) -> int:
    """Write everything but undelivered mail into one new file, while overt runs: ledger, hits, counters and keys.

    Parameters
    ----------
    file
        The file to make, such as overt-2026-11-26.tar. It names nobody without people.db (overt backup people) and the
        master key; the keys that sign links are in it.
    """
    loaded = load_settings(settings)
    made = write_backup(Layout(loaded.folder), loaded.key_file, file.absolute(), SystemClock().now())
    print(f"Made {file}: {_say(made)}.")
    print("To restore it you need the newest people.db too (overt backup people FILE), and the master key.")
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
def people(file: Path, *, settings: SettingsFile = None) -> int:
    """Copy people.db, which says who is who in backups, in place of an older copy.

    Keep this copy alone, and make it often: whoever is erased is gone from all backups once no older one is left.

    Parameters
    ----------
    file
        Where the copy is kept, best on another machine. The master key is not in it.
    """
    copy_people(Layout(load_settings(settings).folder).people, file.absolute())
    print(f"Copied people.db to {file}. It is of use with the master key alone: keep that elsewhere.")
    return 0


@app.command
def restore(
    file: Path,
    *,
    people: Path | None = None,
    nameless: Annotated[bool, Parameter(negative=())] = False,
    settings: SettingsFile = None,
) -> int:
    """Make the data folder from a backup; refused where something is in the folder.

    Whoever was erased, withdrew or left since the backup was made is so in it again.

    Parameters
    ----------
    file
        The backup.
    people
        The newest copy of people.db (overt backup people), or that file itself where it is left. Without it nobody in
        the ledger has a name.
    nameless
        Restore without it: counts and proofs stay, names, grants and withdrawals of people are lost.
    """
    loaded = load_settings(settings)
    if people is None and not nameless:
        raise Refused("Say where people.db or its copy is (--people FILE); without it nobody has a name (--nameless).")
    done = Replayed(0, 0, 0)

    def settle(folder: Path) -> None:
        nonlocal done
        inside = loaded.model_copy(update={"folder": folder})
        if people is not None:
            _put_vault(people, inside)
        engine = open_store(inside)
        try:
            done = replay(engine)
        finally:
            engine.dispose()

    found = restore_backup(file, Layout(loaded.folder.absolute()), _key_name(loaded), settle=settle)
    print(f"Restored {loaded.folder}: {_say(found)}.")
    print(f"Entered again: {done.erased} erasures, {done.withdrawn} withdrawals, {done.left} who left.")
    print("Grants since then are not in it, nor is mail that waited.")
    if not loaded.key_file.exists():
        print(f"The key file has to be at {loaded.key_file}; one from the backup is {loaded.folder / KEYS}.")
    return 0


def _put_vault(people: Path, settings: Settings) -> None:
    """Copy people.db, and the master key from beside it where the settings know of none."""
    copy_people(people, Layout(settings.folder).people)
    if not settings.master_key.get_secret_value() and not settings.master_file.exists():
        master = people.with_name(MASTER)
        try:
            create_file(settings.master_file, master.read_bytes())
        except OSError as error:
            raise Refused(f"The master key is needed too: put it at {master}, or set OVERT_MASTER_KEY.") from error


def _key_name(settings: Settings) -> str:
    """Where in the folder the key file belongs; its usual name where the settings have it elsewhere."""
    try:
        name = settings.key_file.relative_to(settings.folder)
    except ValueError:
        return KEYS
    return KEYS if ".." in name.parts else str(name)


def _say(backup: Backup) -> str:
    return f"{backup.files} files, {backup.size / 1e6:.1f} MB, as of {backup.at:%Y-%m-%d %H:%M:%S} UTC"
