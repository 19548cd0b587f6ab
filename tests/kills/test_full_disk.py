"""The disk of a running `overt up` is full, and has room again: what it acknowledged is there, and it never stopped.

The data folder is a small file system of memory that only the server sees; the test fills it from outside, to the last
byte, while mail is submitted and beacons are asked for. Mailboxes are elsewhere and have room.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from overt.cli.house import open_house
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.store.hits import load_hits
from tests.cli.world import write_settings
from tests.kills.load import UP_SECONDS, Load, deliver_one, under_load, wait_for_mail

TIMES = int(os.environ.get("OVERT_TEST_FULL_DISKS", "2"))
FULL_SECONDS, ROOM_SECONDS = 3.0, 2.0
OURS = ["unshare", "--mount", "--map-root-user"]  # a view of the file system that is the server's alone
RUN = """
mount -t tmpfs -o size=24m tmpfs disk && cp -a overt-data/. disk/ || exit 99
OVERT_FOLDER=disk "$0" -m overt.cli.main up
code=$?
rm -rf overt-data && cp -a disk overt-data
exit $code
"""


def can_mount() -> bool:
    try:
        command = [*OURS, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not can_mount(), reason="file systems cannot be mounted in a namespace of one's own here")
def test_a_full_disk_is_said_survived_and_costs_nothing_that_was_acknowledged(folder: Path) -> None:
    world, beacon = deliver_one(folder)
    write_settings(folder, world.smtp, world.http, compact_every=0.2)
    (folder / "overt.toml").write_text((folder / "overt.toml").read_text().replace("[relay]", "[relay]\nmin_free = 0"))
    (folder / "disk").mkdir()
    load = Load(world, beacon)
    while_full = Counter[str]()
    with (folder / "said").open("wb") as said:
        shell = subprocess.Popen([*OURS, "sh", "-c", RUN, sys.executable], stdout=said, stderr=subprocess.STDOUT)
    server = wait_for_server(shell, folder / "said")
    disk = Path(f"/proc/{server}/root{folder}/disk")
    with under_load(load):
        for _ in range(TIMES):
            time.sleep(ROOM_SECONDS)
            with full(disk):
                time.sleep(0.5)
                before = progress(load)
                time.sleep(FULL_SECONDS)
                while_full.update({name: number - before[name] for name, number in progress(load).items()})
        time.sleep(ROOM_SECONDS)
        after = len(load.accepted)
        time.sleep(ROOM_SECONDS)
        assert len(load.accepted) > after  # with room again mail is taken again
    arrived = wait_for_mail(folder, load)
    os.kill(server, signal.SIGTERM)
    assert shell.wait(UP_SECONDS) == 0
    assert main(["compact"]) == 0

    with open_house(load_settings(None)) as house:
        hits = Counter(hit.user_agent for hit in load_hits(house.layout) if hit.user_agent.startswith("agent"))
    print(
        f"\nwhile full: {dict(while_full)}; messages: {len(load.accepted)} accepted, {len(arrived)} came; "
        f"hits: {len(load.kept)} durable, {len(hits)} kept"
    )
    assert while_full["answered"] > 0
    assert while_full["refused"] > 0
    assert set(load.refused) <= {451, 452}
    assert load.kept
    assert set(load.accepted) <= arrived.keys() <= {*load.accepted, *load.unheard}
    assert set(arrived.values()) == {1}
    assert set(load.kept) <= hits.keys() <= {*load.kept, *load.unsure}
    assert set(hits.values()) == {1}
    written = (folder / "said").read_text()
    assert "messages cannot be queued" in written
    assert "messages can be queued again" in written
    assert len(written.splitlines()) < 30 + 20 * TIMES  # nothing is said for each message


def progress(load: Load) -> Counter[str]:
    return Counter(accepted=len(load.accepted), refused=len(load.refused), answered=len(load.kept) + len(load.unsure))


def wait_for_server(shell: subprocess.Popen[bytes], said: Path) -> int:
    """The process that serves, when it says that it listens."""
    until = time.monotonic() + UP_SECONDS
    while "Ctrl-C" not in said.read_text():
        assert shell.poll() is None, said.read_text()
        assert time.monotonic() < until
        time.sleep(0.05)
    (child,) = Path(f"/proc/{shell.pid}/task/{shell.pid}/children").read_text().split()
    return int(child)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """No byte of room."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
        with pytest.raises(OSError, match="No space"):
            file.write(b"x")
    try:
        yield
    finally:
        filler.unlink()
