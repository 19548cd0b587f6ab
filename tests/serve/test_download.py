"""Fetching one file over TLS from a server that does its worst."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from overt.errors import Malformed, Unavailable
from overt.serve.download import Fetched, fetch
from tests.serve.mirror import Mirror, running_mirror, say

Answer = Callable[[bytes], Iterator[bytes]]
MOST = 100_000


def get(folder: Path, answer: Answer, *, etag: str = "", **limits: float) -> tuple[Fetched | None, Mirror]:
    with running_mirror(folder, answer) as mirror:
        return fetch(mirror.url, most=MOST, etag=etag, context=mirror.cert.client(), **limits), mirror  # type: ignore[arg-type]


def test_a_file_comes_whole_with_its_version_and_nothing_is_said_but_what_is_needed(tmp_path: Path) -> None:
    found, mirror = get(tmp_path, say(b"rows" * 1000, "200 OK", 'ETag: "v1"'))
    assert found == Fetched(b"rows" * 1000, '"v1"')
    (asked,) = mirror.asked
    names = {line.split(b":")[0].lower() for line in asked.split(b"\r\n")[1:] if line}
    assert asked.startswith(b"GET /list.csv HTTP/1.1\r\n")
    assert names == {b"host", b"user-agent", b"accept-encoding"}


def test_the_version_that_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    found, mirror = get(tmp_path, say(b"", "304 Not Modified"), etag='"v1"')
    assert found is None
    assert b'If-None-Match: "v1"' in mirror.asked[0]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (say(b"", "302 Found", "Location: https://example.org/"), "not followed"),
        (say(b"", "304 Not Modified"), "not followed"),
        (say(b"", "404 Not Found"), "answers 404"),
        (say(b"", "500 Oh No"), "answers 500"),
        (say(b"x" * (MOST + 1)), "more than 100000"),
        (say(b"rows", length=8), "4 bytes of 8|cannot be fetched"),
        (lambda _: iter([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nrows\r\n"]), "cannot be fetched"),
        (lambda _: iter([b"SSH-2.0-OpenSSH\r\n\r\n"]), "cannot be fetched"),
        (lambda _: iter([b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n"]), "cannot be fetched"),
        (lambda _: iter([b""]), "cannot be fetched"),
    ],
)
def test_whatever_else_comes_nothing_of_it_is_taken(tmp_path: Path, answer: Answer, reason: str) -> None:
    with pytest.raises(Unavailable, match=reason):
        get(tmp_path, answer)


def test_a_server_without_end_is_left(tmp_path: Path) -> None:
    def endless(_: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b"x" * 8192

    with pytest.raises(Unavailable, match="more than"):
        get(tmp_path, endless)


def test_a_server_that_trickles_is_left(tmp_path: Path) -> None:
    def slow(_: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
        while True:
            yield b"x"
            time.sleep(0.01)

    with pytest.raises(Unavailable, match="too slow"):
        get(tmp_path, slow, whole=0.2)


def test_a_server_that_says_nothing_is_left(tmp_path: Path) -> None:
    def silent(_: bytes) -> Iterator[bytes]:
        time.sleep(1.0)
        yield b""

    with pytest.raises(Unavailable, match="says nothing"):
        get(tmp_path, silent, silence=0.2)


def test_a_certificate_that_nobody_vouches_for_ends_it(tmp_path: Path) -> None:
    with (
        running_mirror(tmp_path, say(b"rows")) as mirror,
        pytest.raises(Unavailable, match="no certificate that is good"),
    ):
        fetch(mirror.url, most=MOST)
    assert mirror.asked == []


def test_where_nobody_listens_it_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable, match="cannot be fetched"):
        fetch(f"https://127.0.0.1:{port}/", most=MOST)


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "file:///etc/passwd", "https://", "https://a:b@example.org/", "https://x/\r\nHost: y"],
)
def test_only_https_is_fetched_from(url: str) -> None:
    with pytest.raises(Malformed, match="no https address"):
        fetch(url, most=MOST)


def test_progress_is_told_with_the_whole_where_it_is_known(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    with running_mirror(tmp_path, say(b"x" * 90_000)) as mirror:
        fetch(mirror.url, most=MOST, context=mirror.cert.client(), advance=lambda *now: told.append(now))
    assert told[-1] == (90_000, 90_000)
