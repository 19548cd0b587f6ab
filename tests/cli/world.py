"""`overt up` in a thread of this process, on free ports, delivering into a Maildir."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from overt.cli.settings import load_settings
from overt.cli.up import serve
from overt.serve.collector import new_loop

SECONDS = 20.0


@dataclass
class World:
    """Where it listens and what it said when it was ready."""

    folder: Path
    smtp: int
    http: int
    said: list[str] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.http}"

    def inbox(self, expected: int) -> list[bytes]:
        """The messages in the Maildir, waiting until there are as many."""
        until = time.monotonic() + SECONDS
        while True:
            found = sorted((self.folder / "inbox" / "new").glob("*")) if (self.folder / "inbox").exists() else []
            if len(found) >= expected or time.monotonic() > until:
                assert len(found) == expected
                return [path.read_bytes() for path in found]
            time.sleep(0.02)


def free_ports(number: int) -> list[int]:
    """Ports that are free now."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for item in sockets:
            item.bind(("127.0.0.1", 0))
        return [item.getsockname()[1] for item in sockets]
    finally:
        for item in sockets:
            item.close()


def write_settings(folder: Path, smtp: int, http: int, *, compact_every: float = 3600, more: str = "") -> Path:
    """A settings file for a world in `folder`; `more` is TOML behind it."""
    path = folder / "overt.toml"
    path.write_text(
        f'base_url = "http://127.0.0.1:{http}"\ncompact_every = {compact_every}\n'
        f'[relay]\nlisten = "127.0.0.1:{smtp}"\nnext_hop = "maildir://{folder}/inbox"\n'
        f'[collector]\nlisten = "127.0.0.1:{http}"\ntrusted_proxies = ["127.0.0.1"]\n'
        f"[pages]\nenabled = false\n[modes]\nfewest = 1\n{more}"
    )
    return path


@contextmanager
def running_world(folder: Path, more: str = "") -> Iterator[World]:
    """A world that is ready; it has stopped, with everything written, at the end."""
    smtp, http = free_ports(2)
    path = write_settings(folder, smtp, http, more=more)
    world = World(folder, smtp, http)
    ready = threading.Event()
    faults: list[BaseException] = []
    loop = new_loop()
    stop = asyncio.Event()

    def tell(lines: object) -> None:
        world.said.extend(str(line) for line in lines)  # type: ignore[attr-defined]
        ready.set()

    def run() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(serve(load_settings(path), stop, file=path, ready=tell))
        except BaseException as error:  # noqa: BLE001 it is raised in the test's thread
            faults.append(error)
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(SECONDS)
    if faults:
        raise faults[0]
    try:
        yield world
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(SECONDS)
        assert not thread.is_alive()
        assert faults == []
