"""A dashboard over a real data folder, and browsers without a network: an owner, an analyst and a stranger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from litestar import Litestar
from litestar.testing import TestClient

from overt.cli.gallery import Gallery, begin
from overt.cli.house import House, open_house
from overt.cli.settings import load_settings
from overt.measure import Campaign
from overt.serve.board import Board, make_app
from overt.serve.client import TrustedProxies
from overt.store import Accounts, Answers, Role
from tests.cli.made import make_folder
from tests.cli.world import write_settings

T = TypeVar("T")
BASE = "https://board.example.org"
PASSWORD = "correct horse"
# Made with little work, so that tests are fast: any argon2 hash will do.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
HOSTILE = '<script>alert(1)</script>"=cmd'


class Inline(Gallery):
    """Counts here instead of in a process of its own, which takes seconds to start."""

    async def _in_process(self, action: Callable[[str], T], of: str) -> T:
        begin(self._house.settings)
        return action(of)


@dataclass(slots=True)
class Hall:
    """The dashboard; `campaign` is the number of the one campaign, which has a hostile name."""

    house: House
    accounts: Accounts
    app: Litestar
    campaign: Campaign
    stranger: TestClient[Litestar]

    @contextmanager
    def browser(self, name: str) -> Iterator[TestClient[Litestar]]:
        """A browser in which `name` is logged in."""
        with TestClient(self.app, base_url=BASE) as client:
            answer = client.post("/login", data={"name": name, "password": PASSWORD}, follow_redirects=False)
            assert answer.status_code == 303
            yield client


@contextmanager
def open_hall(folder: Path, base_url: str = BASE) -> Iterator[Hall]:
    settings = load_settings(write_settings(folder, 2525, 8080))
    campaign = make_folder(settings.folder, name=HOSTILE)
    with open_house(settings, make_keys=True) as house:
        gallery = Inline(house)
        accounts = Accounts(house.engine, house.clock)
        accounts.add("ann", HASH, Role.OWNER)
        accounts.add("ben", HASH, Role.ANALYST)
        answers = Answers(house.engine, house.clock)
        app = make_app(Board(gallery, accounts, house.ledger, answers, base_url, TrustedProxies(["127.0.0.1"])))
        with TestClient(app, base_url=BASE) as stranger:
            yield Hall(house, accounts, app, campaign, stranger)
        gallery.close()


def form_word(page: str) -> str:
    """What a form on the page brings along."""
    found = re.search(r'name="word" value="(\w+)"', page)
    assert found is not None
    return found[1]
