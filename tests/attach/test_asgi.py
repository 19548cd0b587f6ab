"""The collector inside Starlette and FastAPI, as the how-to page has it: the same answers, hits on the disk before."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from overt.attach.asgi import Tracking, read_target
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.store import Layout, read_counts, read_hits
from overt.testing.reader import find_tracked
from overt.testing.request import Door
from overt.wire.beacon import BEACON
from tests.cli.test_up import send
from tests.cli.world import free_ports, running_world

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"
PAGE = (Path(__file__).resolve().parents[2] / "docs/how-to/starlette.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FORGED = "/t/b/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.gif"


@pytest.fixture
def tracked(folder: Path) -> tuple[list[str], list[str]]:
    """Beacon paths and link targets of two messages, to somebody who granted it and to somebody who did not."""
    with running_world(folder) as world:
        assert main(["consent", "add", "ann@example.org", "--reference", "form-1"]) == 0
        send(folder, ["ann@example.org", "bo@example.org"])
        inbox = sorted(world.inbox(2), key=lambda raw: b"Delivered-To: bo@" in raw)
        found = [find_tracked(Door(world.base_url), raw) for raw in inbox]
    file = folder / "overt.toml"
    file.write_text(file.read_text().replace(world.base_url, f"{world.base_url}/t"))
    target = [[f"/t{_path(url)}" for url in urls] for pair in found for urls in pair]
    return [target[0][0], target[2][0]], [target[1][0], target[3][0]]


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@pytest.fixture(params=BLOCKS, ids=["starlette", "fastapi"])
def client(request: pytest.FixtureRequest, tracked: object) -> Iterator[TestClient]:
    names: dict[str, Any] = {}
    exec(compile(request.param, "docs/how-to/starlette.md", "exec"), names)
    with TestClient(names["app"], follow_redirects=False, headers={"user-agent": FIREFOX}) as opened:
        yield opened


def layout() -> Layout:
    return Layout(load_settings(None).folder)


def test_the_page_has_an_example_of_each() -> None:
    assert len(BLOCKS) == 2


def test_beacons_and_links_are_answered_and_kept_by_their_mode(
    client: TestClient, tracked: tuple[list[str], list[str]]
) -> None:
    (mine, shared), (link, shared_link) = tracked
    for beacon in (mine, shared, FORGED):
        answer = client.get(beacon)
        assert (answer.status_code, answer.content) == (200, BEACON.body)
        assert answer.headers["cache-control"].startswith("no-store")
        assert answer.headers["content-length"] == "43"
    assert len(list(read_hits(layout().segments))) == 1  # on the disk before the answer
    for target in (link, shared_link):
        answer = client.get(target)
        assert (answer.status_code, answer.headers["location"]) == (302, "https://shop.example.org/spring")
    assert client.get(link.replace("spring", "evil")).status_code == 200  # a page that asks the person
    hits = list(read_hits(layout().segments))
    assert [hit.kind.name for hit in hits] == ["BEACON", "LINK"]
    assert {hit.user_agent for hit in hits} == {FIREFOX}
    assert sum(count.number for count in read_counts(layout().counts)) == 2


def test_heads_methods_and_bodies(client: TestClient, tracked: tuple[list[str], list[str]]) -> None:
    beacon = tracked[0][0]
    head = client.head(beacon)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "43")
    assert client.post(beacon, content=b"x").status_code == 405
    assert client.request("GET", beacon, content=b"x").status_code == 413
    assert client.get("/t/b/" + "a" * 20_000).status_code == 414
    assert client.get("/t/nothing").status_code == 404
    assert client.get("/t/healthz").text == "ok\n"
    assert [hit.method for hit in read_hits(layout().segments)] == ["HEAD"]


def test_who_withdraws_is_kept_no_longer(client: TestClient, tracked: tuple[list[str], list[str]]) -> None:
    client.get(tracked[0][0])
    main(["consent", "withdraw", "ann@example.org"])
    time.sleep(1.0)  # what is promised
    assert client.get(tracked[0][0]).status_code == 200
    assert len(list(read_hits(layout().segments))) == 1


def test_the_first_request_opens_what_no_lifespan_did(tracked: tuple[list[str], list[str]]) -> None:
    async def story() -> None:
        tracking = Tracking("overt.toml")
        app = Starlette()
        app.mount("/t", tracking)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.example.org") as client:
            answers = await asyncio.gather(*(client.get(tracked[0][0]) for _ in range(5)))
            assert {answer.status_code for answer in answers} == {200}
        await tracking.close()
        await tracking.close()

    asyncio.run(story())
    assert len(list(read_hits(layout().segments))) == 5


def test_processes_of_one_server_each_write_a_log_of_their_own(tracked: tuple[list[str], list[str]]) -> None:
    async def story() -> None:
        one, two = Tracking("overt.toml"), Tracking("overt.toml")
        async with one.lifespan(), two.lifespan():
            for tracking in (one, two):
                transport = httpx.ASGITransport(tracking)
                async with httpx.AsyncClient(transport=transport, base_url="http://shop.example.org") as client:
                    assert (await client.get(tracked[0][0])).status_code == 200

    asyncio.run(story())
    names = sorted(path.name.split("-")[1] for path in layout().segments.glob("*.seg"))
    assert names[-2:] == ["a0", "a1"]
    assert len(list(read_hits(layout().segments))) == 2


def test_under_a_real_server_the_client_is_who_the_proxy_says(
    folder: Path, tracked: tuple[list[str], list[str]]
) -> None:
    (port,) = free_ports(1)
    (folder / "shop.py").write_text(BLOCKS[0])
    command = [sys.executable, "-m", "uvicorn", "shop:app", "--port", str(port), "--no-proxy-headers", "--workers", "2"]
    server = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/t/healthz", timeout=5).raise_for_status()
                break
            except httpx.HTTPError:
                assert time.monotonic() < until and server.poll() is None
                time.sleep(0.1)
        for _ in range(8):
            headers = {"X-Forwarded-For": "198.51.100.7", "User-Agent": FIREFOX}
            assert httpx.get(f"http://127.0.0.1:{port}{tracked[0][0]}", headers=headers).status_code == 200
    finally:
        server.terminate()
        server.wait(30)
    hits = list(read_hits(layout().segments))
    assert len(hits) == 8
    assert {hit.prefix for hit in hits} == {"198.51.100.0/24"}
    assert list(layout().segments.glob("*.open")) == []


@pytest.mark.parametrize(
    ("scope", "target"),
    [
        ({"path": "/t/b/x.gif", "root_path": "/t"}, b"/b/x.gif"),
        ({"path": "/b/x.gif", "root_path": "/t"}, b"/b/x.gif"),
        ({"path": "/t/c/x", "raw_path": b"/t/c/x", "root_path": "/t", "query_string": b"u=a%20b"}, b"/c/x?u=a%20b"),
        ({"path": "/t/é", "raw_path": b"/t/%C3%A9", "root_path": "/t"}, b"/%C3%A9"),
        ({"path": "/t/é", "root_path": "/t"}, b"/%C3%A9"),
        ({"path": "/t", "root_path": "/t"}, b"/"),
        ({"path": "/tea/b/x.gif", "root_path": "/t"}, b"/tea/b/x.gif"),
        ({"path": "/b/x.gif", "raw_path": b"/b/x.gif?y", "query_string": b"y"}, b"/b/x.gif?y"),
    ],
)
def test_the_target_is_what_the_client_wrote_below_the_mount(scope: dict[str, Any], target: bytes) -> None:
    assert read_target(scope) == target
