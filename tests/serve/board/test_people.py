"""People, where they may be seen: what a page shows of them, and what it shows no more after a withdrawal."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from overt.cli.gallery import Gallery
from overt.measure import Hit
from tests.cli.made import add_campaign
from tests.serve.board.hall import Hall, Inline
from tests.store.made import make_hit, write_segments


def numbers(hall: Hall) -> dict[str, int]:
    return {name: int(hall.house.ledger.recipient(f"{name}@example.org")) for name in ("ann", "ben", "cleo")}


def test_recipients_of_a_campaign_are_searched_and_chosen(hall: Hall, owner: TestClient[Litestar]) -> None:
    path = f"/campaign/{hall.campaign}/people"
    page = owner.get(path).text
    assert "ann@example.org" in page
    assert "ben@example.org" in page
    assert "cleo" not in page  # withdrew
    assert "dora" not in page  # granted nothing
    assert "ben@" not in owner.get(path, params={"q": "ANN@"}).text
    assert "ann@" not in owner.get(path, params={"verdict": "perhaps opened"}).text
    assert "0 sendings" in owner.get(path, params={"q": "%"}).text
    for order in ("clicks", "opens", "last", "sent", "'; DROP"):
        assert "ann@" in owner.get(path, params={"order": order}).text
    assert owner.get(path, params={"page": "99"}).status_code == 200


def test_one_recipient_has_a_timeline(hall: Hall, owner: TestClient[Litestar]) -> None:
    page = owner.get(f"/person/{numbers(hall)['ann']}").text
    assert "<h1>ann@example.org</h1>" in page
    assert "24 Nov 2026 12:00:00" in page
    assert "loaded the picture" in page
    assert "followed a link" in page
    assert "Thunderbird" in page


def test_who_withdraws_is_shown_no_more_at_once(hall: Hall, owner: TestClient[Litestar]) -> None:
    ann = numbers(hall)["ann"]
    assert "followed a link" in owner.get(f"/person/{ann}").text
    hall.house.ledger.withdraw("ann@example.org", way="page")
    page = owner.get(f"/person/{ann}").text
    assert "followed a link" not in page
    assert "permission was withdrawn" in page
    assert "ann@" not in owner.get(f"/campaign/{hall.campaign}/people").text
    assert "ann@" not in owner.get("/people").text


def test_too_few_to_rank_is_said(owner: TestClient[Litestar]) -> None:
    assert "2 recipients are too few to learn from" in owner.get("/people").text


def test_people_are_ranked_searched_and_paged(hall: Hall, owner: TestClient[Litestar]) -> None:
    people = {f"p{number}@example.org": 1 for number in range(60)}
    add_campaign(hall.house.settings.folder, "autumn", {"ann@example.org": 1} | people, ["ann@example.org"])
    page = owner.get("/people").text
    assert "ann@example.org" in page
    assert "dora" not in page
    assert "Page 1 of 2" in page
    assert "p7@" not in owner.get("/people", params={"q": "ann"}).text
    assert owner.get("/people", params={"of": "opens", "quiet": "1"}).status_code == 200


def test_the_live_stream_names_people_to_owners_alone(hall: Hall) -> None:
    told = {"at": "2026-11-24T12:00:00Z", "campaign": "spring", "kind": "beacon", "recipient": "ann@example.org",
            "sending": 5, "link": 0, "destination": "", "actor": "human", "class": "browser", "program": "Chrome",
            "reason": "an ordinary browser", "certainty": "low", "place": "DE"}  # fmt: skip
    sums = {"campaign": "spring", "kind": "loads", "total": 30, "grew": 2}
    assert "ann@" not in json.dumps(Gallery.without_people(told))
    assert not {"sending", "place", "recipient"} & Gallery.without_people(told).keys()
    assert Gallery.without_people(sums) == sums


async def first(hall: Hall, *, people: bool) -> Any:
    """What the stream tells first of a hit that comes while somebody looks."""
    stream = Inline(hall.house).live(people=people)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.3)
    hit = make_hit(numbers(hall)["ann"], campaign=int(hall.campaign))
    await asyncio.to_thread(write, hall, hit)
    return await asyncio.wait_for(waiting, 10)


def write(hall: Hall, hit: Hit) -> None:
    write_segments(hall.house.layout, [hit], worker="9")


def test_what_comes_in_is_streamed(hall: Hall) -> None:
    assert asyncio.run(first(hall, people=True))["kind"] == "link"
    assert "recipient" not in asyncio.run(first(hall, people=False))
