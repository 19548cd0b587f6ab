"""`overt up` is killed under load, again and again: what it acknowledged is there.

Mail is submitted and beacons are asked for all the time, while server, compaction or both get SIGKILL at random moments
and the server is started anew. A message that was answered 250 must arrive, a hit that was answered before patience
ended must be kept, and neither twice; but for messages that were being handed over when the kill came, which go out
once more, for nobody is left who heard the answer (RFC 1047). Those are counted.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from overt.cli.house import open_house
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.store.hits import load_hits
from tests.cli.world import write_settings
from tests.kills.load import UP_SECONDS, Load, deliver_one, under_load, wait_for_mail

KILLS = int(os.environ.get("OVERT_TEST_KILLS", "6"))
AT_ONCE = 4  # messages that delivery hands over side by side


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
