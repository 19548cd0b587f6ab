"""What stands behind the dashboard: it counts in a process of its own and keeps nobody waiting."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from overt.cli import gallery as module
from overt.cli.gallery import Gallery
from overt.cli.house import open_house
from overt.cli.settings import load_settings
from overt.serve.board import Snapshot
from tests.cli.made import make_folder
from tests.cli.world import write_settings


async def until(gallery: Gallery) -> Snapshot:
    while True:
        found = await gallery.snapshot()
        if found is not None:
            return found


def test_it_counts_in_a_process_of_its_own_and_survives_its_death(folder: Path) -> None:
    write_settings(folder, 2525, 8080)
    make_folder(load_settings(None).folder)

    async def go() -> None:
        with open_house(load_settings(None), make_keys=True) as house:
            gallery = Gallery(house)
            try:
                began = time.monotonic()
                await gallery.snapshot()
                assert time.monotonic() - began < 5 * module.PATIENCE
                found = await until(gallery)
                assert [one.name for one in found.report.campaigns] == ["spring"]
                assert gallery._pool is not None
                (worker,) = gallery._pool._processes
                os.kill(worker, signal.SIGKILL)
                await asyncio.sleep(module.LEAST_SECONDS + 0.1)
                assert (await until(gallery)).report.campaigns == found.report.campaigns  # the last one stays
                async with asyncio.timeout(60):
                    while (await until(gallery)).report.made_at == found.report.made_at:  # noqa: ASYNC110 it tells nobody
                        await asyncio.sleep(0.1)
            finally:
                gallery.close()
            assert list(house.layout.readings.iterdir()) == []

    asyncio.run(go())


def test_a_slow_count_keeps_nobody_waiting_and_is_not_begun_twice(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    write_settings(folder, 2525, 8080)
    begun: list[str] = []

    async def go() -> None:
        with open_house(load_settings(None), make_keys=True) as house:
            gallery = Gallery(house)
            ready = asyncio.Event()

            async def count(action: Any, of: str) -> Any:
                begun.append(of)
                await ready.wait()
                return Snapshot

            monkeypatch.setattr(gallery, "_in_process", count)
            assert [await gallery.snapshot() for _ in range(5)] == [None] * 5
            assert begun.count("report") == 1
            ready.set()
            await asyncio.sleep(0.01)
            assert await gallery.snapshot() is Snapshot  # type: ignore[comparison-overlap]
            assert begun.count("report") == 1
            gallery.close()

    asyncio.run(go())


def test_letters_that_mean_something_to_a_database_mean_themselves(folder: Path) -> None:
    write_settings(folder, 2525, 8080)
    with open_house(load_settings(None), make_keys=True) as house:
        numbers = {name: house.ledger.recipient(f"{name}@example.org") for name in ("a_b", "axb", "Zoë", "50%")}
        gallery = Gallery(house)
        assert gallery.find("a_b") == [numbers["a_b"]]
        assert gallery.find("%@") == [numbers["50%"]]
        assert set(gallery.find("EXAMPLE")) == set(numbers.values())
        assert gallery.find("zoë") == [numbers["Zoë"]]
        assert gallery.find("\\") == []
        assert gallery.addresses([numbers["axb"]]) == {numbers["axb"]: "axb@example.org"}


DYING = """
import asyncio, os, signal
from overt.cli.gallery import Gallery
from overt.cli.house import open_house
from overt.cli.settings import load_settings

async def go(house):
    gallery = Gallery(house)
    while await gallery.snapshot() is None:
        pass
    print(*gallery._pool._processes, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    with open_house(load_settings(None), make_keys=True) as house:
        asyncio.run(go(house))
"""


def test_the_process_that_counts_goes_when_its_parent_was_killed(folder: Path) -> None:
    write_settings(folder, 2525, 8080)
    (folder / "dying.py").write_text(DYING)
    done = subprocess.run([sys.executable, "dying.py"], cwd=folder, check=False, stdout=subprocess.PIPE, timeout=60)
    assert done.returncode == -signal.SIGKILL
    worker, until = int(done.stdout), time.monotonic() + 20
    while is_running(worker):
        assert time.monotonic() < until
        time.sleep(0.05)


def is_running(process: int) -> bool:
    """Whether it is there and no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
