"""The servers that the collector is measured beside, each started on this machine's loopback with one worker.

nginx answers every request with `empty_gif` and keeps nothing: the ceiling. granian and uvicorn answer with the same
picture from Python; the Starlette view also inserts a row and commits it, as a tracking pixel is commonly written.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
DATABASE = "OVERT_BENCH_DATABASE"
READY_SECONDS = 20.0

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log crit;
events {{ worker_connections 20000; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ empty_gif; }} }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server under load. `pids` are the processes whose CPU time counts."""

    name: str
    port: int
    pids: tuple[int, ...]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running(name: str, command: Sequence[str], port: int, **environment: str) -> Iterator[Server]:
    """`command` until the end of the `with`, listening on `port` from its beginning."""
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        _wait_for(process, port)
        yield Server(name, port, family(process.pid))
    finally:
        process.terminate()
        try:
            process.wait(READY_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)
    raise SystemExit(f"{process.args!r} does not listen on port {port}")


def family(pid: int) -> tuple[int, ...]:
    """A process and its children: masters that only watch cost nothing, and workers count."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (pid, *(below for child in children for below in family(int(child))))


def find_nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextlib.contextmanager
def nginx(folder: Path) -> Iterator[Server]:
    program = find_nginx()
    if program is None:
        raise SystemExit("nginx is not installed; on Debian: apt-get install nginx-light")
    port = free_port()
    written = folder / "nginx.conf"
    written.write_text(NGINX.format(folder=folder, port=port))
    with running("nginx empty_gif", [program, "-e", f"{folder}/error.log", "-c", str(written)], port) as server:
        yield server


@contextlib.contextmanager
def starlette(folder: Path) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "bench.rivals:starlette_app", "--factory", "--port", str(port)]
    options = ["--http", "httptools", "--loop", "uvloop", "--no-access-log", "--log-level", "error"]
    with running("Starlette, insert", [*command, *options], port, **{DATABASE: str(folder / "hits.db")}) as server:
        yield server


@contextlib.contextmanager
def granian(folder: Path) -> Iterator[Server]:
    del folder
    port = free_port()
    command = [sys.executable, "-m", "granian", "bench.rivals:granian_app", "--interface", "rsgi", "--port", str(port)]
    options = ["--workers", "1", "--loop", "uvloop", "--no-ws", "--log-level", "critical"]
    with running("granian RSGI, keeps nothing", [*command, *options], port) as server:
        yield server


def starlette_app() -> Callable[..., Awaitable[None]]:
    """One view: read the token, insert a row, commit, answer. The commit is durable, as our own is."""
    from starlette.applications import Starlette  # type: ignore[import-not-found, unused-ignore]
    from starlette.requests import Request  # type: ignore[import-not-found, unused-ignore]
    from starlette.responses import Response  # type: ignore[import-not-found, unused-ignore]
    from starlette.routing import Route  # type: ignore[import-not-found, unused-ignore]

    database = sqlite3.connect(os.environ[DATABASE])
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE IF NOT EXISTS hit (at REAL, token TEXT, address TEXT, agent TEXT)")

    async def view(request: Request) -> Response:
        values = (
            time.time(),
            request.path_params["token"],
            request.headers.get("x-forwarded-for", ""),
            request.headers.get("user-agent", ""),
        )
        database.execute("INSERT INTO hit VALUES (?, ?, ?, ?)", values)
        database.commit()
        return Response(GIF, media_type="image/gif", headers={"Cache-Control": "no-store"})

    app: Callable[..., Awaitable[None]] = Starlette(routes=[Route("/b/{token}.gif", view)])
    return app


class Protocol:
    """What granian gives an RSGI application to answer with."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


async def granian_app(scope: MutableMapping[str, Any], protocol: Protocol) -> None:
    del scope
    protocol.response_bytes(200, [("content-type", "image/gif"), ("cache-control", "no-store")], GIF)
