"""`overt account`: who may log in at the dashboard, and keys for programs that ask the API."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from overt.cli.password import ask_password
from overt.cli.settings import load_settings
from overt.store import Accounts, Role, Scope

app = App(
    name="account", help="Who may look at the dashboard and ask the API: add, list, password, remove, key, revoke."
)

SettingsFile = Annotated[Path | None, Parameter(name="--settings", help="The settings file.")]
Json = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")]
Generate = Annotated[bool, Parameter(negative=(), help="Make a password up and print it, instead of asking for one.")]


@app.command
def add(
    name: str,
    /,
    *,
    role: Annotated[Role, Parameter(help="owner sees everything, analyst campaigns and no people.")] = Role.OWNER,
    generate: Generate = False,
    settings: SettingsFile = None,
) -> int:
    """Let somebody log in at the dashboard; asks for a password, or reads a line of stdin."""
    from overt.serve.login import hash_password

    with _open(settings) as (accounts, url):
        password = secrets.token_urlsafe(12) if generate else ask_password()
        accounts.add(name, hash_password(password), role)
    if generate:
        print(f"Password: {password}")
    print(f"Added: {name} ({role.value}). Log in at {url} while overt up or overt dashboard runs.")
    return 0


@app.command
def password(name: str, /, *, generate: Generate = False, settings: SettingsFile = None) -> int:
    """Give an account a new password; it is logged out everywhere."""
    from overt.serve.login import hash_password

    with _open(settings) as (accounts, _):
        told = secrets.token_urlsafe(12) if generate else ask_password()
        changed = accounts.change(name, hash_password(told))
    if not changed:
        return _nobody(name)
    if generate:
        print(f"Password: {told}")
    print(f"Changed. {name} is logged out everywhere.")
    return 0


@app.command
def remove(name: str, /, *, settings: SettingsFile = None) -> int:
    """Let somebody in no more, at once."""
    with _open(settings) as (accounts, _):
        removed = accounts.remove(name)
    if removed:
        print(f"Removed: {name}.")
    return 0 if removed else _nobody(name)


@app.command(name="list")
def list_accounts(*, json_: Json = False, settings: SettingsFile = None) -> int:
    """Show accounts and keys."""
    with _open(settings) as (accounts, _):
        people = [(one.name, one.role.value, one.at.isoformat(timespec="seconds")) for one in accounts.all()]
        keys = [
            (one.id, one.name, sorted(scope.value for scope in one.scopes), one.at.isoformat(timespec="seconds"))
            for one in accounts.api_keys()
        ]
    if json_:
        told = {
            "accounts": [dict(zip(("name", "role", "at"), row, strict=True)) for row in people],
            "keys": [dict(zip(("id", "name", "scopes", "at"), row, strict=True)) for row in keys],
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return 0
    console = Console(highlight=False)
    if not people:
        console.print("No account yet: overt account add NAME")
    else:
        table = Table("account", "role", "since", box=None, pad_edge=False)
        for row in people:
            table.add_row(Text(row[0]), *row[1:])
        console.print(table)
    if keys:
        table = Table("key", "what for", "may", "since", box=None, pad_edge=False)
        for number, name, scopes, at in keys:
            table.add_row(str(number), Text(name), ", ".join(scopes), at)
        console.print(table)
    return 0


@app.command
def key(
    name: str,
    /,
    *,
    scope: Annotated[
        tuple[Scope, ...], Parameter(negative=(), help="reports, people or consent; may be given more than once.")
    ] = (Scope.REPORTS,),
    settings: SettingsFile = None,
) -> int:
    """Make a key for a program that asks the API, and print it: it is shown once."""
    with _open(settings) as (accounts, _):
        print(accounts.add_key(name, scope))
    return 0


@app.command
def revoke(number: int, /, *, settings: SettingsFile = None) -> int:
    """Let a key open nothing any more; its number is in overt account list."""
    with _open(settings) as (accounts, _):
        revoked = accounts.revoke_key(number)
    print("Revoked." if revoked else f"There is no key {number}.", file=sys.stdout if revoked else sys.stderr)
    return 0 if revoked else 1


def _nobody(name: str) -> int:
    print(f'overt: there is no account "{name}". See: overt account list', file=sys.stderr)
    return 1


@contextmanager
def _open(settings: Path | None) -> Iterator[tuple[Accounts, str]]:
    from overt.cli.house import open_house

    with open_house(load_settings(settings)) as house:
        yield Accounts(house.engine, house.clock), house.settings.dashboard_url
