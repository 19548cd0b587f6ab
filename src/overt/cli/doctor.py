"""`overt doctor`: looks at everything a first hour can get wrong, and says how to mend each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape

from overt.cli.settings import load_settings
from overt.errors import Malformed

if TYPE_CHECKING:
    from overt.cli.checkup.outcome import Check
    from overt.cli.option import Settings

FORMAT = "overt-doctor/1"
MARKS = {"good": "[green]✓[/]", "look": "[yellow]![/]", "wrong": "[red]✗[/]", "skipped": "[dim]–[/]"}
MOST_MESSAGE = 26_214_400  # bytes; the relay takes no larger one by default


def doctor(
    arrived: Path | None = None,
    /,
    *,
    log: Annotated[tuple[Path, ...], Parameter(negative=())] = (),
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    settings: Path | None = None,
) -> int:
    """Check DNS, TLS, proxy, next hop, signing, logs, and a message that arrived; say how to mend what is wrong.

    Sends no mail, and asks nobody but the hosts of the settings and DNS. Exit code 1 where something is wrong.

    Parameters
    ----------
    arrived
        A message that went through overt, saved as it arrived (.eml): shows whether somebody wrote over it.
    log
        Access logs of your reverse proxy, where they are in no usual place; may be repeated.
    json_
        Print JSON: stable and documented.
    settings
        The settings file.
    """
    loaded = load_settings(settings, needed=("base_url",))
    raw = _read(arrived) if arrived else None
    console = Console(highlight=False)
    checks: list[Check] = []
    for check in _check_all(loaded, log, raw):
        checks.append(check)
        if not json_:
            console.print(f"{MARKS[check.outcome]} {check.name:18} {escape(check.said)}", soft_wrap=True)
            if check.mend:
                console.print(f"  {'':18} [bold]→ {escape(check.mend)}[/]", soft_wrap=True)
    counts = Counter(check.outcome.value for check in checks)
    if json_:
        print(json.dumps({"format": FORMAT, "counts": counts, "checks": [asdict(check) for check in checks]}, indent=2))
    else:
        console.print(f"{counts['good']} good, {counts['look']} to look at, {counts['wrong']} wrong.")
    return 1 if counts["wrong"] else 0


def _check_all(settings: Settings, logs: tuple[Path, ...], raw: bytes | None) -> Iterator[Check]:
    from overt.cli.checkup.ground import check_ground
    from overt.cli.checkup.log import check_logs
    from overt.cli.checkup.reach import check_reach
    from overt.cli.checkup.way import check_way
    from overt.cli.house import open_house

    with open_house(settings) as house:
        yield from check_ground(house)
    yield from check_reach(settings)
    yield from check_way(settings)
    yield from check_logs(logs)
    if raw is not None:
        from overt.cli.checkup.arrived import check_arrived

        yield from check_arrived(raw, settings.base_url)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_MESSAGE + 1)
    except OSError as error:
        raise Malformed(f"{path} cannot be read: {error.strerror}") from error
    if len(raw) > MOST_MESSAGE:
        raise Malformed(f"{path} is larger than any message the relay takes")
    return raw
