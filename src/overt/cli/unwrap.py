"""`overt unwrap`: where wrapped links lead, read out of the links themselves; nothing is visited.

Exit codes: 0 every destination is known, 1 for some only their owner knows it, 2 wrong input.
"""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Iterator
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from overt.cli.scan_table import visible
from overt.errors import Malformed
from overt.guard import strip_parameters, unwrap

LONGEST = 64 * 1024  # characters of a line on stdin: browsers' own limit for a URL
_SHOWN = 4000  # characters of a URL on a terminal


def unwrap_command(
    *urls: str,
    json: Annotated[bool, Parameter(name="--json", negative=())] = False,
    tags: bool = True,
) -> int:
    """Show where links lead, without visiting them.

    Parameters
    ----------
    urls
        Links; without any, one a line from stdin.
    json
        Print one JSON object a link and line: stable and documented.
    tags
        Take tags and identifiers out of the destination; --no-tags leaves it as it stands.
    """
    known = True
    console = Console(soft_wrap=True)
    for url in urls or _lines():
        found = describe(url, tags=tags)
        known &= found["known_only_to"] is None
        if json:
            print(json_module.dumps(found), flush=True)
            continue
        console.print(visible(str(found["destination"] or url), _SHOWN))
        if found["known_only_to"] is not None:
            console.print(Text(f"  destination unknown, known only to {found['known_only_to']}", "dim"))
        for hop in found["hops"]:
            console.print(Text("  by ", "dim") + visible(hop["by"], _SHOWN))
        if found["removed"]:
            console.print(Text("  without ", "dim") + visible(", ".join(found["removed"]), _SHOWN))
    return 0 if known else 1


def describe(url: str, *, tags: bool) -> dict[str, Any]:
    """One link as JSON has it. `destination` is null where the link is no wrapped one or leads where nobody knows."""
    found = unwrap(url.strip())
    reached = found.destination or found.url
    straight, removed = strip_parameters(reached) if tags else (reached, ())
    return {
        "url": found.url,
        "destination": straight if found.destination is not None or removed else None,
        "known_only_to": found.known_only_to if found.destination is None else None,
        "hops": [{"by": hop.by, "url": hop.url} for hop in found.hops],
        "removed": list(removed),
    }


def _lines() -> Iterator[str]:
    if sys.stdin.isatty():
        print("overt: reading links from the terminal, one a line; end with Ctrl-D", file=sys.stderr)
    while line := sys.stdin.readline(LONGEST + 1):
        if len(line) > LONGEST:
            raise Malformed(f"a line on stdin is longer than {LONGEST} characters, which no link is.")
        if line.strip():
            yield line.strip()
