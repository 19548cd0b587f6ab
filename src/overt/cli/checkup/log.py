"""Whether a reverse proxy's log keeps the addresses that overt does not: reads the end of log files, nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path

from overt.cli.checkup.outcome import Check, good, skipped, wrong

USUAL = ("var/log/nginx/*.log", "var/log/apache2/*.log", "var/log/caddy/*.log", "var/log/httpd/*log")
MOST_READ = 1_048_576  # bytes at the end of each: some thousand requests
MOST_FILES = 50
_TRACKED = re.compile(rb"/(?:b/[\w-]{26,40}\.gif|c/[\w-]{26,40}|u/[\w-]{28}|you/[\w-]{28})")
_ADDRESS = re.compile(rb"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]{2,39})(?![\w.:])", re.IGNORECASE)


def check_logs(paths: Sequence[Path] = ()) -> Iterator[Check]:
    """One check for each log that names requests of ours; `paths` in place of the usual places."""
    found = list(paths) or [path for pattern in USUAL for path in sorted(Path("/").glob(pattern))]
    seen = False
    for path in found[:MOST_FILES]:
        try:
            with path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - MOST_READ))
                lines = [line for line in file.read().split(b"\n") if _TRACKED.search(line)]
        except OSError as error:
            if paths:
                yield wrong("proxy-log", f"{path} cannot be read: {error.strerror}.", "Run this as a user who can.")
            continue
        seen = seen or bool(lines)
        kept = sum(any(map(_is_address, _ADDRESS.findall(line))) for line in lines)
        if kept:
            yield wrong(
                "proxy-log",
                f"{path} keeps full addresses beside {kept} requests for beacons, links or pages.",
                "Switch the log off for these paths (nginx: access_log off;), or leave the address out of it.",
            )
        elif lines:
            yield good("proxy-log", f"{path} holds {len(lines)} requests of ours and no address.")
    if not seen:
        yield skipped("proxy-log", "No log of a reverse proxy with requests of ours; name one with --log.")


def _is_address(text: bytes) -> bool:
    try:
        ip_address(text.decode("ascii"))
    except ValueError:
        return False
    return True
