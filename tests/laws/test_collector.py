"""Laws 5, 8 and 9 at the collector's own sockets, and that a token's truth cannot be asked for."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overt.errors import Unavailable
from overt.measure import RecipientNumber, link_url, mint
from overt.serve.collector import Collector
from overt.serve.permission import Withdrawals
from overt.store import read_counts, read_hits
from tests.serve.talk import (
    HERE,
    INDIVIDUAL,
    INDIVIDUAL_LINK,
    KEYS,
    OTHER_KEYS,
    RECIPIENT,
    SHARED,
    SHARED_LINK,
    Granted,
    ask,
    beacon,
    broken_logs,
    link,
    status,
    undated,
    with_collector,
)

SOME = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DESTINATIONS = st.builds(
    "https://{}.example/{}?{}".format,
    st.sampled_from(["news", "a-b", "xn--bcher-kva"]),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x2FFF, exclude_categories=("Cc", "Cs")), max_size=20),
    st.text("abc=&;%+/?:@é,.~_-", max_size=20),
)


def location(answer: bytes) -> list[bytes]:
    head = answer.partition(b"\r\n\r\n")[0]
    return [line[10:] for line in head.split(b"\r\n") if line.lower().startswith(b"location: ")]


def gone() -> frozenset[RecipientNumber]:
    raise Unavailable("the database is gone")


@SOME
@given(st.lists(DESTINATIONS, min_size=1, max_size=5))
def test_law_8_links_lead_to_their_destination_with_ledger_and_logs_gone(tmp_path: Path, there: list[str]) -> None:
    async def story(collector: Collector) -> None:
        for destination in there:
            for token in (SHARED_LINK, INDIVIDUAL_LINK):
                answer = await ask(collector, link(token, destination))
                assert (status(answer), location(answer)) == (302, [destination.encode()])

    with_collector(tmp_path, story, logs=broken_logs(), permission=Withdrawals(gone))


def test_law_8_links_lead_to_their_destination_when_the_folder_is_taken_away_while_running(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        assert status(await ask(collector, link(INDIVIDUAL_LINK))) == 302
        shutil.rmtree(tmp_path / "segments")
        shutil.rmtree(tmp_path / "counts")
        for token in (SHARED_LINK, INDIVIDUAL_LINK):
            assert location(await ask(collector, link(token))) == [HERE.encode()]

    with_collector(tmp_path, story)


def test_law_8_links_lead_to_their_destination_after_a_withdrawal(tmp_path: Path) -> None:
    permission = Granted()
    permission.withdrawn.add(RECIPIENT)

    async def story(collector: Collector) -> None:
        assert location(await ask(collector, link(INDIVIDUAL_LINK))) == [HERE.encode()]

    with_collector(tmp_path, story, permission=permission)


@SOME
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["right", "other key", "beacon", "cut", "random"]),
            st.one_of(DESTINATIONS, st.just(HERE + "/"), st.just("https://evil.example"), st.text(max_size=30)),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 37),
)
def test_law_9_what_does_not_verify_gets_no_location(tmp_path: Path, tries: list[tuple[str, str]], place: int) -> None:
    right = mint(KEYS, INDIVIDUAL_LINK, HERE.encode())
    tokens = {
        "right": right,
        "other key": mint(OTHER_KEYS, INDIVIDUAL_LINK, HERE.encode()),
        "beacon": mint(KEYS, INDIVIDUAL),
        "cut": right[:place] + ("A" if right[place] != "A" else "B") + right[place + 1 :],
        "random": "A" * 39,
    }

    async def story(collector: Collector) -> None:
        for kind, destination in tries:
            wanted = destination.encode("utf-8", "replace")
            found = location(await ask(collector, f"/c/{tokens[kind]}?u={quote(wanted, safe='')}"))
            # Undoing what gateways do may find the signed address again; nothing else is ever gone to.
            assert found in ([], [HERE.encode()])
            if kind != "right":
                assert found == []

    with_collector(tmp_path, story)


@pytest.mark.parametrize(
    "there",
    ["https://evil.example/", "//evil.example", "https://news.example.evil.example/a?b=1&c=2", HERE + "%0d%0aX: y"],
)
def test_law_9_no_way_around_the_signature_redirects(tmp_path: Path, there: str) -> None:
    token = mint(KEYS, SHARED_LINK, HERE.encode())
    ways = [
        f"/c/{token}?u={there}",
        f"/c/{token}?u={quote(there, safe='')}",
        f"/c/{token}/{there}",
        f"/c/{token}?url={there}&u={there}",
        f"/c/{token}?u=&u={there}",
        f"/c//{token}?u={there}",
        f"https://t.example/c/{token}?u={there}",
        f"/b/{token}.gif?u={there}",
        f"/you?u={there}",
    ]

    async def story(collector: Collector) -> None:
        for way in ways:
            answer = await ask(collector, way.replace(" ", "%20"))
            assert location(answer) == []
            assert b"\nX: y" not in answer
            assert status(answer) in (200, 404)

    with_collector(tmp_path, story)


@SOME
@given(st.lists(st.tuples(st.sampled_from(["ask", "withdraw", "grant", "gpc"]), st.booleans()), max_size=12))
def test_law_5_from_the_withdrawal_on_no_hit_is_kept(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("collector")
    permission = Granted()
    wanted = 0

    async def story(collector: Collector) -> None:
        nonlocal wanted
        for step, is_link in steps:
            if step == "withdraw":
                permission.withdrawn.add(RECIPIENT)
            elif step == "grant":
                permission.withdrawn.discard(RECIPIENT)
            else:
                target = link(INDIVIDUAL_LINK) if is_link else beacon(INDIVIDUAL)
                answer = await ask(collector, target, *(["Sec-GPC: 1"] if step == "gpc" else []))
                assert status(answer) == (302 if is_link else 200)
                wanted += step == "ask" and not permission.withdrawn
            assert len(list(read_hits(folder / "segments"))) == wanted

    with_collector(folder, story, permission=permission)


def test_law_5_while_withdrawals_cannot_be_read_nothing_is_kept(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        assert status(await ask(collector, beacon(INDIVIDUAL))) == 200
        assert status(await ask(collector, link(INDIVIDUAL_LINK))) == 302

    with_collector(tmp_path, story, permission=Withdrawals(gone))
    assert list(read_hits(tmp_path / "segments")) == []
    assert list(read_counts(tmp_path / "counts")) == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_valid_forged_withdrawn_and_unknown_beacons_get_the_same_answer(tmp_path: Path, method: str) -> None:
    permission = Granted()
    valid, shared = beacon(INDIVIDUAL), beacon(SHARED)
    targets = [
        valid,
        shared,
        f"/b/{mint(OTHER_KEYS, INDIVIDUAL)}.gif",
        f"/b/{mint(OTHER_KEYS, SHARED)}.gif",
        valid[:-5] + ("A" if valid[-5] != "A" else "B") + ".gif",
        "/b/x.gif",
        "/b/",
        link_url("/b", mint(KEYS, SHARED_LINK, HERE.encode()), HERE).replace("/c/", "/"),
    ]

    async def story(collector: Collector) -> None:
        answers = {undated(await ask(collector, target, method=method)) for target in targets}
        permission.withdrawn.add(RECIPIENT)
        answers.add(undated(await ask(collector, valid, method=method)))
        assert len(answers) == 1

    with_collector(tmp_path, story, permission=permission)


def test_keeping_nothing_waits_for_the_same_disk_as_keeping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tokens of each length: as many commits, of files of the same kind, whether the token is true or not."""
    synced: list[str] = []
    real = os.fdatasync

    def sync(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name.partition("-")[0])
        real(handle)

    monkeypatch.setattr(os, "fdatasync", sync)
    permission = Granted()

    async def story(collector: Collector) -> None:
        async def of(target: str, *fields: str) -> list[str]:
            synced.clear()
            await ask(collector, target, *fields)
            return list(synced)

        for token, fields in ((INDIVIDUAL, []), (SHARED, []), (INDIVIDUAL, ["DNT: 1"])):
            await of(beacon(token), *fields)  # makes the files
            kept = await of(beacon(token), *fields)
            assert len(kept) == 1
            assert await of(f"/b/{mint(OTHER_KEYS, token)}.gif", *fields) == kept
            assert await of(f"/b/{mint(OTHER_KEYS, token)}.gif", *fields, "User-Agent: never seen") == kept
            assert await of(beacon(token), *fields, "User-Agent: never seen either") == kept
        permission.withdrawn.add(RECIPIENT)
        assert await of(beacon(INDIVIDUAL)) == ["hits"]

    with_collector(tmp_path, story, permission=permission)
