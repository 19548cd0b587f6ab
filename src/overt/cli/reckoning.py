"""Reports kept up to date: what changed since the last look is counted anew, campaign by campaign.

For a dashboard that is looked at all day: counting a million hits takes a minute, looking must not. People are written
to files (`overt.store.readings`) and are in no report kept here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic

from overt.cli.egress import FILE as EGRESS
from overt.cli.house import open_store
from overt.cli.known import Known, gather
from overt.cli.option import Settings
from overt.cli.report import estimate
from overt.cli.segment import find
from overt.clock import Clock, SystemClock
from overt.measure import (
    RULESET,
    Campaign,
    CampaignFacts,
    CampaignReport,
    Count,
    Kind,
    Report,
    recipient_of,
    report_campaign,
)
from overt.measure.audience import Member
from overt.serve.board import Ranked, Snapshot
from overt.store import Layout, find_segments, read_manifest
from overt.store.audience import Audiences
from overt.store.hits import query_hits
from overt.store.readings import Readings

KINDS = {"clicks": Kind.LINK, "opens": Kind.BEACON}
_SIZES = "SELECT campaign, count(*), epoch_ms(max(seen_at)) FROM hits GROUP BY campaign"


class Reckoning:
    """What was counted so far, to be held in one process."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._layout = Layout(settings.folder)
        self._readings = Readings(self._layout.readings)
        self._keys: dict[Campaign, bytes] = {}
        self._reports: dict[Campaign, CampaignReport] = {}
        self._stamp = b""
        self._egress = ""
        self._ranks: dict[str, tuple[bytes, tuple[Ranked, ...]]] = {}

    def refresh(self) -> Snapshot:
        """Count what changed."""
        began, now = monotonic(), self._clock.now()
        stamp = stamp_of(self._layout)
        if stamp != self._stamp or not self._stamp:
            self._count()
            self._stamp = stamp
        return Snapshot(Report(now, RULESET, in_order(self._reports), self._egress), monotonic() - began)

    def rank(self, of: str) -> tuple[Ranked, ...]:
        """Everybody who granted it, the most engaged first."""
        from overt.measure.engaged import rank_recipients

        stamp = stamp_of(self._layout)
        if self._ranks.get(of, (b"", ()))[0] != stamp:
            known = gather(self._settings)
            campaigns = known.campaigns.values()
            numbers = {sent.recipient: recipient_of(sent.sending) for facts in campaigns for sent in facts.sent}
            _, people = rank_recipients(campaigns, known.hits(), self._clock.now(), kind=KINDS[of], egress=known.egress)
            self._ranks[of] = (
                stamp,
                tuple(
                    Ranked(
                        recipient=numbers[one.recipient],
                        score=one.engagement.score,
                        low=one.engagement.low,
                        high=one.engagement.high,
                        sendings=one.sendings,
                        events=one.events,
                        last=one.last,
                    )
                    for one in people
                    if one.recipient in numbers
                ),
            )
        return self._ranks[of][1]

    def members(self, segment: str) -> tuple[Member, ...]:
        """Who is in the saved segment now; nobody where there is none of that name."""
        engine = open_store(self._settings)
        try:
            audience = Audiences(engine).find(segment)
        finally:
            engine.dispose()
        return () if audience is None else find(self._settings, audience.rule, self._clock.now())

    def _count(self) -> None:
        known = gather(self._settings)
        self._egress = known.egress_version
        sizes = {Campaign(row[0]): row[1:] for row in query_hits(self._layout, _SIZES, {})}
        counts: dict[Campaign, list[Count]] = {number: [] for number in known.campaigns}
        for count in known.counts:
            counts[count.campaign].append(count)
        from overt.measure.uaparser import describe

        history = None
        for number, facts in known.campaigns.items():
            key = _key(known, facts, sizes.get(number), counts[number])
            last = self._reports.get(number)
            gone = last is not None and last.individual is not None and not self._readings.has(number)
            if key == self._keys.get(number) and not gone:
                continue
            history = history or known.history()
            made = estimate(report_campaign(facts, known.hits(number), counts[number], history, known.egress, describe))
            if made.individual is not None:
                self._readings.write(number, made.individual.recipients)
                made = replace(made, individual=replace(made.individual, recipients=()))
            self._reports[number], self._keys[number] = made, key
        for number in self._reports.keys() - known.campaigns.keys():
            del self._reports[number], self._keys[number]
        self._readings.keep([number for number, made in self._reports.items() if made.individual is not None])


def in_order(reports: Mapping[Campaign, CampaignReport]) -> tuple[CampaignReport, ...]:
    """The newest first; those of which it is not known when, last."""

    def newest(one: CampaignReport) -> tuple[bool, float, str]:
        return one.last_sent is None, -one.last_sent.timestamp() if one.last_sent else 0.0, one.name

    return tuple(sorted(reports.values(), key=newest))


def _key(known: Known, facts: CampaignFacts, size: object, counts: list[Count]) -> bytes:
    """Changes with everything that a report is made of. What others did before it changes with withdrawals alone."""
    made_of = (facts, size, counts, sorted(known.withdrawn), known.egress_version)
    return hashlib.blake2b(repr(made_of).encode()).digest()


def stamp_of(layout: Layout) -> bytes:
    """Changes with everything below the folder that reports read; costs a look at the names and sizes."""
    seen: list[object] = [read_manifest(layout.parquet).files]
    wal = layout.database.with_name(layout.database.name + "-wal")
    seen += [_look(path) for path in (layout.database, wal, layout.data / EGRESS)]
    seen += [(segment.name, _look(segment.path)) for segment in find_segments(layout.segments)]
    digest = hashlib.blake2b(repr(seen).encode())
    for path in sorted(layout.counts.glob("*.table")):  # their times tell the hour alone, and their sizes nothing
        with suppress(FileNotFoundError):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.digest()


def _look(path: Path) -> tuple[int, int] | None:
    """When it was last written and its size; None where it is not there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size
