"""One day's counters in a file of fixed slots, changed in place.

A slot says how many requests of one kind came in one hour. A new one takes a free place drawn at random, so that
neither order nor any time finer than the hour is left in the file; a table that is half full is drawn anew into one of
twice the size, which takes its name by a rename. Knows no person, address or User-Agent, and no other day.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from zlib import crc32

from overt.errors import Malformed
from overt.measure import Campaign, Count, Kind, Link, Variant
from overt.measure.hit import HOUR_MS
from overt.store.disk import sync_folder, write_all

# campaign, hour, ruleset, link, variant, kind, actor, client, number: a slot lies within one sector of any disk
_BODY = struct.Struct("<IIIHBB12s20sQ4x")
_CHECK = struct.Struct("<I")
SLOT = _BODY.size + _CHECK.size
MAGIC = b"overt counts 1\n".ljust(SLOT, b"\0")
FEWEST_SLOTS = 256


class Table:
    """The table at `path`, made where there is none. Raises OSError as the disk does.

    `numbers` is what is durable. `write` makes more of it durable on disk and `adopt` then takes it over, so that a
    batch over several tables is all or nothing: after an error `mend` brings the file back to `numbers`.
    """

    def __init__(self, path: Path, draw: Callable[[int], int]) -> None:
        self._path = path
        self._draw = draw
        self._file = -1
        self._slots = FEWEST_SLOTS
        self._places: dict[Count, int] = {}
        self._taken: set[int] = set()
        self.numbers: dict[Count, int] = {replace(count, number=0): count.number for count in read_table(path)}
        self.mend()

    def write(self, changed: Mapping[Count, int]) -> None:
        """Make the new numbers of these counters durable; an empty mapping takes as long and changes nothing."""
        if 2 * len(self.numbers.keys() | changed.keys()) > self._slots:
            self._draw_anew({**self.numbers, **changed})
            return
        for key, number in changed.items():
            os.pwrite(self._file, _format_slot(key, number), SLOT * self._place(key))
        if not changed:
            os.pwrite(self._file, MAGIC, 0)
        _forget_minute(self._file)
        os.fdatasync(self._file)

    def adopt(self, changed: Mapping[Count, int]) -> None:
        """Take over what `write` made durable."""
        self.numbers.update(changed)

    def mend(self) -> None:
        """Write the file anew from what is durable: pages on which an fsync failed may be lost, or say too much."""
        self._draw_anew(self.numbers)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _place(self, key: Count) -> int:
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = _draw_place(self._taken, self._slots, self._draw)
        return place

    def _draw_anew(self, numbers: Mapping[Count, int]) -> None:
        table, self._places = _lay_out(numbers, self._draw)
        self._slots = len(table) // SLOT - 1
        self._taken = set(self._places.values())
        fresh = self._path.with_suffix(".new")
        handle = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            write_all(handle, table)
            _forget_minute(handle)
            os.fsync(handle)
            fresh.rename(self._path)
            sync_folder(self._path.parent)
        except BaseException:
            os.close(handle)
            raise
        self.close()
        self._file = handle


def format_table(counts: Iterable[Count], draw: Callable[[int], int]) -> bytes:
    """The bytes of a table with these counters, in places drawn anew."""
    return bytes(_lay_out({replace(count, number=0): count.number for count in counts}, draw)[0])


def read_table(path: Path) -> Iterator[Count]:
    """The counters of one table, also while it is being written; none where there is no such file."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return
    if raw and raw[:SLOT] != MAGIC:
        raise Malformed(f"{path} is no table of counters")
    for at in range(SLOT, len(raw) - SLOT + 1, SLOT):
        slot = raw[at : at + SLOT]
        if slot.count(0) < SLOT and (count := _parse_slot(slot) or _read_again(path, at)) is not None:
            yield count


def _read_again(path: Path, at: int) -> Count | None:
    """A slot that was being written while it was read is whole the next time; one that never is was torn by a crash."""
    for _ in range(3):
        with path.open("rb") as file:
            file.seek(at)
            if (count := _parse_slot(file.read(SLOT))) is not None:
                return count
    return None


def _forget_minute(handle: int) -> None:
    """A file's time of change would say when the last request came: it is cut to the hour, as all that is in it."""
    now = os.fstat(handle).st_mtime_ns
    hour = now - now % (HOUR_MS * 1_000_000)
    os.utime(handle, ns=(hour, hour))


def _lay_out(numbers: Mapping[Count, int], draw: Callable[[int], int]) -> tuple[bytearray, dict[Count, int]]:
    """A table at most a quarter full, and where in it each counter is."""
    slots = FEWEST_SLOTS
    while 4 * len(numbers) > slots:
        slots *= 2
    table = bytearray(SLOT * (1 + slots))
    table[:SLOT] = MAGIC
    places: dict[Count, int] = {}
    taken: set[int] = set()
    for key, number in numbers.items():
        places[key] = place = _draw_place(taken, slots, draw)
        table[SLOT * place : SLOT * (place + 1)] = _format_slot(key, number)
    return table, places


def _draw_place(taken: set[int], slots: int, draw: Callable[[int], int]) -> int:
    place = 1 + draw(slots)
    while place in taken:  # at most half are taken: two draws on average
        place = 1 + draw(slots)
    taken.add(place)
    return place


def _format_slot(key: Count, number: int) -> bytes:
    body = _BODY.pack(
        key.campaign,
        key.hour,
        key.ruleset,
        key.link,
        key.variant,
        key.kind,
        key.actor.encode("ascii", "replace"),
        key.client.encode("ascii", "replace"),
        number,
    )
    return body + _CHECK.pack(crc32(body))


def _parse_slot(raw: bytes) -> Count | None:
    if len(raw) < SLOT or _CHECK.unpack_from(raw, _BODY.size)[0] != crc32(raw[: _BODY.size]):
        return None
    campaign, hour, ruleset, link, variant, kind, actor, client, number = _BODY.unpack_from(raw)
    return Count(
        campaign=Campaign(campaign),
        variant=Variant(variant),
        kind=Kind(kind),
        link=Link(link),
        client=client.rstrip(b"\0").decode("ascii", "replace"),
        actor=actor.rstrip(b"\0").decode("ascii", "replace"),
        ruleset=ruleset,
        hour=hour,
        number=number,
    )
