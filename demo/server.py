"""overt itself, started as anybody starts it: settings in a file, `overt up` in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30.0  # two are usual; thirty bounds a busy machine
STOP_SECONDS = 20.0
SETTINGS = """\
# Made by the demonstration; a settings file of your own looks the same.
folder = "data"
base_url = "{base_url}"
compact_every = 5

[sender]
name = "The overt demonstration"
contact = "demo@example.org"

[relay]
listen = "127.0.0.1:{smtp_port}"
next_hop = "maildir://{maildir}"

[collector]
listen = "127.0.0.1:{http_port}"
trusted_proxies = ["127.0.0.1"]   # so that simulated readers can come from many addresses
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demonstration's overt lives."""

    folder: Path
    smtp_port: int
    http_port: int

    @property
    def settings(self) -> Path:
        return self.folder / "overt.toml"

    @property
    def maildir(self) -> Path:
        return self.folder / "inbox"

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"


def make_place(folder: Path) -> Place:
    """An empty folder with settings for two free ports."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    place = Place(folder.resolve(), *_free_ports())
    place.settings.write_text(
        SETTINGS.format(
            base_url=place.base_url, smtp_port=place.smtp_port, http_port=place.http_port, maildir=place.maildir
        ),
        encoding="utf-8",
    )
    return place


def overt(*words: str) -> list[str]:
    """The command line `overt ...` with this Python."""
    return [sys.executable, "-m", "overt.cli.main", *words]


def read(words: Sequence[str]) -> str:
    """What one command prints."""
    return subprocess.run(overt(*words), check=False, capture_output=True, text=True).stdout


def run(words: Sequence[str]) -> int:
    """Run one command with this terminal as its own."""
    return subprocess.run(overt(*words), check=False).returncode


@contextmanager
def running(place: Place) -> Iterator[None]:
    """`overt up` from here to there; raises RuntimeError with its own words where it does not come up."""
    log = place.folder / "overt.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            overt("up", "--settings", str(place.settings)), stdout=file, stderr=subprocess.STDOUT, env=os.environ
        )
    try:
        _wait_until_up(process, place, log)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], place: Place, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{place.base_url}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    socket.create_connection(("127.0.0.1", place.smtp_port), timeout=2).close()
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"overt up did not start; it says:\n{log.read_text(errors='replace')}")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
