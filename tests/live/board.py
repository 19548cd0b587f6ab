"""`overt dashboard` as a process of its own over two campaigns, one of which has a hostile name."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.request import urlopen

from argon2 import PasswordHasher

from overt.cli.settings import load_settings
from overt.measure.audience import Rule
from overt.store import Accounts, Layout, Role, Scope, open_database
from overt.store.audience import Audiences
from tests.cli.made import add_campaign, make_folder
from tests.cli.world import free_ports, write_settings

HOSTILE = '<script>document.title="owned"</script>'
PASSWORD = "correct horse"
START_SECONDS = 60.0
T = TypeVar("T")


@dataclass(frozen=True)
class Site:
    """Where the dashboard is, and the data folder that it shows."""

    base: str
    data: Path
    campaign: int
    key: str  # with all scopes


@contextmanager
def running_dashboard(folder: Path) -> Iterator[Site]:
    """`overt dashboard` on a port of this machine over two campaigns; an owner and an analyst may log in."""
    smtp, http, port = free_ports(3)
    path = write_settings(folder, smtp, http, more=f'[dashboard]\nlisten = "127.0.0.1:{port}"\n')
    data = load_settings(path).folder
    campaign = elsewhere(lambda: make_folder(data, name=HOSTILE))
    people = {f"p{number}@example.org": 1 + number % 2 for number in range(60)}
    clicked = [f"p{number}@example.org" for number in range(9)]
    elsewhere(lambda: add_campaign(data, "a-long-name-of-a-mailing-" * 6, people, clicked))
    engine = open_database(Layout(data).database)
    accounts, hash_ = Accounts(engine), PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    accounts.add("ann", hash_, Role.OWNER)
    accounts.add("ben", hash_, Role.ANALYST)
    key = accounts.add_key("shop", Scope)
    Audiences(engine).save("busy", Rule(clicked=1))
    engine.dispose()
    command = [sys.executable, "-m", "overt.cli.main", "dashboard", "--settings", str(path)]
    process = subprocess.Popen(command, cwd=folder)
    base, until = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
    while True:
        try:
            with urlopen(base, timeout=5):
                break
        except OSError:
            assert time.monotonic() < until and process.poll() is None
            time.sleep(0.1)
    try:
        yield Site(base, data, campaign, key)
    finally:
        process.terminate()
        code = process.wait(30)
    assert code == 0


def elsewhere(action: Callable[[], T]) -> T:
    """Run what wants an event loop; playwright's runs in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(action).result()
