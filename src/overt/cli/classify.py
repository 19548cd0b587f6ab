"""`overt classify`: who stood behind each hit, people or machines, how that is known, and how sure it is.

Two looks: at each hit alone, then at windows over a message and over recipients, which relabel the first hits of a
burst too. Everything is held in memory for the second look. A line out for each hit in. Exit codes: 0 done, 1 some
lines could not be read, 2 none could.
"""

from __future__ import annotations

import json as json_module
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final

from cyclopts import Parameter
from rich.console import Console
from rich.progress import Progress

from overt.cli.egress import find_egress, read_egress
from overt.cli.hit_line import LONGEST_BATCH, Format, describe_hit, find_format, read_line
from overt.cli.settings import load_settings
from overt.cli.source import STDIN
from overt.errors import Malformed, Refused
from overt.measure.clues import RULESET, Egress
from overt.measure.reading import Actor, Certainty, Client, Reading
from overt.measure.window import Observation, read_hits

MOST: Final = 5_000_000  # hits at once: about a kilobyte each, so what a machine with 8 GB bears
MOST_SAID: Final = 10  # lines that could not be read are named one by one; the rest is counted
UNREAD: Final = Reading(Actor.UNKNOWN, Client.UNKNOWN, "", "the line could not be read", Certainty.LOW, RULESET)
_BIG: Final = 8 * 1024 * 1024  # bytes; below it a bar would be gone before it is seen


def classify(
    *files: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    format_: Annotated[Format | None, Parameter(name="--format")] = None,
    summary: Annotated[bool, Parameter(negative=())] = False,
    show_hits: Annotated[bool, Parameter(name="--hits", negative=())] = False,
    egress: Path | None = None,
    settings: Path | None = None,
) -> int:
    """Say of each hit who stood behind it. Without files: stdin.

    Parameters
    ----------
    files
        Hits, a line each; - is stdin.
    format_
        How they are written; by itself, what the first line looks like.
    summary
        Print how many there are of each kind, in place of every hit.
    show_hits
        Put the hit beside its reading, as this command reads hits.
    egress
        Apple's list as overt update keeps it; by itself, that of the data folder where there is one.
    settings
        The settings file, which says where the data folder is.
    """
    listed = _find_list(egress, settings)
    hits: list[Observation] = []
    entries: list[str | None] = []  # in the order of the lines: None for a hit, else why there is none
    left_out = 0
    for label, number, line, written in _lines(files or (Path(STDIN),), format_):
        for found in read_line(line, written):
            if len(hits) >= MOST:
                raise Refused(f"More than {MOST} hits at once; give them day by day.")
            if found is None:
                left_out += 1
            elif isinstance(found, Malformed):
                entries.append(f"line {number}: {found}")
                faults = len(entries) - len(hits)
                if faults <= MOST_SAID:
                    print(f"overt: {label}, {entries[-1]}", file=sys.stderr)
            else:
                hits.append(found)
                entries.append(None)
    faults = len(entries) - len(hits)
    if faults > MOST_SAID:
        print(f"overt: {faults - MOST_SAID} more lines could not be read", file=sys.stderr)
    if left_out:
        print(f"overt: {left_out} events are neither opens nor clicks and were left out", file=sys.stderr)
    readings = read_hits(hits, listed)
    if summary:
        _show_summary(readings)
    else:
        told = zip(hits, readings, strict=True)
        for fault in entries:
            hit, reading = (None, UNREAD) if fault else next(told)
            row = describe_reading(reading) | ({"error": fault} if fault else {})
            print(json_module.dumps(row | ({"hit": hit and describe_hit(hit)} if show_hits else {})))
    if faults and not hits:
        return 2
    return 1 if faults else 0


def describe_reading(reading: Reading) -> dict[str, Any]:
    """One reading as JSON has it."""
    return {
        "actor": reading.actor.value,
        "class": reading.client.value,
        "program": reading.program,
        "reason": reading.reason,
        "certainty": reading.certainty.value,
        "clue": reading.clue,
        "ruleset": reading.ruleset,
        "egress": reading.egress or None,
    }


def _find_list(path: Path | None, settings: Path | None) -> Egress | None:
    if path is None:
        return find_egress(load_settings(settings).folder)
    found = read_egress(path)
    if found is None:
        raise Malformed(f"{path}: there is no such file. Fetch the list with: overt update")
    return found[1]


def _lines(files: tuple[Path, ...], written: Format | None) -> Iterator[tuple[str, int, str, Format]]:
    """Each line that is not empty: its file, its number, its text, and how it is written."""
    size = sum(path.stat().st_size for path in files if path.is_file())
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal or size < _BIG) as bar:
        task = bar.add_task("reading", total=size or None)
        for path in files:
            stdin = str(path) == STDIN
            if not stdin and not path.is_file():
                raise Malformed(f"{path}: there is no such file.")
            source = sys.stdin.buffer if stdin else path.open("rb")
            try:
                chosen = written
                for number, line in _whole(source):
                    bar.advance(task, len(line))
                    chosen = chosen or find_format(line)
                    yield str(path), number, line, chosen
            finally:
                if not stdin:
                    source.close()


def _whole(source: BinaryIO) -> Iterator[tuple[int, str]]:
    """Lines that are not empty, with their numbers; a file that is one JSON value over many lines is one line."""
    begun: list[bytes] = []
    for raw in iter(partial(source.readline, LONGEST_BATCH), b""):
        begun.append(raw)
        if raw.strip():
            break
    else:
        return
    if raw.strip() in (b"{", b"["):  # as it is written for people
        rest = source.read(LONGEST_BATCH)
        text = (raw + rest).decode("utf-8", "replace")
        if len(rest) < LONGEST_BATCH and _is_json(text):
            yield len(begun), text
            return
        begun += rest.splitlines(keepends=True)
    for number, raw in enumerate(chain(begun, iter(partial(source.readline, LONGEST_BATCH), b"")), 1):
        line = raw.decode("utf-8", "replace").strip()
        if line:
            yield number, line


def _is_json(text: str) -> bool:
    try:
        json_module.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _show_summary(readings: tuple[Reading, ...]) -> None:
    counted = Counter((reading.actor.value, reading.client.value) for reading in readings)
    for (actor, client), count in counted.most_common():
        print(f"{count:>9}  {actor:<9} {client}")
