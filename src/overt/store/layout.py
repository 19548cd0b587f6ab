"""Where everything lies in the data folder; other programs may read all of it, and write none.

    DATA/overt.db             ledger, queue and accounts (SQLite, WAL); names are sealed
    DATA/people.db            each person's own key; backups do not hold it
    DATA/master.key           what those keys are sealed under, unless it comes from elsewhere; backups do not hold it
    DATA/keys.json            the keys that sign beacons and links
    DATA/hits/segments/       the hit log as it is written: one set of files a worker
    DATA/hits/parquet/        the same hits, sorted: one row a hit, any Parquet reader opens them
      manifest.json           which files count, and which segments they hold
    DATA/counts/              counters of `shared` and `pooled`: no order, no time finer than the hour
    DATA/apple-egress.list    Apple's addresses, as `overt update` fetched them; backups do not hold it
    DATA/readings/            what the dashboard read of the hits, made anew from them; backups do not hold it

Nothing here is personal but `overt.db`, `people.db`, `hits` and `readings`; a backup needs `overt.db`, `keys.json`,
`hits` and `counts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DATABASE, PEOPLE, MASTER = "overt.db", "people.db", "master.key"


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths under one data folder. Makes nothing by itself."""

    data: Path

    @property
    def database(self) -> Path:
        return self.data / DATABASE

    @property
    def people(self) -> Path:
        return self.database.with_name(PEOPLE)

    @property
    def segments(self) -> Path:
        return self.data / "hits" / "segments"

    @property
    def parquet(self) -> Path:
        return self.data / "hits" / "parquet"

    @property
    def counts(self) -> Path:
        return self.data / "counts"

    @property
    def readings(self) -> Path:
        return self.data / "readings"
