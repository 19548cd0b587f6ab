"""`overt up` is killed under load, again and again: what it acknowledged is there.

Mail is submitted and beacons are asked for all the time, while server, compaction or both get SIGKILL at random moments
and the server is started anew. A message that was answered 250 must arrive, a hit that was answered before patience
ended must be kept, and neither twice; but for messages that were being handed over when the kill came, which go out
once more, for nobody is left who heard the answer (RFC 1047). Those are counted.
"""

from __future__ import annotations

import email
import http.client
import os
import random
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from overt.cli.house import open_house
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.store.hits import load_hits
from overt.testing import make_mail
from overt.testing.reader import find_tracked
from overt.testing.request import Door
from tests.cli.world import World, running_world, write_settings

KILLS = int(os.environ.get("OVERT_TEST_KILLS", "6"))
READER = "reader@example.org"
# An answer waits 50 ms for the disk; one that came well before that had its hit on it.
DURABLE_SECONDS = 0.04
AT_ONCE = 4  # messages that delivery hands over side by side
UP_SECONDS = 30.0
DRAIN_SECONDS = 60.0


@dataclass
class Load:
    """What was asked of the server, and what it answered; each list is appended to by one thread."""

    world: World
    beacon: str
    accepted: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)  # no answer came: it may arrive, once
    kept: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)  # answered late or not at all: it may be kept, once
    ended: threading.Event = field(default_factory=threading.Event)

    def submit(self) -> None:
        """One message after another until the end."""
        raw = make_mail()
        for name in self._names("mail"):
            letter = b"X-Serial: " + name.encode() + b"\r\n" + raw
            try:
                with smtplib.SMTP("127.0.0.1", self.world.smtp, timeout=10) as client:
                    client.sendmail("news@example.org", f"{name}@example.org", letter)
                    self.accepted.append(name)
            except smtplib.SMTPResponseException:
                pass
            except (OSError, smtplib.SMTPException):
                if name not in self.accepted:  # QUIT may go unheard too
                    self.unheard.append(name)
                time.sleep(0.01)

    def open(self) -> None:
        """One hit after another until the end, each of a program of its own name."""
        path = urlsplit(self.beacon).path
        for name in self._names("agent"):
            began = time.monotonic()
            client = http.client.HTTPConnection("127.0.0.1", self.world.http, timeout=10)
            try:
                client.request("GET", path, headers={"User-Agent": name})
                answered = client.getresponse().status == http.HTTPStatus.OK
            except (OSError, http.client.HTTPException):
                answered = False
                time.sleep(0.01)
            finally:
                client.close()
            in_time = answered and time.monotonic() - began < DURABLE_SECONDS
            (self.kept if in_time else self.unsure).append(name)

    def _names(self, word: str) -> Iterator[str]:
        serial = 0
        while not self.ended.is_set():
            serial += 1
            yield f"{word}{serial}"


def test_nothing_acknowledged_is_lost_or_doubled_by_kills_at_random_moments(folder: Path) -> None:
    world, beacon = deliver_one(folder)
    write_settings(folder, world.smtp, world.http, compact_every=0.2)
    load, chance = Load(world, beacon), random.Random(20261127)
    killed: Counter[str] = Counter()
    with under_load(load):
        for _ in range(KILLS):
            server = start()
            time.sleep(chance.uniform(0.05, 1.2))
            target = chance.choice(("server", "server", "compaction", "both"))
            compaction = wait_for_compaction(server.pid) if target != "server" else None
            if compaction:
                with suppress(ProcessLookupError):
                    os.kill(compaction, signal.SIGKILL)
            if target == "compaction":
                time.sleep(chance.uniform(0.0, 0.5))
            server.kill()
            server.communicate()
            killed["server"] += 1
            killed["compaction"] += compaction is not None
    server = start()
    arrived = wait_for_mail(folder, load)
    server.send_signal(signal.SIGTERM)
    assert server.wait(UP_SECONDS) == 0
    assert main(["compact"]) == 0

    doubled = sum(number - 1 for number in arrived.values())
    with open_house(load_settings(None)) as house:
        hits = Counter(hit.user_agent for hit in load_hits(house.layout) if hit.user_agent.startswith("agent"))
    print(
        f"\nkilled: {dict(killed)}; messages: {len(load.accepted)} accepted, {len(arrived)} came, {doubled} twice; "
        f"hits: {len(load.kept)} durable, {len(hits)} kept, {sum(hits.values()) - len(hits)} twice"
    )
    assert load.accepted
    assert load.kept
    assert set(load.accepted) <= arrived.keys() <= {*load.accepted, *load.unheard}
    assert doubled <= AT_ONCE * killed["server"]
    assert set(load.kept) <= hits.keys() <= {*load.kept, *load.unsure}
    assert set(hits.values()) == {1}


def deliver_one(folder: Path) -> tuple[World, str]:
    """A world with one message to somebody who granted opens, and that message's beacon."""
    with running_world(folder) as world:
        assert main(["consent", "add", READER, "--reference", "form-1"]) == 0
        with smtplib.SMTP("127.0.0.1", world.smtp) as client:
            client.sendmail("news@example.org", READER, make_mail())
        (raw,) = world.inbox(1)
        beacons, _ = find_tracked(Door(world.base_url), raw)
    return world, beacons[0]


@contextmanager
def under_load(load: Load) -> Iterator[None]:
    threads = [threading.Thread(target=work) for work in (load.submit, load.open)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        load.ended.set()
        for thread in threads:
            thread.join(UP_SECONDS)
            assert not thread.is_alive()


def start() -> subprocess.Popen[str]:
    """`overt up`, when it says that it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "overt.cli.main", "up"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    while "Ctrl-C" not in (line := process.stdout.readline()):
        assert line, "overt up ended before it listened"
    return process


def wait_for_compaction(server: int) -> int | None:
    """The process by which `server` compacts, within two seconds; None where it has nothing to do."""
    until = time.monotonic() + 2.0
    while time.monotonic() < until:
        with suppress(OSError):
            children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
            for child in map(int, children):
                if b"compact" in Path(f"/proc/{child}/cmdline").read_bytes():
                    # Somewhere between its first import and its last file.
                    time.sleep(random.Random(child).uniform(0.0, 0.8))
                    return child
        time.sleep(0.005)
    return None


def wait_for_mail(folder: Path, load: Load) -> Counter[str]:
    """How often each message came, when all that were accepted have come."""
    until = time.monotonic() + DRAIN_SECONDS
    arrived: Counter[str] = Counter()
    seen: set[Path] = set()
    while not set(load.accepted) <= arrived.keys() and time.monotonic() < until:
        time.sleep(0.2)
        for path in set((folder / "inbox" / "new").iterdir()) - seen:
            seen.add(path)
            serial = email.message_from_bytes(path.read_bytes())["X-Serial"]
            if serial:
                arrived[serial] += 1
    return arrived
