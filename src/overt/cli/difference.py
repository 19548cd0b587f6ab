"""`overt diff`: two copies of a mailing, and the characters of their URLs that single a recipient out.

Exit codes: 0 nothing tells the recipients apart, 1 something does, 2 wrong input.
"""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from overt.cli.scan_table import visible
from overt.cli.stream import read_one
from overt.guard import Difference, diff
from overt.message import Reference, parse

FOUND = 1
_SHOWN = 2000  # characters of a URL on a terminal
_WHY = {"recipient": "singles the recipient out", "content": "varies with what is shown", "time": "is a date"}


def diff_command(
    a: Path,
    b: Path,
    /,
    *,
    json: Annotated[bool, Parameter(name="--json", negative=())] = False,
    everything: Annotated[bool, Parameter(name="--all", negative=())] = False,
) -> int:
    """Show what tells two copies of a mailing apart: to two recipients, or twice to one.

    Parameters
    ----------
    a
        One copy.
    b
        The other.
    json
        Print one JSON object a difference and line: stable and documented.
    everything
        What varies with content or time too; --json always has it.
    """
    found = diff(parse(read_one(a)), parse(read_one(b)))
    telling = [difference for difference in found if difference.kind == "recipient"]
    if json:
        for difference in found:
            print(json_module.dumps(describe_difference(difference)))
    else:
        _show(found if everything else telling, len(found) - len(telling))
    return FOUND if telling else 0


def describe_difference(difference: Difference) -> dict[str, Any]:
    """One difference as JSON has it."""
    return {
        "kind": difference.kind,
        "a": _describe_end(difference.a, difference.a_start, difference.a_end),
        "b": _describe_end(difference.b, difference.b_start, difference.b_end),
        "confidence": difference.confidence,
        "because": difference.because,
    }


def _describe_end(reference: Reference, start: int, end: int) -> dict[str, Any]:
    return {
        "vector": reference.vector,
        "url": reference.url,
        "part": reference.part,
        "start": start,
        "end": end,
        "word": reference.url[start:end],
    }


def _show(found: tuple[Difference, ...] | list[Difference], others: int) -> None:
    console = Console(soft_wrap=True)
    for number, one in enumerate(found, 1):
        console.print(Text(f"{number}. {one.a.vector}, {_WHY[one.kind]}: {visible(one.because, _SHOWN).plain}"))
        for reference, start, end in ((one.a, one.a_start, one.a_end), (one.b, one.b_start, one.b_end)):
            console.print(Text("   ") + _marked(reference.url, start, end, brackets=not console.is_terminal))
    if not found:
        console.print("Nothing in their URLs tells the two copies' recipients apart.")
    if others:
        console.print(f"{others} more words differ with content or time; --all shows them.")


def _marked(url: str, start: int, end: int, *, brackets: bool) -> Text:
    word = visible(url[start:end], _SHOWN).plain
    shown = visible(url[max(0, start - _SHOWN) : start], _SHOWN + 1)
    shown.append(f"[{word}]" if brackets else word, style="bold underline")
    return shown.append_text(visible(url[end:], _SHOWN))
