"""Messages a second through the relay, beside Postfix alone: taken durably, and handed on to a sink.

`smtp-source` and `smtp-sink` of Postfix send and take them, so neither end is ours. Both servers keep each message on
the disk before they answer, run on the same two cores and take turns in each round. The newsletter is that of
`bench.instrument`. What the disk allows is the last row: writing the same bytes to a file of its own and syncing it,
one after the other.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL

from rich.console import Console
from rich.table import Table

from bench.instrument import newsletter
from bench.rivals import free_port, running
from overt.cli.main import main
from overt.testing import make_mail

MESSAGES = 400  # a round
ROUNDS = 5
SESSIONS = 16
DRAIN_SECONDS = 120.0
GRANTED, OTHER = "ann@example.org", "bo@example.org"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"


@dataclass(frozen=True, slots=True)
class Way:
    """A server under load: where it takes mail, to whom it is sent, and the log of the sink behind it."""

    port: int
    recipient: str
    sink: Sink


@dataclass(slots=True)
class Sink:
    """`smtp-sink`, which takes everything; `-c` makes it print how much so far."""

    port: int
    process: subprocess.Popen[bytes]
    path: Path

    def taken(self) -> int:
        """How many messages came so far."""
        words = self.path.read_bytes().rstrip(b"\r").rpartition(b"\r")[2].split()
        fields = dict(word.split(b"=") for word in words if word.count(b"=") == 1)
        return int(fields.get(b"mesg", 0))


def run() -> None:
    """Print one table: messages a second until they are taken, and until they are handed on."""
    if not all(shutil.which(name, path=PATH) for name in ("postfix", "smtp-source", "smtp-sink")) or os.geteuid() != 0:
        raise SystemExit("this wants Postfix and root; on Debian: apt-get install postfix")
    with contextlib.ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="overt-bench-"))
        folder = Path(name)
        folder.chmod(0o755)  # Postfix's daemons drop root and must get through
        letter = folder / "letter.eml"
        letter.write_bytes(make_mail(html=newsletter(), newline="\n"))  # smtp-source ends the lines
        behind_postfix = stack.enter_context(sink(folder / "sink-postfix"))
        behind_overt = stack.enter_context(sink(folder / "sink-overt"))
        postfix_port = stack.enter_context(postfix(folder / "postfix", behind_postfix.port))
        overt_port = stack.enter_context(overt(folder / "overt", behind_overt.port))
        ways = {
            "Postfix alone": Way(postfix_port, OTHER, behind_postfix),
            "overt, shared": Way(overt_port, OTHER, behind_overt),
            "overt, individual": Way(overt_port, GRANTED, behind_overt),
        }
        found: dict[str, list[tuple[float, float]]] = {what: [] for what in ways}
        limit: list[float] = []
        for _ in range(int(os.environ.get("OVERT_BENCH_ROUNDS", ROUNDS))):
            for what, way in ways.items():
                found[what].append(send(way, letter))
            limit.append(write_and_sync(folder / "limit", letter.read_bytes()))
        print_table(found, limit, letter.stat().st_size)


def send(way: Way, letter: Path) -> tuple[float, float]:
    """Messages a second until the last is taken, and until the last is handed on."""
    before = way.sink.taken()
    command = ["smtp-source", "-s", str(SESSIONS), "-m", str(MESSAGES), "-d", "-F", str(letter)]
    command += ["-f", "news@shop.example.org", "-t", way.recipient, f"127.0.0.1:{way.port}"]
    began = time.monotonic()
    subprocess.run(command, check=True, env={"PATH": PATH}, timeout=DRAIN_SECONDS)
    taken = time.monotonic() - began
    while way.sink.taken() - before < MESSAGES:
        if time.monotonic() - began > DRAIN_SECONDS:
            raise SystemExit(f"only {way.sink.taken() - before} of {MESSAGES} messages came out")
        time.sleep(0.01)
    return MESSAGES / taken, MESSAGES / (time.monotonic() - began)


def write_and_sync(folder: Path, raw: bytes) -> float:
    """Files a second, each written and synced by itself."""
    folder.mkdir(exist_ok=True)
    began = time.monotonic()
    for number in range(MESSAGES):
        with (folder / str(number)).open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
    seconds = time.monotonic() - began
    shutil.rmtree(folder)
    return MESSAGES / seconds


def print_table(found: dict[str, list[tuple[float, float]]], limit: list[float], size: int) -> None:
    table = Table(title=f"Messages of {size / 1000:.0f} KB a second, {SESSIONS} sessions, medians of {len(limit)}")
    for column in ("what", "taken", "handed on", "of Postfix, taken", "of Postfix, handed on"):
        table.add_column(column, justify="left" if column == "what" else "right")
    medians = {
        what: (statistics.median(one[0] for one in ones), statistics.median(one[1] for one in ones))
        for what, ones in found.items()
    }
    base = medians["Postfix alone"]
    for what, (taken, handed) in medians.items():
        table.add_row(what, f"{taken:,.0f}", f"{handed:,.0f}", f"{taken / base[0]:.2f}", f"{handed / base[1]:.2f}")
    files = statistics.median(limit)
    table.add_row("write and sync, one by one", f"{files:,.0f}", "", f"{files / base[0]:.2f}", "")
    Console().print(table)


@contextlib.contextmanager
def sink(path: Path) -> Iterator[Sink]:
    """A server that takes and forgets mail, and counts it."""
    port = free_port()
    with path.open("wb") as file:
        command = ["smtp-sink", "-c", "-u", "nobody", f"127.0.0.1:{port}", "1024"]
        process = subprocess.Popen(command, stdout=file, stderr=DEVNULL, env={"PATH": PATH})
        try:
            yield Sink(port, process, path)
        finally:
            process.terminate()
            process.wait()


@contextlib.contextmanager
def overt(folder: Path, sink_port: int) -> Iterator[int]:
    """`overt up` with the sink as its next hop; one of two recipients granted it."""
    smtp, http = free_port(), free_port()
    folder.mkdir()
    file = folder / "overt.toml"
    file.write_text(
        f'base_url = "https://t.example.org"\nfolder = "{folder / "data"}"\n'
        f'[relay]\nlisten = "127.0.0.1:{smtp}"\nnext_hop = "smtp://127.0.0.1:{sink_port}"\n'
        f'[collector]\nlisten = "127.0.0.1:{http}"\n[pages]\nenabled = false\n[modes]\nfewest = 1\n'
    )
    main(["keys", "new", "--settings", str(file)])
    main(["consent", "add", GRANTED, "--reference", "bench", "--settings", str(file)])
    command = [sys.executable, "-m", "overt.cli.main", "up", "--settings", str(file)]
    with running("overt", command, smtp):
        yield smtp


@contextlib.contextmanager
def postfix(folder: Path, sink_port: int) -> Iterator[int]:
    """A Postfix of our own with the sink as its relay host, as Debian configures it otherwise."""
    port = free_port()
    for name in ("spool", "data"):
        (folder / name).mkdir(parents=True)
    shutil.chown(folder / "data", "postfix")
    (folder / "main.cf").write_text(
        f"compatibility_level = 3.6\nqueue_directory = {folder / 'spool'}\ndata_directory = {folder / 'data'}\n"
        "mail_owner = postfix\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmyhostname = mail.example.org\n"
        f"mydestination =\nmynetworks = 127.0.0.0/8\nrelayhost = [127.0.0.1]:{sink_port}\n"
        "smtpd_recipient_restrictions = permit_mynetworks, reject\n"
        f"maillog_file = {folder / 'mail.log'}\nmaillog_file_prefixes = {folder}\n"
    )
    services = [f"127.0.0.1:{port} inet n - n - - smtpd"]
    services += [f"{name} {kind} {rest}" for name, kind, rest in _SERVICES]
    (folder / "master.cf").write_text("\n".join(services) + "\n")
    _postfix(folder, "start")
    try:
        yield port
    finally:
        _postfix(folder, "stop")


_SERVICES = (
    ("pickup", "unix", "n - n 60 1 pickup"),
    ("cleanup", "unix", "n - n - 0 cleanup"),
    ("qmgr", "unix", "n - n 300 1 qmgr"),
    ("rewrite", "unix", "- - n - - trivial-rewrite"),
    ("bounce", "unix", "- - n - 0 bounce"),
    ("defer", "unix", "- - n - 0 bounce"),
    ("trace", "unix", "- - n - 0 bounce"),
    ("verify", "unix", "- - n - 1 verify"),
    ("error", "unix", "- - n - - error"),
    ("smtp", "unix", "- - n - - smtp"),
    ("anvil", "unix", "- - n - 1 anvil"),
    ("scache", "unix", "- - n - 1 scache"),
    ("proxymap", "unix", "- - n - - proxymap"),
    ("postlog", "unix-dgram", "n - n - 1 postlogd"),
)


def _postfix(folder: Path, what: str) -> None:
    subprocess.run(
        ["postfix", "-c", str(folder), what],
        check=True,
        env={"PATH": PATH},
        timeout=DRAIN_SECONDS,
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
