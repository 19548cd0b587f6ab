"""Every kept hit, whether compacted or still in the log, each exactly once: DuckDB over both.

Reads while others write. Hits of withdrawn recipients are left out here too, for they stay in the log until the next
compaction. Loads duckdb and pyarrow when called; knows no reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from overt.errors import Unavailable
from overt.measure.hit import Flag, Hit, Seen
from overt.measure.mode import Mode
from overt.measure.token import Campaign, Kind, Link, RecipientNumber, Sending, Variant
from overt.store.layout import Layout
from overt.store.manifest import Manifest, read_manifest
from overt.store.parquet import COLUMNS, make_table
from overt.store.shelf import find_segments, read_segment

# Compaction may replace files between our look at the manifest and at them; it runs at most once a second or so.
ATTEMPTS = 8

_NAMES = ", ".join(name for name, _, _ in COLUMNS[1:])
_SELECT = f"SELECT epoch_ms(seen_at), {_NAMES} FROM hits"  # noqa: S608 names of our own columns
_ORDER = " ORDER BY seen_at, sending"
_CLIENTS = """SELECT recipient, method, prefix, user_agent, flags, epoch_ms(min(seen_at)) FROM hits
    WHERE kind = 'beacon' AND mode = 'individual' GROUP BY ALL"""


def load_hits(
    layout: Layout,
    *,
    campaign: Campaign | None = None,
    recipient: RecipientNumber | None = None,
    between: tuple[int, int] | None = None,
    withdrawn: Collection[RecipientNumber] = (),
) -> tuple[Hit, ...]:
    """The hits of one campaign or one recipient, or all, in order of time. Empty where nothing was recorded yet.

    `between` two moments in milliseconds since the epoch, the first among them.
    """
    conditions: list[str] = []
    values: dict[str, object] = {}
    if campaign is not None:
        conditions.append("campaign = $campaign")
        values["campaign"] = int(campaign)
    if recipient is not None:
        conditions.append("recipient = $recipient")
        values["recipient"] = int(recipient)
    if between is not None:
        conditions.append("epoch_ms(seen_at) >= $first AND epoch_ms(seen_at) < $last")
        values |= {"first": between[0], "last": between[1]}
    if withdrawn:
        conditions.append("recipient NOT IN (SELECT unnest($withdrawn))")
        values["withdrawn"] = [int(number) for number in withdrawn]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return tuple(_hit(row) for row in query_hits(layout, _SELECT + where + _ORDER, values))


def load_beacon_clients(
    layout: Layout, *, withdrawn: Collection[RecipientNumber] = ()
) -> Iterator[tuple[RecipientNumber, Seen, int]]:
    """By what each recipient's beacons were asked for, over all campaigns, and when first (milliseconds)."""
    for recipient, method, prefix, user_agent, flags, at in query_hits(layout, _CLIENTS, {}):
        if recipient not in withdrawn:
            yield RecipientNumber(recipient), Seen(Kind.BEACON, method, prefix, user_agent, Flag(flags)), at


def campaigns_with_hits(layout: Layout) -> frozenset[Campaign]:
    """The numbers of all campaigns of which a hit is kept."""
    return frozenset(Campaign(row[0]) for row in query_hits(layout, "SELECT DISTINCT campaign FROM hits", {}))


def query_hits(layout: Layout, sql: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
    """Rows of a query over the view `hits`, whose columns are those of the Parquet files."""
    for _ in range(ATTEMPTS):
        before = read_manifest(layout.parquet)
        rows = _attempt(layout, before, sql, values)
        if rows is not None and read_manifest(layout.parquet) == before:
            return rows
    raise Unavailable("the hits are being compacted over and over; try again")


def _attempt(layout: Layout, manifest: Manifest, sql: str, values: dict[str, object]) -> list[tuple[Any, ...]] | None:
    """None where a file went away meanwhile."""
    import duckdb

    live = make_table(_live(layout, manifest))
    files = [layout.parquet / name for name, _ in manifest.files]
    with duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false", "threads": "2"}) as connection:
        connection.register("live", live)
        try:
            both = ["live", *([f"read_parquet({_list(files)})"] if files else [])]
            # A view takes no parameters; the paths in its text are those of our own folder, quoted.
            union = " UNION ALL BY NAME ".join(f"SELECT * FROM {source}" for source in both)  # noqa: S608
            connection.execute(f"CREATE VIEW hits AS {union}")
            return connection.execute(sql, values).fetchall()
        except duckdb.IOException:
            if all(file.exists() for file in files):
                raise
            return None


def _live(layout: Layout, manifest: Manifest) -> Iterator[Hit]:
    for segment in find_segments(layout.segments):
        if segment.name not in manifest.taken:
            yield from (hit for hit in read_segment(segment) if hit.mode is not Mode.HYGIENE)  # a date, and no hit


def _list(files: list[Path]) -> str:
    return "[" + ", ".join("'" + str(file).replace("'", "''") + "'" for file in files) + "]"


def _hit(row: tuple[Any, ...]) -> Hit:
    (at, kind, method, campaign, variant, link, sending, _recipient) = row[:8]
    (prefix, address_hash, place, network, user_agent, flags, mode) = row[8:]
    return Hit(
        at_ms=at,
        kind=Kind[kind.upper()],
        method=method,
        campaign=Campaign(campaign),
        variant=Variant(variant),
        link=Link(link),
        sending=Sending(sending),
        prefix=prefix,
        address_hash=address_hash,
        place=place,
        network=network,
        user_agent=user_agent,
        flags=Flag(flags),
        mode=Mode[mode.upper()],
    )
