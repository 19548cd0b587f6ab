"""`overt scan`: what the messages of a file, a mailbox or a server report back, to whom, and how that is known.

Reads only: nothing is changed, marked as read or fetched from the addresses in mail. Exit codes: 0 nothing reports on
its reader, 1 something does, 2 the input is wrong.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from overt.cli.inspection import Inspected, Wish, inspect_all, inspect_raw, read_address, ruleset_of
from overt.cli.password import ask_imap_password
from overt.cli.profile import find_profiles, mail_folders
from overt.cli.resume import Output
from overt.cli.scan_page import write_page
from overt.cli.scan_table import show_messages, show_senders, show_total
from overt.cli.source import STDIN, find_items, total_size
from overt.errors import Malformed
from overt.guard.ledger import Ledger
from overt.guard.program import PROGRAMS

FOUND = 1
MOST_SHOWN = 40  # messages in a table of messages that nobody asked for: a screen or so
_BIG = 4 * 1024 * 1024  # bytes; below it one process is done before a second one has started


def scan(
    *paths: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    json: Annotated[bool, Parameter(name="--json", negative=())] = False,
    by: Literal["message", "sender"] | None = None,
    html: Path | None = None,
    output: Path | None = None,
    resume: Annotated[bool, Parameter(negative=())] = False,
    rules: bool = True,
    lists: Annotated[tuple[Path, ...], Parameter(name="--list", negative=())] = (),
    address: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    program: str = "",
    imap: str = "",
    jobs: int = 0,
) -> int:
    """Find everything in mail that reports back.

    Parameters
    ----------
    paths
        Messages (.eml, .html), mbox files, Maildirs or folders of them; - is stdin. Without any: Thunderbird's mail.
    json
        Print one JSON object a message and line: stable and documented.
    by
        A row a message, or a row a sender; by itself, messages where there are few.
    html
        Write a report with pictures to this file.
    output
        Write the JSON lines to this file.
    resume
        Go on where an earlier scan into --output stopped.
    rules
        Use what is known of vendors; --no-rules judges by structure alone.
    lists
        A list in Adblock syntax to use as well; may be given more than once.
    address
        Another address of yours to look for in URLs; may be given more than once.
    program
        Your mail program, to say what it would have loaded by itself.
    imap
        A mailbox on a server: imaps://user@host/folder. Asks for the password, or reads OVERT_IMAP_PASSWORD.
    jobs
        Processes; by itself as many as there are cores.
    """
    if program and program not in PROGRAMS:
        raise Malformed(f"--program {program}: there are {', '.join(PROGRAMS)}")
    if resume and output is None:
        raise Malformed("--resume goes on in a file: name it with --output")
    sources = list(paths) if paths or imap else _thunderbird()
    known = tuple(read_address(text) for text in address)
    wish = Wish(rules, tuple(str(path) for path in lists), known, json or output is not None)
    ruleset_of(wish)  # a rule list with mistakes is said before anything is read
    ledger, shown, failures = Ledger(), list[Inspected](), 0
    with ExitStack() as stack:
        out = stack.enter_context(Output(output, resume=resume)) if output is not None else None
        bar, task = _progress(stack, sources, imap)
        for done in _inspected(sources, imap, wish, jobs, out):
            bar.advance(task, done.size)
            if out is not None:
                out.write(done.label, done.line)
            elif json:
                print(done.line, flush=True)
            if done.summary is None:
                failures += 1
                print(f"overt: {done.label}: {done.error}", file=sys.stderr)
                continue
            ledger.add(done.summary)
            if not json and (by == "message" or len(shown) <= MOST_SHOWN) and done.summary.telling:
                shown.append(done)
    total = ledger.total
    if html is not None:
        html.write_text(write_page(ledger, program), encoding="utf-8")
        print(f"overt: the report is in {html}", file=sys.stderr)
    if not json:
        _show(ledger, shown, by, program)
    if failures and not total.messages:
        return 2
    return FOUND if total.telling else 0


def _show(ledger: Ledger, shown: Sequence[Inspected], by: str | None, program: str) -> None:
    console = Console()
    if (by or ("message" if len(shown) <= MOST_SHOWN else "sender")) == "message":
        show_messages(console, [done.summary for done in shown if done.summary is not None])
    else:
        show_senders(console, ledger.senders())
    show_total(console, ledger, program)


def _inspected(sources: Sequence[Path], imap: str, wish: Wish, jobs: int, out: Output | None) -> Iterator[Inspected]:
    workers = jobs if jobs > 0 else os.cpu_count() or 1
    if Path(STDIN) in sources or total_size(sources) < _BIG:
        workers = 1
    items = (item for item in find_items(sources) if out is None or not out.has(item.label))
    yield from inspect_all(items, wish, workers)
    if imap:
        yield from _from_server(imap, wish, out)


def _from_server(url: str, wish: Wish, out: Output | None) -> Iterator[Inspected]:
    from overt.serve.mailbox import open_mailbox, read_place

    place = read_place(url)
    with open_mailbox(place, ask_imap_password(place.user, place.host)) as mailbox:
        for label, raw in mailbox.messages():
            if out is None or not out.has(label):
                yield inspect_raw(label, raw, wish)


def _thunderbird() -> list[Path]:
    profiles = list(find_profiles(os.environ))
    if not profiles:
        raise Malformed("Name a message, a mailbox or a folder. No Thunderbird profile with mail was found here.")
    for profile in profiles:
        print(f"overt: reading Thunderbird's profile {profile}", file=sys.stderr)
    return [folder for profile in profiles for folder in mail_folders(profile)]


def _progress(stack: ExitStack, sources: Sequence[Path], imap: str) -> tuple[Progress, TaskID]:
    console = Console(stderr=True)
    size = total_size(sources)
    hidden = not console.is_terminal or (size < _BIG and not imap)
    columns = (TextColumn("reading"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    bar = stack.enter_context(Progress(*columns, console=console, transient=True, disable=hidden))
    return bar, bar.add_task("reading", total=None if imap else size or None)
