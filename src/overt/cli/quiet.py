"""`overt quiet`: who in `hygiene` has not opened for long, so that mail to mailboxes nobody reads can end."""

from __future__ import annotations

import csv
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators
from rich.console import Console
from rich.table import Table
from rich.text import Text

from overt.cli.settings import load_settings

Days = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=36_500))]


def quiet(
    *,
    days: Days = 180,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    csv_: Annotated[bool, Parameter(name="--csv", negative=())] = False,
    settings: Path | None = None,
) -> int:
    """Show who has not opened for long, of those who granted that the day of the last open is kept.

    Whoever reads with pictures off, or where everything is fetched ahead, is quiet too: ask them before you stop.

    Parameters
    ----------
    days
        For how long: no open within so many days, and a first message before them.
    json_
        Print JSON.
    csv_
        Print CSV, for your newsletter program.
    settings
        The settings file.
    """
    from overt.cli.house import open_house

    with open_house(load_settings(settings)) as house:
        found = house.ledger.quiet((house.clock.now() - timedelta(days=days)).date())
    rows = [(one.address, one.last and one.last.isoformat(), one.since.isoformat(), one.messages) for one in found]
    names = ("email", "last_open", "first_message", "messages")
    if json_:
        print(json.dumps([dict(zip(names, row, strict=True)) for row in rows], ensure_ascii=False, indent=2))
    elif csv_:
        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows(rows)
    elif not rows:
        print(f"Nobody of whom a day is kept has been quiet for {days} days.")
    else:
        table = Table(*names)
        for address, last, since, messages in rows:
            table.add_row(Text(address), last or "never", since, str(messages))
        Console(highlight=False).print(table)
    return 0
