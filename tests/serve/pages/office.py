"""A desk with everything behind it, and a browser without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from litestar import Litestar
from litestar.testing import TestClient

from overt.measure import Hit, RecipientNumber, recipient_of
from overt.serve.pages import Desk, Sender, make_app
from overt.store import Eraser, SuppressionList
from tests.serve.post import Post, open_post

YOU = "https://you.example.org"
SENDER = Sender("Garden Shop", "privacy@shop.example.org", "news@shop.example.org", YOU)


@dataclass(slots=True)
class Office:
    """`hits` is what the hit log holds."""

    post: Post
    desk: Desk
    leavers: SuppressionList
    browser: TestClient[Litestar]
    hits: list[Hit] = field(default_factory=list)

    def mails(self) -> list[bytes]:
        """Mails of the pages that wait to be sent."""
        waiting = self.post.queue.all()
        return [self.post.queue.raw(queued) for queued in waiting if queued.envelope.notify == "NEVER"]

    def own_page(self, address: str) -> str:
        """Ask for the page as a recipient does; its path."""
        before = len(self.mails())
        assert self.browser.post("/you", data={"address": address}).status_code == 200
        assert len(self.mails()) == before + 1
        raw = self.mails()[-1].replace(b"=\r\n", b"").decode()
        found = re.search(rf"{YOU}(/you/[\w-]+)", raw)
        assert found is not None
        return found[1]


@contextmanager
def open_office(folder: Path, sender: Sender = SENDER) -> Iterator[Office]:
    post = open_post(folder)
    leavers = SuppressionList(post.engine, post.keyring, post.clock)
    hits: list[Hit] = []

    def read(recipient: RecipientNumber) -> list[Hit]:
        return [hit for hit in hits if recipient_of(hit.sending) == recipient]

    eraser = Eraser(post.engine, post.keyring, post.clock)
    desk = Desk(post.ledger, post.queue, leavers, post.keyring, sender, read_hits=read, eraser=eraser, clock=post.clock)
    with TestClient(make_app(desk), base_url=YOU) as browser:
        yield Office(post, desk, leavers, browser, hits)
    post.engine.dispose()
