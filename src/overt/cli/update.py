"""`overt update`: fetches what changes by itself and may not be shipped: Apple's list of egress addresses.

The only command that fetches anything for the sender's side, and only when it is called. Every row is checked; the list
that is there stays until a better one is whole. Exit codes: 0 taken, or nothing new; 1 taken without some rows; 2 it is
not that list; 75 it cannot be reached now.
"""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from overt.cli.disk import replace_file
from overt.cli.egress import FILE, read_egress
from overt.cli.settings import load_settings
from overt.clock import Clock, SystemClock
from overt.errors import Malformed
from overt.measure.listing import MOST_BYTES, SOURCE, Head, Listing, open_listing, pack_listing, read_listing
from overt.serve.download import fetch


def update(
    *,
    from_: Annotated[Path | None, Parameter(name="--from")] = None,
    url: str = SOURCE,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    settings: Path | None = None,
) -> int:
    """Fetch Apple's list of addresses, by which its prefetch is told more surely.

    Nothing fetches it but this command. Reports read all hits anew with a new list.

    Parameters
    ----------
    from_
        Read this file instead, fetched by hand: for machines without a way out.
    url
        Fetch from here instead, such as a mirror of your own; https only.
    json_
        Print JSON: stable and documented.
    settings
        The settings file.
    """
    path = load_settings(settings).folder / FILE
    head, listing = renew(path, from_=from_, url=url)
    if json_:
        print(json_module.dumps(describe(head, listing)))
    else:
        _say(head, listing)
    return 1 if listing and listing.rejected else 0


def renew(
    path: Path, *, from_: Path | None = None, url: str = SOURCE, clock: Clock | None = None
) -> tuple[Head, Listing | None]:
    """The list that is now there, and what was read for it; None where there was nothing new."""
    known = _known(path)
    with _bar() as bar:
        task = bar.add_task("fetching" if from_ is None else "reading", total=None)
        if from_ is None:
            same = known is not None and known.source == url
            fetched = fetch(
                url,
                most=MOST_BYTES,
                etag=known.etag if known and same else "",
                advance=lambda done, total: bar.update(task, completed=done, total=total),
            )
            if fetched is None:
                assert known is not None
                return known, None
            raw, etag, source = fetched.body, fetched.etag, url
        else:
            raw, etag, source = _read(from_), "", from_.name
        bar.update(task, description="checking", completed=0, total=len(raw))
        listing = read_listing(raw, lambda done: bar.advance(task, done))
    if known is not None and known.digest == listing.digest:
        return known, None
    packed = pack_listing(listing, (clock or SystemClock()).now().date(), source=source, etag=etag)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace_file(path, packed)
    return open_listing(packed)[0], listing


def describe(head: Head, listing: Listing | None) -> dict[str, Any]:
    """What `--json` prints, as `docs/reference/update.md` has it."""
    return {
        "changed": listing is not None,
        "version": head.version,
        "day": head.day,
        "source": head.source,
        "sha256": head.digest,
        "rows": head.rows,
        "rejected": head.rejected,
        "ranges": {"ipv4": head.four, "ipv6": head.six},
        "rejections": [asdict(one) for one in listing.told] if listing else [],
    }


def _known(path: Path) -> Head | None:
    """What is known of the list that is there; nothing where it is damaged, for it is about to be replaced."""
    try:
        found = read_egress(path)
    except Malformed:
        return None
    return found[0] if found else None


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise Malformed(f"{path}: there is no such file.")
    if path.stat().st_size > MOST_BYTES:
        raise Malformed(f"{path} is larger than {MOST_BYTES} bytes: that is not Apple's list.")
    return path.read_bytes()


def _say(head: Head, listing: Listing | None) -> None:
    what = "Apple's list of egress addresses"
    if listing is None:
        print(f"Nothing new: {what} is that of {head.day}.")
        return
    print(f"{what}, {head.day}: {head.rows:,} rows, {head.four:,} ranges of IPv4 and {head.six:,} of IPv6.")
    for one in listing.told:
        print(f"overt: row {one.row} was left out: {one.reason}", file=sys.stderr)
    if listing.rejected > len(listing.told):
        print(f"overt: {listing.rejected - len(listing.told)} more rows were left out", file=sys.stderr)


@contextmanager
def _bar() -> Iterator[Progress]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield bar
