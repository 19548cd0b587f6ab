"""All pages at once: who sees which, what a strange request gets, and that nothing a stranger wrote is run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.serve.board.hall import HOSTILE, Hall, open_hall

FOR_ALL = ("/", "/campaign/{campaign}", "/campaign/{campaign}/compare", "/live", "/account")
FOR_OWNERS = ("/people", "/campaign/{campaign}/people", "/person/{person}")


def paths(hall: Hall, templates: tuple[str, ...]) -> list[str]:
    person = hall.house.ledger.recipient("ann@example.org")
    return [template.format(campaign=hall.campaign, person=person) for template in templates]


def test_a_stranger_sees_the_login_and_nothing_else(hall: Hall) -> None:
    for path in [*paths(hall, FOR_ALL + FOR_OWNERS), "/live/stream", f"/campaign/{hall.campaign}/hours/link"]:
        answer = hall.stranger.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_an_owner_sees_everything(hall: Hall, owner: TestClient[Litestar]) -> None:
    for path in paths(hall, FOR_ALL + FOR_OWNERS):
        assert owner.get(path).status_code == 200


def test_an_analyst_sees_no_person(hall: Hall, analyst: TestClient[Litestar]) -> None:
    for path in paths(hall, FOR_ALL):
        answer = analyst.get(path)
        assert answer.status_code == 200
        assert "@example.org" not in answer.text
    for path in paths(hall, FOR_OWNERS):
        answer = analyst.get(path)
        assert answer.status_code == 403
        assert "@example.org" not in answer.text


def test_what_a_stranger_wrote_is_text_everywhere(hall: Hall, owner: TestClient[Litestar]) -> None:
    for path in paths(hall, FOR_ALL[:3] + FOR_OWNERS[1:]):
        html = owner.get(path).text
        assert HOSTILE not in html
        assert "&lt;script&gt;alert(1)" in html
    for hostile in ('"><script>alert(2)</script>', "{{ 'x' * 9 }}", "%00", "\u202e"):
        html = owner.get("/", params={"q": hostile, "from": hostile, "sort": hostile, "page": hostile}).text
        assert "<script>alert(2)" not in html
        assert "xxxxxxxxx" not in html


def test_no_page_loads_anything_from_elsewhere(hall: Hall, owner: TestClient[Litestar]) -> None:
    for path in paths(hall, FOR_ALL + FOR_OWNERS):
        answer = owner.get(path)
        loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', answer.text)
        assert loaded
        assert all(url.startswith("/static/") for url in loaded)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<[^>]+\s(?:style|on\w+)=", answer.text)


@pytest.mark.parametrize(
    "path", ["/nowhere", "/campaign/x", "/campaign/4294967295", "/person/4294967295", "/static/../app.py", "/static/x"]
)
def test_what_is_not_there_is_said(owner: TestClient[Litestar], path: str) -> None:
    answer = owner.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_a_form_that_is_too_large_is_refused(hall: Hall) -> None:
    answer = hall.stranger.post("/login", data={"name": "a", "password": "x" * 100_000})
    assert answer.status_code == 413


def test_a_path_in_the_address_stands_before_all_of_its_own(tmp_path: Path) -> None:
    with open_hall(tmp_path, "https://board.example.org/stats") as hall:
        assert hall.stranger.get("/", follow_redirects=False).status_code == 404
        answer = hall.stranger.get("/stats/", follow_redirects=False)
        assert answer.headers["location"] == "/stats/login"
        html = hall.stranger.get("/stats/login").text
        assert 'action="/stats/login"' in html
        assert 'href="/stats/static/board.css"' in html
        assert hall.stranger.get("/stats/static/board.css").status_code == 200
