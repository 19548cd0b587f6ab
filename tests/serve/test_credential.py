"""Access tokens: from a program, from a token server, kept while they are good."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from overt.errors import Malformed, Unavailable
from overt.serve.credential import Cached, read_refresh_file, refresh, run_command


def test_a_token_is_fetched_again_shortly_before_its_end() -> None:
    now, fetched = [0.0], [0]

    def fetch() -> tuple[str, float]:
        fetched[0] += 1
        return f"token-{fetched[0]}", 3600.0

    async def story() -> list[str]:
        cached, found = Cached(fetch, monotonic=lambda: now[0]), []
        for now[0] in (0.0, 3000.0, 3541.0, 3600.0):
            found.append(await cached.token())
        cached.refused()
        found.append(await cached.token())
        await asyncio.gather(*[cached.token() for _ in range(20)])
        return found

    assert asyncio.run(story()) == ["token-1", "token-1", "token-2", "token-2", "token-3"]
    assert fetched == [3]


@pytest.mark.parametrize(
    ("printed", "found"),
    [("ya29.abc\n", ("ya29.abc", 3000.0)), ('{"access_token": "ey.J", "expires_in": 600}', ("ey.J", 600.0))],
)
def test_a_program_prints_a_token(printed: str, found: tuple[str, float]) -> None:
    assert run_command([sys.executable, "-c", f"print({printed!r})"]) == found


@pytest.mark.parametrize(
    "code", ["exit(1)", "print('two words')", "print('{}')", "print('')", "import time; time.sleep(9)"]
)
def test_a_program_that_prints_none_is_told_without_its_words(code: str) -> None:
    with pytest.raises(Unavailable) as caught:
        run_command([sys.executable, "-c", code], seconds=1.0)
    assert "two words" not in str(caught.value)


@pytest.fixture
def token_server() -> Iterator[tuple[str, list[dict[str, list[str]]], list[tuple[int, dict[str, object]]]]]:
    """Its address, what it was asked, and what it will answer."""
    asked: list[dict[str, list[str]]] = []
    answers: list[tuple[int, dict[str, object]]] = []

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            status, body = answers.pop(0)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/token", asked, answers
    server.shutdown()
    server.server_close()


TokenServer = tuple[str, list[dict[str, list[str]]], list[tuple[int, dict[str, object]]]]


def write(path: Path, **values: str) -> Path:
    path.write_text(json.dumps(values))
    return path


def test_a_refresh_token_becomes_an_access_token_and_a_new_one_is_kept(
    tmp_path: Path, token_server: TokenServer
) -> None:
    url, asked, answers = token_server
    path = write(tmp_path / "gmail.json", token_url=url, client_id="id", client_secret="s", refresh_token="old")
    answers += [
        (200, {"access_token": "first", "expires_in": 3599}),
        (200, {"access_token": "second", "expires_in": 3599, "refresh_token": "new"}),
    ]
    assert refresh(path) == ("first", 3599.0)
    # RFC 6749 section 6
    assert asked[0] == {
        "grant_type": ["refresh_token"], "client_id": ["id"], "client_secret": ["s"], "refresh_token": ["old"],
    }  # fmt: skip
    assert json.loads(path.read_text())["refresh_token"] == "old"
    assert refresh(path) == ("second", 3599.0)
    assert json.loads(path.read_text())["refresh_token"] == "new"  # Microsoft 365 gives one each time
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("status", [400, 500, 302])
def test_a_token_server_that_refuses_or_sends_elsewhere_is_later(
    tmp_path: Path, token_server: TokenServer, status: int
) -> None:
    url, _, answers = token_server
    answers.append((status, {"error": "invalid_grant"}))
    with pytest.raises(Unavailable):
        refresh(write(tmp_path / "f.json", token_url=url, client_id="id", refresh_token="r"))


def test_an_answer_without_a_token_is_later(tmp_path: Path, token_server: TokenServer) -> None:
    url, _, answers = token_server
    answers.append((200, {"access_token": "two\r\nlines", "expires_in": 3600}))
    with pytest.raises(Unavailable):
        refresh(write(tmp_path / "f.json", token_url=url, client_id="id", refresh_token="r"))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"token_url": "https://x", "client_id": "i"},
        {"token_url": "http://example.org/token", "client_id": "i", "refresh_token": "topsecret"},
        {"token_url": "file:///etc/passwd", "client_id": "i", "refresh_token": "topsecret"},
    ],
)
def test_a_file_that_is_none_is_told_without_its_secret(tmp_path: Path, values: dict[str, str]) -> None:
    with pytest.raises(Malformed) as caught:
        read_refresh_file(write(tmp_path / "f.json", **values))
    assert "topsecret" not in str(caught.value)
