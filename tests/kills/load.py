"""Mail and requests all the time, and a record of what was answered to them."""

from __future__ import annotations

import email
import http.client
import smtplib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from overt.cli.main import main
from overt.testing import make_mail
from overt.testing.reader import find_tracked
from overt.testing.request import Door
from tests.cli.world import World, running_world

READER = "reader@example.org"
# An answer waits 50 ms for the disk; one that came well before that had its hit on it.
DURABLE_SECONDS = 0.04
UP_SECONDS = 30.0
DRAIN_SECONDS = 60.0


@dataclass
class Load:
    """What was asked of the server, and what it answered; each list is appended to by one thread."""

    world: World
    beacon: str
    accepted: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)  # the codes of such answers
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
            except smtplib.SMTPResponseException as error:
                self.refused.append(error.smtp_code)
                time.sleep(0.01)
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
