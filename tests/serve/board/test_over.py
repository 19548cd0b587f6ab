"""Clicks over the message: brought along, shown in a frame that may do nothing, and kept nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from litestar import Litestar
from litestar.testing import TestClient

from overt.serve.board.over import MOST_MESSAGE
from overt.testing import make_mail
from tests.cli.made import SHOP
from tests.serve.board.hall import Hall

HTML = f'<p>Quixwort</p><a href="{SHOP.replace("&", "&amp;")}">shop</a><script>alert(1)</script>'


def bring(client: TestClient[Litestar], hall: Hall, raw: bytes, *, word: str | None = None) -> httpx.Response:
    page = client.get(f"/campaign/{hall.campaign}/over").text
    found = re.search(r'name="word" value="([^"]+)"', page)
    assert found
    return client.post(
        f"/campaign/{hall.campaign}/over",
        data={"word": found[1] if word is None else word},
        files={"message": ("news.eml", raw)},
    )


def test_the_message_comes_back_with_its_clicks(hall: Hall, owner: TestClient[Litestar]) -> None:
    answer = bring(owner, hall, make_mail(html=HTML))
    assert answer.status_code == 200
    assert re.search(r'<span data-overt-mark="\d">\d+% · \d+</span>shop', answer.text)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy


def test_an_html_file_will_do_and_an_analyst_may(hall: Hall, analyst: TestClient[Litestar]) -> None:
    assert "data-overt-mark" in bring(analyst, hall, HTML.encode()).text


def test_nothing_of_it_is_kept(hall: Hall, owner: TestClient[Litestar]) -> None:
    bring(owner, hall, make_mail(html=HTML))
    folder: Path = hall.house.settings.folder
    assert not any(b"Quixwort" in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_what_is_no_message_is_said(hall: Hall, owner: TestClient[Litestar]) -> None:
    assert bring(owner, hall, b"").text == "Choose a file first."
    assert "no HTML" in bring(owner, hall, make_mail(html=None)).text
    assert bring(owner, hall, b"\xff\xfe\x00" * 100).status_code == 200
    assert bring(owner, hall, b"x" * (MOST_MESSAGE + 1)).status_code == 413


def test_a_form_that_is_not_ours_is_refused(hall: Hall, owner: TestClient[Litestar]) -> None:
    assert bring(owner, hall, HTML.encode(), word="x").status_code == 403
    assert hall.stranger.post(f"/campaign/{hall.campaign}/over", follow_redirects=False).status_code == 303


def test_a_campaign_that_is_not_there(hall: Hall, owner: TestClient[Litestar]) -> None:
    assert owner.get("/campaign/9/over").status_code == 404
