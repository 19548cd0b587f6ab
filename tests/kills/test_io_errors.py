"""A disk that fails: writing or syncing says EIO while everything runs, and later works again.

strace makes the system calls of the running server fail, those of its compaction too. What was acknowledged is there,
and the server is the same process at the end.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from overt.cli.house import open_house
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.store.hits import load_hits
from tests.cli.world import write_settings
from tests.kills.load import UP_SECONDS, Load, deliver_one, under_load, wait_for_mail

TIMES = int(os.environ.get("OVERT_TEST_IO_ERRORS", "1"))
BAD_SECONDS, GOOD_SECONDS = 2.0, 2.0
# Sockets use neither; uvloop wakes itself by write(2), which is left alone.
CALLS = {"sync": "fsync,fdatasync", "write": "pwrite64,pwritev", "both": "fsync,fdatasync,pwrite64,pwritev,ftruncate"}


def can_inject() -> bool:
    if shutil.which("strace") is None:
        return False
    tried = ["strace", "-qq", "-o", os.devnull, "-e", "inject=fsync:error=EIO", "true"]
    return subprocess.run(tried, capture_output=True, timeout=20, check=False).returncode == 0


@pytest.mark.skipif(not can_inject(), reason="needs strace, and leave to trace: apt-get install strace")
@pytest.mark.parametrize("what", CALLS)
def test_errors_of_the_disk_are_said_survived_and_cost_nothing_that_was_acknowledged(folder: Path, what: str) -> None:
    world, beacon = deliver_one(folder)
    write_settings(folder, world.smtp, world.http, compact_every=0.2)
    load = Load(world, beacon)
    while_bad = Counter[str]()
    said = folder / "said"
    with said.open("wb") as output:
        server = subprocess.Popen([sys.executable, "-m", "overt.cli.main", "up"], stdout=output, stderr=output)
    until = time.monotonic() + UP_SECONDS
    while "Ctrl-C" not in said.read_text():
        assert server.poll() is None and time.monotonic() < until, said.read_text()
        time.sleep(0.05)
    with under_load(load):
        for _ in range(TIMES):
            time.sleep(GOOD_SECONDS)
            with failing(server.pid, CALLS[what]):
                before = progress(load)
                time.sleep(BAD_SECONDS)
                while_bad.update({name: number - before[name] for name, number in progress(load).items()})
        time.sleep(GOOD_SECONDS)
        after = progress(load)
        time.sleep(GOOD_SECONDS)
        assert len(load.accepted) > after["accepted"], said.read_text()[-3000:]
        assert len(load.kept) > after["kept"], said.read_text()[-3000:]
    arrived = wait_for_mail(folder, load)
    assert server.poll() is None
    server.send_signal(signal.SIGTERM)
    assert server.wait(UP_SECONDS) == 0
    assert main(["compact"]) == 0

    with open_house(load_settings(None)) as house:
        hits = Counter(hit.user_agent for hit in load_hits(house.layout) if hit.user_agent.startswith("agent"))
    print(
        f"\n{what}, while bad: {dict(while_bad)}; messages: {len(load.accepted)} accepted, {len(arrived)} came; "
        f"hits: {len(load.kept)} answered in time, {len(hits)} kept"
    )
    assert while_bad["answered"] > 0
    assert while_bad["refused"] > 0
    assert set(load.refused) <= {451, 452}
    assert set(load.accepted) <= arrived.keys() <= {*load.accepted, *load.unheard}
    written = said.read_text()
    # Where it is not known who withdrew nothing is kept, which is said: permission comes before hits.
    assert set(load.kept) <= hits.keys() or "no hit of a person" in written, written[-3000:]
    assert hits.keys() <= {*load.kept, *load.unsure}
    assert set(hits.values()) == {1}
    assert len(written.splitlines()) < 40 + 25 * TIMES  # nothing is said for each message


def progress(load: Load) -> Counter[str]:
    answered = len(load.kept) + len(load.unsure)
    return Counter(accepted=len(load.accepted), refused=len(load.refused), answered=answered, kept=len(load.kept))


@contextmanager
def failing(pid: int, calls: str) -> Iterator[None]:
    """These system calls of the process, its threads and its children say EIO."""
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"inject={calls}:error=EIO", "-e", f"trace={calls}"]
    tracer = subprocess.Popen([*command, "-p", str(pid)], stderr=subprocess.DEVNULL)
    time.sleep(0.5)  # until it is attached
    assert tracer.poll() is None
    try:
        yield
    finally:
        tracer.send_signal(signal.SIGINT)  # it lets go
        tracer.wait(UP_SECONDS)
