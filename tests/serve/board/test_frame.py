"""What every page has: time zones, forms, numbers and days from strangers, faults."""

from __future__ import annotations

from datetime import date

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from overt.errors import Unavailable
from overt.serve.board.frame import read_day, read_number, turn
from tests.serve.board.hall import BASE, Hall, form_word


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("0", 0), ("11", 5), ("-1", 5), ("", 5), ("٣", 5), ("9" * 5000, 5), ("1e1", 5)]
)
def test_a_number_is_read_or_not(text: str, number: int) -> None:
    assert read_number(text, 5, most=10) == number


def test_a_day_is_read_or_not() -> None:
    assert read_day("2026-11-27") == date(2026, 11, 27)
    assert [read_day(text) for text in ("", "2026-13-01", "20261127", "x" * 10_000)] == [None] * 4


@pytest.mark.parametrize(
    ("text", "rows", "page"), [("", 0, (1, 1)), ("2", 51, (2, 2)), ("9", 100, (2, 2)), ("0", 9, (1, 1))]
)
def test_pages_are_turned_within_what_there_is(text: str, rows: int, page: tuple[int, int]) -> None:
    assert turn(text, rows) == page


def test_moments_are_told_in_the_zone_that_was_chosen(hall: Hall, owner: TestClient[Litestar]) -> None:
    page = owner.get("/")
    assert "24 Nov 2026 12:00" in page.text
    form = {"word": form_word(page.text), "zone": "Asia/Tokyo", "back": f"/campaign/{hall.campaign}"}
    page = owner.post("/zone", data=form)
    assert page.url == f"{BASE}/campaign/{hall.campaign}"
    assert "24 Nov 2026 21:00" in page.text
    form |= {"zone": "Nowhere/At_All", "back": "//evil.example/"}
    page = owner.post("/zone", data=form)
    assert page.url == f"{BASE}/"
    assert "24 Nov 2026 12:00" in page.text


@pytest.mark.parametrize("path", ["/logout", "/zone", "/account/password", "/account/session", "/account/key"])
def test_a_form_that_is_not_ours_changes_nothing(hall: Hall, owner: TestClient[Litestar], path: str) -> None:
    word = form_word(owner.get("/").text)
    assert owner.post(path, data={"word": "0" * 32}).status_code == 403
    assert owner.post(path, data={"word": word}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert owner.get("/").status_code == 200
    assert hall.accounts.api_keys() == ()


def test_a_fault_is_said_without_its_particulars(
    hall: Hall, owner: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*values: object, **more: object) -> None:
        raise Unavailable("the database: disk I/O error in secret place")

    monkeypatch.setattr("overt.store.readings.Readings.hours", fail)
    answer = owner.get(f"/campaign/{hall.campaign}")
    assert answer.status_code == 503
    assert "secret" not in answer.text
    monkeypatch.setattr("overt.store.readings.Readings.hours", lambda *values, **more: 1 / 0)
    answer = owner.get(f"/campaign/{hall.campaign}")
    assert answer.status_code == 500
    assert "division" not in answer.text
