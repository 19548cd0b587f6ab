"""`overt queue`: see what waits to be delivered and what was given up, try it again, or drop it.

Works beside a running relay: it looks every two seconds. Stable JSON: `docs/reference/queue.md`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from overt.cli.house import open_store
from overt.cli.settings import load_settings
from overt.errors import Malformed, Refused
from overt.store import Layout, Queue, Queued, State

app = App(name="queue", help="See and steer what waits to be delivered.")

FORMAT = "overt-queue/1"
PAGE = 500  # messages that are read at once: the queue may be long, memory is not
SettingsFile = Annotated[Path | None, Parameter(name="--settings", help="The settings file.")]
Json = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON: stable and documented.")]
All = Annotated[bool, Parameter(name="--all", negative=(), help="Everything that was given up.")]
Numbers = Annotated[int, Parameter(help="Numbers of messages, from overt queue list.", negative=())]


@contextmanager
def _open(settings: Path | None) -> Iterator[Queue]:
    loaded = load_settings(settings)
    layout = Layout(loaded.folder)
    if not layout.database.exists():
        raise Malformed(f"There is no queue in {layout.database.parent}. Is that the folder of the settings?")
    engine = open_store(loaded)
    try:
        yield Queue(engine)
    finally:
        engine.dispose()


@app.command(name="list")
def list_queue(
    *,
    state: Annotated[State | None, Parameter(help="Only what is waiting, or what has failed.")] = None,
    most: Annotated[int, Parameter(help="So many at most, the oldest first; 0 for all.")] = 100,
    json_: Json = False,
    settings: SettingsFile = None,
) -> int:
    """Show what is in the queue."""
    with _open(settings) as queue:
        count = queue.count()
        shown = _pages(queue, state, most)
        if json_:
            _print_json(count, shown)
        else:
            _print_table(count, shown)
    return 0


@app.command
def show(
    number: Annotated[int, Parameter(help="The message's number.")],
    /,
    *,
    raw: Annotated[bool, Parameter(help="Print the message itself.", negative=())] = False,
    json_: Json = False,
    settings: SettingsFile = None,
) -> int:
    """Show one message: its envelope, and what the next hop said last."""
    with _open(settings) as queue:
        queued = queue.find(number)
        if raw:
            sys.stdout.buffer.write(queue.raw(queued))
            return 0
        told = tell(queued)
        size = len(queue.raw(queued))
    if json_:
        print(json.dumps({"format": FORMAT, **told, "bytes": size}, ensure_ascii=False, indent=2))
    else:
        table = Table(show_header=False, box=None)
        for name, value in {**told, "bytes": size}.items():
            table.add_row(name, "" if value is None else str(value))
        Console(highlight=False, markup=False).print(table)
    return 0


@app.command
def retry(*numbers: Numbers, all_: All = False, settings: SettingsFile = None) -> int:
    """Try messages again now, with all the time they had at first."""
    with _open(settings) as queue:
        chosen = _choose(queue, numbers, all_)
        for queued in chosen:
            queue.retry(queued)
    print(f"{_count(chosen)} tried again within seconds where overt up runs.")
    return 0


@app.command
def drop(*numbers: Numbers, all_: All = False, settings: SettingsFile = None) -> int:
    """Forget messages without delivering them. Nobody is told; reports say that they failed."""
    with _open(settings) as queue:
        chosen = _choose(queue, numbers, all_)
        for queued in chosen:
            queue.drop(queued)
    print(f"{_count(chosen)} dropped.")
    return 0


def tell(queued: Queued) -> dict[str, object]:
    """One message as plain data; field by field in `docs/reference/queue.md`."""
    envelope = queued.envelope
    return {
        "id": queued.id,
        "state": queued.state.value,
        "sender": envelope.sender,
        "recipient": envelope.recipient,
        "at": _moment(queued.at),
        "due": _moment(queued.due),
        "attempts": queued.attempts,
        "reason": queued.reason,
        "notify": envelope.notify,
        "ret": envelope.ret,
        "envid": envelope.envid,
        "orcpt": envelope.orcpt,
    }


def _pages(queue: Queue, state: State | None, most: int) -> Iterator[Queued]:
    shown = after = 0
    while not most or shown < most:
        page = queue.all(state, most=min(PAGE, most - shown) if most else PAGE, after=after)
        if not page:
            return
        yield from page
        shown += len(page)
        after = page[-1].id


def _print_json(count: dict[State, int], shown: Iterable[Queued]) -> None:
    head = {"format": FORMAT, **{state.value: number for state, number in count.items()}}
    print(json.dumps(head, ensure_ascii=False)[:-1] + ', "messages": [', end="")
    for number, queued in enumerate(shown):
        print(",\n " if number else "\n ", json.dumps(tell(queued), ensure_ascii=False), sep="", end="")
    print("\n]}")


def _print_table(count: dict[State, int], shown: Iterable[Queued]) -> None:
    table = Table("id", "state", "recipient", "since", "next try", "tries", "reason")
    for queued in shown:
        due = "" if queued.state is State.FAILED else _short(queued.due)
        table.add_row(
            str(queued.id), queued.state.value, queued.envelope.recipient, _short(queued.at), due,
            str(queued.attempts), queued.reason,
        )  # fmt: skip
    console = Console(highlight=False, markup=False)
    if table.row_count:
        console.print(table)
    console.print(f"{count[State.WAITING]} waiting, {count[State.FAILED]} given up; {table.row_count} shown.")


def _choose(queue: Queue, numbers: tuple[int, ...], everything: bool) -> tuple[Queued, ...]:
    """What the command line names; raises `Refused` where a number is none, before anything is changed."""
    if bool(numbers) == everything:
        raise Malformed("Name messages by their numbers, or all that was given up by --all.")
    if everything:
        return queue.all(State.FAILED)
    missing: list[str] = []
    found: list[Queued] = []
    for number in dict.fromkeys(numbers):
        try:
            found.append(queue.find(number))
        except Refused:
            missing.append(str(number))
    if missing:
        raise Refused(f"There is no message {', '.join(missing)} in the queue; nothing was changed.")
    return tuple(found)


def _count(chosen: tuple[Queued, ...]) -> str:
    return "1 message is" if len(chosen) == 1 else f"{len(chosen)} messages are"


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _short(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
