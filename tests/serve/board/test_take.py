"""People taken along: for owners, chosen as on the page, and nobody who withdrew."""

from __future__ import annotations

import csv
import io
import json

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from overt.serve.board import take
from tests.cli.made import add_campaign
from tests.serve.board.hall import Hall


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_recipients_of_a_campaign_are_taken_along(hall: Hall, owner: TestClient[Litestar]) -> None:
    path = f"/campaign/{hall.campaign}/people"
    answer = owner.get(f"{path}/csv")
    assert sorted(row["address"] for row in rows(answer.text)) == ["ann@example.org", "ben@example.org"]
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"
    assert rows(answer.text)[0]["campaign"].startswith("<script>")  # it is a file, not a page
    chosen = owner.get(f"{path}/jsonl", params={"verdict": "clicked"}).text
    assert [json.loads(line)["address"] for line in chosen.splitlines()] == ["ann@example.org"]
    assert f"{path}/csv?" in owner.get(path).text


def test_many_are_taken_along_in_turns(
    hall: Hall, owner: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take, "CHUNK", 7)
    people = {f"p{number:02}@example.org": 0 for number in range(28)}
    campaign = add_campaign(hall.house.settings.folder, "autumn", people, list(people)[:10])
    found = rows(owner.get(f"/campaign/{campaign}/people/csv").text)
    assert sorted(row["address"] for row in found) == sorted(people)
    ranked = rows(owner.get("/people/csv").text)
    assert {row["email"] for row in ranked} == {*people, "ann@example.org", "ben@example.org"}
    quiet = rows(owner.get("/people/csv", params={"quiet": "36000"}).text)
    assert {row["email"] for row in quiet} == {row["email"] for row in ranked if not row["last"]}


def test_a_timeline_is_taken_along(hall: Hall, owner: TestClient[Litestar]) -> None:
    ann = int(hall.house.ledger.recipient("ann@example.org"))
    found = rows(owner.get(f"/person/{ann}/csv").text)
    assert {(row["kind"], row["address"]) for row in found} == {
        ("beacon", "ann@example.org"),
        ("link", "ann@example.org"),
    }
    assert owner.get("/person/4000000/csv").status_code == 404


def test_analysts_and_strangers_take_nobody_along(
    hall: Hall, owner: TestClient[Litestar], analyst: TestClient[Litestar]
) -> None:
    for path in (f"/campaign/{hall.campaign}/people/csv", "/people/csv", "/person/1/csv"):
        assert analyst.get(path).status_code == 403
        assert hall.stranger.get(path, follow_redirects=False).status_code == 303
    assert owner.get(f"/campaign/{hall.campaign}/people/xlsx").status_code == 404


def test_who_withdraws_is_taken_along_no_more_at_once(hall: Hall, owner: TestClient[Litestar]) -> None:
    ann = int(hall.house.ledger.recipient("ann@example.org"))
    assert "ann@" in owner.get(f"/campaign/{hall.campaign}/people/csv").text
    hall.house.ledger.withdraw("ann@example.org", way="page")
    assert "ann@" not in owner.get(f"/campaign/{hall.campaign}/people/csv").text
    assert rows(owner.get(f"/person/{ann}/csv").text) == []
