"""When to send: slots with intervals, honest about what they are; nobody in them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from overt.store import Scope
from tests.cli.made import NOON, add_campaign
from tests.serve.board.hall import Hall
from tests.serve.board.test_api import AT, is_problem, key

PEOPLE = {f"p{number}@example.org": 0 for number in range(60)}


@pytest.fixture
def hall_of_four(hall: Hall) -> Hall:
    for name, days, clicked in (("one", 21, 30), ("two", 14, 32), ("three", 20, 3), ("four", 13, 4)):
        folder = hall.house.settings.folder
        add_campaign(folder, name, PEOPLE, [f"p{one}@example.org" for one in range(clicked)], NOON - timedelta(days))
    return hall


def test_slots_are_shown_with_their_intervals_and_a_caution(hall_of_four: Hall, owner: TestClient[Litestar]) -> None:
    page = owner.get("/times").text
    assert "Tue 12:00" in page
    assert "Wed 12:00" in page
    assert "Observational" in page
    assert "Some times stand out" in page
    assert 'data-spec="/times/chart?by=both"' in page
    drawn = owner.get("/times/chart?by=weekday").json()
    assert "$schema" in drawn


def test_an_analyst_sees_them_too(hall_of_four: Hall, analyst: TestClient[Litestar]) -> None:
    page = analyst.get("/times?by=hour").text
    assert "12:00" in page
    assert "@example.org" not in page


def test_nothing_to_compare_teaches(hall: Hall, owner: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overt.measure.sendtime.RIPE", timedelta(days=36_500))
    page = owner.get("/times?by=x").text
    assert "Nothing to compare yet" in page
    assert owner.get("/times/chart").status_code == 404


def test_the_api_tells_the_same(hall_of_four: Hall) -> None:
    headers = key(hall_of_four, Scope.REPORTS)
    told = hall_of_four.stranger.get(f"{AT}/send-times?by=weekday&zone=Asia/Tokyo", headers=headers).json()["item"]
    assert (told["by"], told["zone"], told["observational"]) == ("weekday", "Asia/Tokyo", True)
    assert [cell["weekday"] for cell in told["cells"]] == ["Tue", "Wed"]
    for query, status in (("by=x", 400), ("zone=" + "x" * 61, 400), ("zone=Mars/Olympus", 404)):
        assert is_problem(hall_of_four.stranger.get(f"{AT}/send-times?{query}", headers=headers), status)
