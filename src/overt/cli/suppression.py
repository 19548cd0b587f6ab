"""`overt suppression`: who unsubscribed, by which way, and adding or lifting it by hand."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from overt.cli.recipients import read_recipients
from overt.cli.settings import load_settings
from overt.store import SuppressionList

BY_HAND = "entered by the operator"
UNKNOWN = "(address no longer known)"

app = App(name="suppression", help="See who unsubscribed: list, add, lift.")

SettingsFile = Annotated[Path | None, Parameter(name="--settings", help="The settings file.")]


@app.command(name="list")
def list_suppressed(
    *,
    json_: Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")] = False,
    csv_: Annotated[bool, Parameter(name="--csv", negative=(), help="Print CSV, for your newsletter program.")] = False,
    settings: SettingsFile = None,
) -> int:
    """Show who gets no list mail any more, longest ago first."""
    with _open(settings) as leavers:
        rows = [(left.address, left.at.isoformat(timespec="seconds"), left.way) for left in leavers.all()]
    if json_:
        print(json.dumps([dict(zip(("address", "at", "way"), row, strict=True)) for row in rows], ensure_ascii=False))
    elif csv_:
        writer = csv.writer(sys.stdout)
        writer.writerow(("email", "at", "way"))
        writer.writerows(row for row in rows if row[0])
    elif not rows:
        print("Nobody unsubscribed.")
    else:
        table = Table("address", "at", "way")
        for address, at, way in rows:
            table.add_row(Text(address or UNKNOWN), at, Text(way))
        Console(highlight=False).print(table)
    return 0


@app.command
def add(
    address: str = "",
    /,
    *,
    file: Annotated[Path | None, Parameter(help="A CSV file of addresses, in a column called email.")] = None,
    settings: SettingsFile = None,
) -> int:
    """Send no more list mail to an address, or to all of a CSV file; what waits for them is stopped."""
    listed = read_recipients(file, "") if file else None
    addresses = [*([address] if address else []), *(row.address for row in (listed.rows if listed else ()))]
    if not addresses and listed is None:
        print("overt: name an address, or a CSV file with --file", file=sys.stderr)
        return 2
    with _open(settings) as leavers:
        stopped = sum(leavers.add(each, way=BY_HAND) for each in addresses)
    print(f"{len(addresses)} unsubscribed, {stopped} waiting messages stopped.")
    for fault in listed.faults if listed else ():
        print(f"  {fault}", file=sys.stderr)
    return 1 if listed and listed.faults else 0


@app.command
def lift(address: str, /, *, settings: SettingsFile = None) -> int:
    """Let list mail go to an address again, because its owner asked for it."""
    with _open(settings) as leavers:
        lifted = leavers.lift(address)
    print("Lifted: list mail goes there again." if lifted else "That address had not unsubscribed.")
    return 0 if lifted else 1


@contextmanager
def _open(settings: Path | None) -> Iterator[SuppressionList]:
    from overt.cli.house import open_house

    with open_house(load_settings(settings), make_keys=True) as house:
        yield SuppressionList(house.engine, house.need_keyring(), house.clock)
