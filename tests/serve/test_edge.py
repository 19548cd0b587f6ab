"""What is kept of one request."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from overt.measure import RULESET, Campaign, Count, Flag, Hit, Kind, Link, Mode, Sending, Token, Variant
from overt.serve.collector import Collector
from overt.serve.edge import LEFT, Place
from overt.store import read_counts, read_hits
from tests.serve.talk import (
    INDIVIDUAL,
    INDIVIDUAL_LINK,
    NOON,
    RECIPIENT,
    SENDING,
    SHARED,
    SHARED_LINK,
    Granted,
    ask,
    beacon,
    link,
    status,
    with_collector,
)

THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.4.0"
GMAIL_AHEAD = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)
POOLED = Token(Kind.BEACON, Mode.POOLED, SHARED.campaign, SHARED.variant, Link(9))
DATED = Token(Kind.BEACON, Mode.HYGIENE, SHARED.campaign, SHARED.variant, Link(0), SENDING)
FROM = "X-Forwarded-For: 198.51.100.7"


def left(folder: Path) -> tuple[list[Hit], list[Count]]:
    return list(read_hits(folder / "segments")), list(read_counts(folder / "counts"))


def asking(
    folder: Path, target: str, *fields: str, method: str = "GET", **changes: object
) -> tuple[list[Hit], list[Count]]:
    async def story(collector: Collector) -> None:
        assert status(await ask(collector, target, *fields, method=method)) in (200, 302, 304)

    with_collector(folder, story, **changes)
    return left(folder)


def test_every_mode_says_what_it_leaves() -> None:
    assert set(LEFT) == set(Mode)


def test_an_individual_beacon_leaves_a_hit_with_coarse_address(tmp_path: Path) -> None:
    hits, counts = asking(tmp_path, beacon(INDIVIDUAL), FROM, f"User-Agent: {THUNDERBIRD}")
    (hit,) = hits
    assert counts == []
    assert (hit.kind, hit.method, hit.campaign, hit.variant, hit.link, hit.sending) == (
        Kind.BEACON,
        "GET",
        7,
        1,
        0,
        SENDING,
    )
    assert (hit.prefix, hit.user_agent, hit.flags, hit.mode) == ("198.51.100.0/24", THUNDERBIRD, 0, Mode.INDIVIDUAL)
    assert hit.at_ms == NOON.timestamp() * 1000
    assert hit.address_hash != 0
    assert b"198.51.100.7" not in b"".join(path.read_bytes() for path in (tmp_path / "segments").iterdir())


def test_an_individual_link_leaves_a_hit_with_its_number(tmp_path: Path) -> None:
    hits, _ = asking(tmp_path, link(INDIVIDUAL_LINK), "X-Forwarded-For: 2001:db8:aaaa:bbbb::1")
    assert [(hit.kind, hit.link, hit.prefix) for hit in hits] == [(Kind.LINK, 3, "2001:db8:aaaa::/48")]


def test_a_shared_beacon_leaves_a_count_and_nothing_of_who_asked(tmp_path: Path) -> None:
    hits, counts = asking(tmp_path, beacon(SHARED), FROM, f"User-Agent: {THUNDERBIRD}")
    assert hits == []
    # 2026-11-24T12:00Z is hour 498756 since the epoch.
    assert counts == [
        Count(SHARED.campaign, SHARED.variant, Kind.BEACON, SHARED.link, "mail program", "human", RULESET, 498_756)
    ]
    raw = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"Thunderbird" not in raw
    assert bytes([198, 51, 100]) not in raw
    assert b"198.51.100" not in raw


def test_a_shared_link_is_counted_by_its_number(tmp_path: Path) -> None:
    _, counts = asking(tmp_path, link(SHARED_LINK))
    assert [(count.kind, count.link, count.number) for count in counts] == [(Kind.LINK, 3, 1)]


@pytest.mark.parametrize(
    ("agent", "word"),
    [(THUNDERBIRD, "person"), ("Mozilla/5.0", "ahead"), ("curl/8.4.0", None), (GMAIL_AHEAD, None)],
)
def test_a_pooled_beacon_leaves_a_count_without_its_pool_and_a_mark_on_the_pool(
    tmp_path: Path, agent: str, word: str | None
) -> None:
    _, counts = asking(tmp_path, beacon(POOLED), FROM, f"User-Agent: {agent}")
    plain = [count for count in counts if not count.is_mark]
    marks = [count for count in counts if count.is_mark]
    assert [(count.link, count.hour) for count in plain] == [(0, 498_756)]
    assert [(mark.link, mark.actor, mark.client, mark.number) for mark in marks] == ([(9, word, "", 1)] if word else [])


def test_a_dated_beacon_leaves_a_day_and_a_recipient_and_nothing_else(tmp_path: Path) -> None:
    hits, counts = asking(tmp_path, beacon(DATED), FROM, f"User-Agent: {THUNDERBIRD}")
    (hit,) = hits
    assert counts == []
    assert hit == Hit(
        int(datetime(NOON.year, NOON.month, NOON.day, tzinfo=UTC).timestamp() * 1000),
        Kind.BEACON, "GET", Campaign(0), Variant(0), Link(0), Sending(RECIPIENT << 32),
        mode=Mode.HYGIENE,
    )  # fmt: skip


@pytest.mark.parametrize("agent", ["curl/8.4.0", "Mozilla/5.0"])
def test_what_no_person_asked_for_is_no_date(tmp_path: Path, agent: str) -> None:
    assert asking(tmp_path, beacon(DATED), f"User-Agent: {agent}") == ([], [])


def test_a_privacy_field_reduces_a_date_to_a_count(tmp_path: Path) -> None:
    hits, counts = asking(tmp_path, beacon(DATED), f"User-Agent: {THUNDERBIRD}", "DNT: 1")
    assert (hits, [count.number for count in counts]) == ([], [1])


def test_no_date_is_kept_of_whoever_withdrew(tmp_path: Path) -> None:
    permission = Granted()
    permission.withdrawn.add(RECIPIENT)
    assert asking(tmp_path, beacon(DATED), f"User-Agent: {THUNDERBIRD}", permission=permission) == ([], [])


def test_a_pool_that_is_hit_often_is_marked_once(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        for _ in range(3):
            await ask(collector, beacon(POOLED), f"User-Agent: {THUNDERBIRD}")

    with_collector(tmp_path, story)
    assert sorted((count.link, count.number) for count in left(tmp_path)[1]) == [(0, 3), (9, 1)]


def test_a_privacy_field_keeps_a_pool_unmarked(tmp_path: Path) -> None:
    _, counts = asking(tmp_path, beacon(POOLED), f"User-Agent: {THUNDERBIRD}", "Sec-GPC: 1")
    assert [(count.link, count.number) for count in counts] == [(0, 1)]


@pytest.mark.parametrize("field", ["Sec-GPC: 1", "DNT: 1"])
@pytest.mark.parametrize("target", [beacon(INDIVIDUAL), link(INDIVIDUAL_LINK)])
def test_a_privacy_field_reduces_an_individual_hit_to_a_count(tmp_path: Path, field: str, target: str) -> None:
    hits, counts = asking(tmp_path, target, FROM, field)
    assert hits == []
    assert [count.number for count in counts] == [1]


@pytest.mark.parametrize("target", [beacon(INDIVIDUAL), link(INDIVIDUAL_LINK)])
def test_a_withdrawn_recipient_leaves_nothing(tmp_path: Path, target: str) -> None:
    permission = Granted()
    permission.withdrawn.add(RECIPIENT)
    assert asking(tmp_path, target, FROM, permission=permission) == ([], [])


def test_unsigned_tokens_leave_nothing(tmp_path: Path) -> None:
    for target in (
        beacon(INDIVIDUAL)[:-6] + "AA.gif",
        "/b/x.gif",
        link(INDIVIDUAL_LINK) + "x",
        link(SHARED_LINK, "https://a.example")[:-3],
    ):
        assert asking(tmp_path, target) == ([], [])


def test_a_head_is_recorded_as_head(tmp_path: Path) -> None:
    hits, _ = asking(tmp_path, beacon(INDIVIDUAL), method="HEAD")
    assert [hit.method for hit in hits] == ["HEAD"]


def test_a_head_of_a_shared_link_is_counted_as_no_human(tmp_path: Path) -> None:
    _, counts = asking(tmp_path, link(SHARED_LINK), f"User-Agent: {THUNDERBIRD}", method="HEAD")
    assert [count.actor for count in counts] == ["machine"]


def test_conditional_and_prefetching_requests_are_recorded_as_such(tmp_path: Path) -> None:
    hits, _ = asking(tmp_path, beacon(INDIVIDUAL), 'If-None-Match: "a"', "Sec-Purpose: prefetch")
    assert [hit.flags for hit in hits] == [Flag.CONDITIONAL | Flag.PREFETCH]


def test_a_forged_address_from_a_stranger_is_not_believed(tmp_path: Path) -> None:
    hits, _ = asking(tmp_path, beacon(INDIVIDUAL), FROM, trusted_proxies=("10.0.0.0/8",))
    assert [hit.prefix for hit in hits] == ["127.0.0.0/24"]


def test_a_proxy_that_hides_the_address_leaves_none(tmp_path: Path) -> None:
    hits, _ = asking(tmp_path, beacon(INDIVIDUAL), "X-Forwarded-For: unknown")
    assert [(hit.prefix, hit.address_hash) for hit in hits] == [("", 0)]


def test_a_place_is_looked_up_from_the_whole_address_and_kept_coarse(tmp_path: Path) -> None:
    hits, _ = asking(tmp_path, beacon(INDIVIDUAL), FROM, locate=lambda address: Place(f"of {address}", 64_500))
    assert [(hit.place, hit.network) for hit in hits] == [("of 198.51.100.7", 64_500)]


def test_an_endless_user_agent_is_cut(tmp_path: Path) -> None:
    hits, _ = asking(tmp_path, beacon(INDIVIDUAL), "User-Agent: " + "a" * 4000)
    assert [len(hit.user_agent) for hit in hits] == [512]


def test_a_mistake_in_keeping_is_none_in_answering(tmp_path: Path) -> None:
    class Broken:
        def may_keep(self, sending: object) -> bool:
            raise ZeroDivisionError

    faults = []

    async def story(collector: Collector) -> None:
        assert status(await ask(collector, link(INDIVIDUAL_LINK))) == 302
        assert status(await ask(collector, beacon(INDIVIDUAL))) == 200
        faults.append(collector.edge.tally.faults)

    with_collector(tmp_path, story, permission=Broken())
    assert faults == [2]
    assert left(tmp_path) == ([], [])


def test_the_tally_counts_what_was_done(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        for target in (beacon(INDIVIDUAL), beacon(SHARED), link(SHARED_LINK), "/b/x.gif", "/you"):
            await ask(collector, target)
        tally = collector.edge.tally
        assert (tally.beacons, tally.links, tally.hits, tally.counts, tally.unsigned) == (3, 1, 1, 2, 1)

    with_collector(tmp_path, story)
