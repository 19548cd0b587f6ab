"""A relay's surroundings: a ledger and a queue on disk, an account, and a mail server that takes or refuses."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext

from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as Transaction
from sqlalchemy import Engine

from overt.measure import Keyring, Mode, Purpose, new_keyring
from overt.serve.dispatch import Account, Dispatch, Submission
from overt.store import Ledger, Queue, open_database
from overt.testing import FixedClock, make_mail

BASE = "https://t.example.org"
NEWS = "news@shop.example.org"
ROBIN, KIM, ANA = "robin@example.org", "kim@example.org", "ana@example.org"


@dataclass(slots=True)
class Post:
    """Everything that stands behind a relay."""

    engine: Engine
    clock: FixedClock
    keyring: Keyring
    ledger: Ledger
    queue: Queue

    def grant(self, address: str, *purposes: Purpose, reference: str = "form-1") -> None:
        for purpose in purposes or (Purpose.OPENS, Purpose.LINKS):
            self.ledger.grant(address, purpose, way="form", reference=reference)

    def dispatch(self, **changes: object) -> Dispatch:
        account = Account(BASE, **changes)  # type: ignore[arg-type]
        return Dispatch(self.ledger, self.queue, self.keyring, account, self.clock)

    def send(self, *recipients: str, raw: bytes = b"", sender: str = NEWS, **changes: object) -> dict[str, bytes]:
        """Dispatch one message; the copies by recipient."""
        self.dispatch(**changes).accept([Submission(sender, recipients or (ROBIN,), raw or make_mail())])
        return self.copies()

    def copies(self) -> dict[str, bytes]:
        return {queued.envelope.recipient: self.queue.raw(queued) for queued in self.queue.all()}

    def modes(self, campaign: str = "unnamed") -> dict[str, tuple[Mode, Mode]]:
        sent = self.ledger.sendings(self.ledger.campaign(campaign))
        return {each.recipient: (each.opens, each.links) for each in sent}


def open_post(folder: Path) -> Post:
    engine, clock = open_database(folder / "overt.db"), FixedClock()
    keyring = new_keyring(lambda size: bytes(range(size)))
    return Post(engine, clock, keyring, Ledger(engine, clock, keyring=keyring), Queue(engine, clock))


async def reach(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until it holds; what is waited for is on disk, and tells nobody."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@dataclass(slots=True)
class Sink:
    """A mail server that keeps what it took; `answers` to RCPT by address, to DATA under "data"."""

    answers: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)
    sessions: int = 0
    port: int = 0

    async def handle_RCPT(  # noqa: N802 aiosmtpd's name
        self, server: object, session: object, envelope: Transaction, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: object, envelope: Transaction) -> str:  # noqa: N802
        transport = server.transport
        self.secure.append(transport is not None and transport.get_extra_info("sslcontext") is not None)
        answer = self.answers.get("data", "250 OK")
        if answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            sender = envelope.mail_from or ""
            self.taken += [(sender, recipient, envelope.content) for recipient in envelope.rcpt_tos]
            self.options.append(envelope.mail_options)
        return answer

    @contextlib.asynccontextmanager
    async def listening(
        self,
        *,
        utf8: bool = True,
        lmtp: bool = False,
        starttls: SSLContext | None = None,
        tls: SSLContext | None = None,
    ) -> AsyncIterator[Sink]:
        loop = asyncio.get_running_loop()

        def connect() -> SMTP:
            self.sessions += 1
            kind = LmtpServer if lmtp else SMTP
            return kind(self, enable_SMTPUTF8=utf8, hostname="sink.example.org", loop=loop, tls_context=starttls)

        server = await loop.create_server(connect, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()


class LmtpServer(SMTP):
    """RFC 2033: LHLO in place of EHLO, which it must refuse."""

    async def smtp_LHLO(self, hostname: str) -> None:  # noqa: N802
        await super().smtp_EHLO(hostname)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        await self.push("500 this is LMTP")

    smtp_HELO = smtp_EHLO  # noqa: N815
