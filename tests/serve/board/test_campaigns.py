"""Campaigns in the list and one by one: the report's numbers, searched, sorted, compared and taken along."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from overt.cli.report import make_report
from overt.measure import as_dict
from tests.cli.made import FORMULA, SHOP, add_campaign
from tests.serve.board.hall import Hall


@pytest.fixture
def two(hall: Hall) -> Hall:
    people = {f"p{number}@example.org": 1 + number % 2 for number in range(60)}
    add_campaign(hall.house.settings.folder, "autumn", people, [f"p{number}@example.org" for number in range(0, 60, 4)])
    return hall


def names(page: str) -> list[str]:
    return [name for name in ("autumn", "&lt;script&gt;") if f">{name}" in page.partition("<tbody>")[2]]


def test_the_list_is_searched_and_sorted(two: Hall, owner: TestClient[Litestar]) -> None:
    assert len(names(owner.get("/").text)) == 2
    assert names(owner.get("/", params={"q": "AUT"}).text) == ["autumn"]
    assert names(owner.get("/", params={"q": "nothing like it"}).text) == []
    assert "No campaign is like that" in owner.get("/", params={"q": "nothing like it"}).text
    assert names(owner.get("/", params={"from": "2026-11-24", "to": "2026-11-24"}).text) == ["&lt;script&gt;"]
    for sort in ("name", "delivered", "clicked", "opened", "newest"):
        assert owner.get("/", params={"sort": sort}).status_code == 200
    by_delivered = owner.get("/", params={"sort": "delivered"}).text
    assert by_delivered.index(">autumn") < by_delivered.index("&lt;script&gt;")


def test_a_campaign_shows_what_the_report_says(hall: Hall, owner: TestClient[Litestar]) -> None:
    page = owner.get(f"/campaign/{hall.campaign}").text
    (report,) = make_report(hall.house.settings).campaigns
    assert report.individual is not None
    bounds = report.individual.opens.bounds
    assert bounds is not None
    assert f"{bounds.low:.1%} to {bounds.high:.0%}" in page
    assert "1 to 2 of 2 who granted it" in page
    assert "https://shop.example.org/?a=1&amp;b=[bold]" in page
    assert "fetched ahead (Apple): displayed or not, nobody can tell" in page
    assert "cleo" not in page


def test_a_campaign_says_how_soon_people_came_and_on_how_few_that_rests(
    hall: Hall, owner: TestClient[Litestar]
) -> None:
    page = owner.get(f"/campaign/{hall.campaign}").text
    assert "First open: how soon" in page
    assert "Click-to-open" in page
    assert "too few to say" in page
    assert page.count("So few tell little.") == 2
    assert "Of 1 more it is hidden" in page  # Apple's prefetch


def test_the_report_is_taken_along_without_people(hall: Hall, analyst: TestClient[Litestar]) -> None:
    told = analyst.get(f"/campaign/{hall.campaign}/report/json").json()
    expected = as_dict(make_report(hall.house.settings), by_recipient=False)
    assert told["campaigns"][0]["shared"] == json.loads(json.dumps(expected))["campaigns"][0]["shared"]
    assert "ann@" not in json.dumps(told)
    rows = list(csv.DictReader(StringIO(analyst.get(f"/campaign/{hall.campaign}/report/csv").text, newline="")))
    assert {row["item"] for row in rows if row["table"] == "link"} == {SHOP, f"'{FORMULA}"}
    assert analyst.get(f"/campaign/{hall.campaign}/report/exe").status_code == 404


def test_times_are_drawn_by_kind(hall: Hall, owner: TestClient[Litestar]) -> None:
    owner.get(f"/campaign/{hall.campaign}")
    for kind, visits in (("beacon", 2), ("link", 1)):
        spec = owner.get(f"/campaign/{hall.campaign}/hours/{kind}").json()
        assert "vega-lite" in spec["$schema"]
        assert sum(row["visits"] for row in spec["datasets"][spec["data"]["name"]]) == visits
    assert owner.get(f"/campaign/{hall.campaign}/hours/other").status_code == 404


def test_variants_are_compared(two: Hall, owner: TestClient[Litestar]) -> None:
    number = two.house.ledger.campaigns()["autumn"]
    page = owner.get(f"/campaign/{number}/compare").text
    assert "the control" in page
    assert "not decided" in page or "better" in page or "worse" in page
    assert "There is nothing to compare" in owner.get(f"/campaign/{number}/compare?control=9").text
    assert "There is nothing to compare" in owner.get(f"/campaign/{two.campaign}/compare").text


def test_nothing_sent_yet_teaches_how_to_begin(hall: Hall, owner: TestClient[Litestar], tmp_path: Path) -> None:
    from sqlalchemy import delete

    from overt.store import writing
    from overt.store.schema import campaign, link, queue, sending

    with writing(hall.house.engine) as connection:
        for table in (queue, sending, link, campaign):
            connection.execute(delete(table))
    for path in (*hall.house.layout.segments.iterdir(), *hall.house.layout.counts.iterdir()):
        path.unlink()
    assert "overt send message.eml" in owner.get("/").text
