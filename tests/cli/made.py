"""A data folder with a small campaign in it: three sent in shared mode, three granted, one of whom withdrew."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from overt.measure import Campaign, Count, Hit, Kind, Link, Mode, Purpose, Sending, Variant
from overt.store import Layout, Ledger, Queue, open_database
from overt.store.queue import Envelope
from overt.store.schema import writing
from overt.store.sent import settle
from overt.testing import FixedClock
from tests.store.made import write_counts, write_segments

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
SHOP = "https://shop.example.org/?a=1&b=[bold]"
FORMULA = "=1+1"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"


def make_folder(folder: Path, *, name: str = "spring") -> Campaign:
    """Fill `folder` as relay and collector would."""
    layout = Layout(folder)
    engine = open_database(layout.database)
    ledger = Ledger(engine, FixedClock(NOON))
    number = ledger.campaign(name)
    ledger.number_links(number, [SHOP, FORMULA])
    sendings: dict[str, Sending] = {}
    for person in ("ann", "ben", "cleo", "dora", "emil", "finn"):
        address, granted = f"{person}@example.org", person < "d"
        mode = Mode.INDIVIDUAL if granted else Mode.SHARED
        if granted:
            ledger.grant(address, Purpose.OPENS, way="form", reference="form-1")
        recipient = ledger.recipient(address)
        grant = "form-1" if granted else ""
        sending = ledger.new_sending(number, recipient, opens=mode, links=mode, grant=grant, message_id=f"<{person}>")
        sendings[person] = sending
        deliver(engine, sending, address)
    beacon = Hit(
        NOON_MS,
        Kind.BEACON,
        "GET",
        number,
        Variant(0),
        Link(0),
        sendings["ann"],
        prefix="198.51.100.0/24",
        place="DE",
        user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.6.0",
    )
    click = replace(beacon, at_ms=NOON_MS + 60_000, kind=Kind.LINK, link=Link(1), user_agent=FIREFOX)
    apple = replace(beacon, sending=sendings["ben"], user_agent="Mozilla/5.0", place="")
    gone = replace(beacon, sending=sendings["cleo"])
    write_segments(layout, [beacon, click, apple, gone])
    hour = NOON_MS // 3_600_000
    load = Count(number, Variant(0), Kind.BEACON, Link(0), "image proxy", "proxy", 1, hour, 30)
    write_counts(
        layout, [load, replace(load, kind=Kind.LINK, link=Link(1), client="browser", actor="human", number=25)]
    )
    ledger.withdraw("cleo@example.org", way="page")
    engine.dispose()
    return number


def deliver(engine: object, sending: Sending, address: str) -> None:
    queue = Queue(engine, FixedClock(NOON))  # type: ignore[arg-type]
    envelope = Envelope(sender="news@example.org", recipient=address, sending=sending)
    queue.put(envelope, b"Subject: x\r\n\r\nx\r\n")
    for queued in queue.due(NOON):
        queue.done(queued)


def add_campaign(
    folder: Path, name: str, people: Mapping[str, int], clicked: Collection[str] = (), at: datetime | None = None
) -> Campaign:
    """A campaign to recipients who granted it, by the variant each got; some clicked, each a minute after the other.

    Sent at `at`, or now and as if clicked before.
    """
    layout = Layout(folder)
    engine = open_database(layout.database)
    ledger = Ledger(engine, FixedClock(at) if at else None)
    first_ms = int((at or NOON).timestamp() * 1000)
    campaign = ledger.campaign(name)
    hits: list[Hit] = []
    for address, variant in people.items():
        sending = ledger.new_sending(
            campaign,
            ledger.recipient(address),
            opens=Mode.INDIVIDUAL,
            links=Mode.INDIVIDUAL,
            grant="form",
            variant=Variant(variant),
        )
        with writing(engine) as connection:
            settle(connection, sending, delivered=first_ms, failed=None, reason="")
        if address in clicked:
            at_ms = first_ms + 60_000 * len(hits)
            hit = Hit(at_ms, Kind.LINK, "GET", campaign, Variant(variant), Link(1), sending, user_agent=FIREFOX)
            hits.append(replace(hit, prefix="198.51.100.0/24", address_hash=len(hits) + 1))
    write_segments(layout, hits)
    engine.dispose()
    return campaign
