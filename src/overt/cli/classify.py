"""`overt classify`: who stood behind each hit, people or machines, how that is known, and how sure it is.

Two looks: at each hit alone, then at windows over a message and over recipients, which relabel the first hits of a
burst too. Everything is held in memory for the second look. A line out for each line in. Exit codes: 0 done, 1 some
lines could not be read, 2 none could.
"""

from __future__ import annotations

import json as json_module
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter
from rich.console import Console
from rich.progress import Progress

from overt.cli.hit_line import Format, read_line
from overt.cli.source import STDIN
from overt.errors import Malformed, Refused
from overt.measure.clues import RULESET
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
) -> int:
    """Say of each hit who stood behind it. Without files: stdin.

    Parameters
    ----------
    files
        Hits, a line each; - is stdin.
    format_
        json or combined; by itself, what the first line looks like.
    summary
        Print how many there are of each kind, in place of every hit.
    """
    hits: list[Observation] = []
    faults: dict[int, str] = {}  # by their place among the lines
    for place, (label, number, line, written) in enumerate(_lines(files or (Path(STDIN),), format_)):
        if len(hits) >= MOST:
            raise Refused(f"More than {MOST} hits at once; give them day by day.")
        try:
            hits.append(read_line(line, written))
        except Malformed as error:
            faults[place] = f"line {number}: {error}"
            if len(faults) <= MOST_SAID:
                print(f"overt: {label}, {faults[place]}", file=sys.stderr)
    if len(faults) > MOST_SAID:
        print(f"overt: {len(faults) - MOST_SAID} more lines could not be read", file=sys.stderr)
    readings = read_hits(hits)
    if summary:
        _show_summary(readings)
    else:
        told = iter(readings)
        for place in range(len(hits) + len(faults)):
            fault = faults.get(place)
            print(json_module.dumps(describe_fault(fault) if fault else describe_reading(next(told))))
    if faults and not hits:
        return 2
    return 1 if faults else 0


def describe_fault(fault: str) -> dict[str, Any]:
    """What stands in the place of a reading where a line could not be read."""
    return {**describe_reading(UNREAD), "error": fault}


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
    }


def _lines(files: tuple[Path, ...], written: Format | None) -> Iterator[tuple[str, int, str, Format]]:
    """Each line that is not empty: its file, its number, its text, and how it is written."""
    size = sum(path.stat().st_size for path in files if path.is_file())
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal or size < _BIG) as bar:
        task = bar.add_task("reading", total=size or None)
        for path in files:
            chosen = written
            stdin = str(path) == STDIN
            if not stdin and not path.is_file():
                raise Malformed(f"{path}: there is no such file.")
            source = sys.stdin.buffer if stdin else path.open("rb")
            try:
                for number, raw in enumerate(source, 1):
                    bar.advance(task, len(raw))
                    line = raw.decode("utf-8", "replace").strip()
                    if line:
                        chosen = chosen or ("json" if line[0] == "{" else "combined")
                        yield str(path), number, line, chosen
            finally:
                if not stdin:
                    source.close()


def _show_summary(readings: tuple[Reading, ...]) -> None:
    counted = Counter((reading.actor.value, reading.client.value) for reading in readings)
    for (actor, client), count in counted.most_common():
        print(f"{count:>9}  {actor:<9} {client}")
