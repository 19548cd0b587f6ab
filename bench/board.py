"""The dashboard over a million hits: how long each page takes while nothing changes, and while counting is under way.

The house is made at once, as relay and collector would have left it: 20 campaigns to the same 40,000 recipients, and
everybody granted it. The dashboard is the real command over HTTP; whoever asks is Python's http.client.
"""

from __future__ import annotations

import asyncio
import http.client
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from argon2 import PasswordHasher
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert

from bench.store import HOUR_MS, NOON_MS, World, make_hits, write_log
from overt.measure import Campaign, Hit, Mode, Sending
from overt.store import Accounts, Layout, Ledger, Role, open_database
from overt.store.compact import compact
from overt.store.schema import recipient, sending, writing
from overt.store.vault import vault_of

AIM_MS = 1000
CAMPAIGNS, RECIPIENTS = 20, 40_000
ROUNDS = 15
PASSWORD = "correct horse"
PAGES = {
    "campaigns": "/",
    "one campaign": "/campaign/{campaign}",
    "its hours": "/campaign/{campaign}/hours/beacon",
    "its recipients": "/campaign/{campaign}/people",
    "its recipients, searched": "/campaign/{campaign}/people?q=person12",
    "variants": "/campaign/{campaign}/compare",
    "people": "/people",
    "one person": "/person/{person}",
    "account": "/account",
}


def make_house(folder: Path) -> tuple[int, list[Campaign]]:
    """Ledger and hits of a house; how many hits, and the campaigns."""
    layout, chance = Layout(folder), random.Random(1)
    world = World(chance)
    engine = open_database(layout.database)
    ledger = Ledger(engine)
    people = random.Random(2).sample(range(1, 1 << 32), RECIPIENTS)
    with writing(engine) as connection:
        connection.execute(insert(recipient), [{"number": number, "at": NOON_MS} for number in people])
        names = [f"person{at}@example.org" for at in range(RECIPIENTS)]
        vault = vault_of(connection)
    with writing(vault.engine):
        for number, name in zip(people, names, strict=True):
            vault.admit(number, name, name)
    hits: list[Hit] = []
    campaigns = []
    for at in range(CAMPAIGNS):
        number = ledger.campaign(f"newsletter {at}")
        ledger.number_links(number, [f"https://shop.example.org/{link}" for link in range(20)])
        sent_ms = NOON_MS - (CAMPAIGNS - at) * 48 * HOUR_MS
        sendings = [Sending(number_ << 32 | chance.getrandbits(32)) for number_ in people]
        row: dict[str, Any] = {"campaign": int(number), "opens": int(Mode.INDIVIDUAL), "links": int(Mode.INDIVIDUAL)}
        row |= {"because": "", "at": sent_ms, "delivered": sent_ms}
        with writing(engine) as connection:
            for one in sendings:
                row |= {"number": int(one), "recipient": one >> 32, "variant": 1 + one % 2}
                connection.execute(insert(sending), row)
        hits += make_hits(int(number), sendings, sent_ms, chance, world)
        campaigns.append(number)
    Accounts(engine).add("ann", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD), Role.OWNER)
    engine.dispose()
    asyncio.run(write_log(layout, hits))
    compact(layout, frozenset())
    return len(hits), campaigns


class Browser:
    """Logged in, one connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookie = ""

    def log_in(self) -> None:
        body = urlencode({"name": "ann", "password": PASSWORD})
        self._connection.request("POST", "/login", body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = self._connection.getresponse()
        answer.read()
        self._cookie = answer.headers["Set-Cookie"].partition(";")[0]

    def get(self, path: str) -> tuple[float, bytes]:
        """Milliseconds until the whole answer was there, and the answer."""
        began = time.perf_counter()
        self._connection.request("GET", path, headers={"Cookie": self._cookie})
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status)
        return 1000 * (time.perf_counter() - began), body

    def wait(self, path: str) -> float:
        """Seconds until the page shows what was counted; no single look may take long."""
        began = time.perf_counter()
        while b"data-again" in self.get(path)[1]:
            time.sleep(0.2)
        return time.perf_counter() - began


def run() -> None:
    """Print each page's time, and how long the first count took."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="overt-bench-") as name:
        folder = Path(name)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (folder / "overt.toml").write_text(
            f'base_url = "http://127.0.0.1:8080"\nfolder = "{folder}/data"\n[dashboard]\nlisten = "127.0.0.1:{port}"\n'
        )
        number, campaigns = make_house(folder / "data")
        command = [sys.executable, "-m", "overt.cli.main", "dashboard", "--settings", str(folder / "overt.toml")]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(1)
            browser = Browser(port)
            browser.log_in()
            console.print(f"{number:,} hits, {CAMPAIGNS} campaigns to {RECIPIENTS:,} recipients")
            console.print(f"first count: {browser.wait('/'):.1f} s")
            person = _someone(folder / "data")
            paths = {what: path.format(campaign=campaigns[-1], person=person) for what, path in PAGES.items()}
            busy: dict[str, list[float]] = {what: [] for what in paths}
            began = time.perf_counter()
            while b"data-again" in browser.get("/people")[1]:  # asked for once, it is counted until it is there
                for what, path in paths.items():
                    busy[what].append(browser.get(path)[0])
            console.print(f"count of people: {time.perf_counter() - began:.1f} s")
            quiet = {what: [browser.get(path)[0] for _ in range(ROUNDS)] for what, path in paths.items()}
            process.terminate()
    table = Table("page", "ms", "worst", "while counting, ms", "worst", "aim")
    for what in PAGES:
        worst = max(quiet[what] + busy[what])
        table.add_row(
            what, f"{statistics.median(quiet[what]):.0f}", f"{max(quiet[what]):.0f}",
            f"{statistics.median(busy[what]):.0f}", f"{max(busy[what]):.0f}",
            f"{AIM_MS}, {'met' if worst < AIM_MS else 'missed'}",
        )  # fmt: skip
    console.print(table)


def _someone(folder: Path) -> int:
    engine = open_database(Layout(folder).database)
    with engine.connect() as connection:
        number = connection.execute(recipient.select().limit(1)).one().number
    engine.dispose()
    return int(number)
