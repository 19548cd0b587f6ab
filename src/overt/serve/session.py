"""One SMTP connection: aiosmtpd's protocol with our limits, login, and answers to MAIL, RCPT and DATA.

A message ends at `<CRLF>.<CRLF>` and nowhere else; a line that others might end elsewhere is refused, so that what was
checked is what is passed on. What is done with a message is the relay's affair.
"""

from __future__ import annotations

import asyncio
import collections
import logging
import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import MISSING, SMTP
from aiosmtpd.smtp import Envelope as Transaction

from overt.errors import Unavailable
from overt.serve.dispatch import Submission, To
from overt.serve.login import Outcome
from overt.serve.wanted import read_wanted

if TYPE_CHECKING:
    from overt.serve.relay import Relay

_LOG = logging.getLogger(__name__)

# RFC 5321 section 2.3.8: lines end with CRLF, and CR and LF stand nowhere else. Servers that take them for line ends
# read another message than the one that was checked ("SMTP smuggling").
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_NULL_PATH = "<>"
# RFC 5321 section 4.5.3.1.4 has 512; RFC 3461 section 5 adds 615 to MAIL and RCPT, RFC 6531 section 3.4 more.
LONGEST_COMMAND, LONGEST_AUTH = 2048, 12_288  # RFC 4954 section 4
# Of one connection. A campaign may go over one; who asks for anything else so often wants nothing good.
MOST_CALLS = {
    "*": 100, "MAIL": 100_000, "RCPT": 1_000_000, "DATA": 100_000, "RSET": 100_000, "NOOP": 10_000,
    "AUTH": 5, "STARTTLS": 1, "VRFY": 20, "HELP": 20, "EXPN": 20,
}  # fmt: skip
FAILED_LOGIN_SECONDS = 1.0  # before the answer to a wrong password
MEMORY_SECONDS = 60.0  # to wait for room in memory; a client waits two minutes for the answer to DATA
SIZE_SLACK = 4096  # bytes by which clients miscount; a quarter more than announced is taken
_MECHANISMS = ("LOGIN", "PLAIN")


class Letter(Transaction):
    """A transaction with what RFC 3461 asks for, and the size that was announced."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, str] = {}
        self.to: list[To] = []
        self.announced = 0


class Session(SMTP):
    """One connection."""

    AuthLoginUsernameChallenge = "Username:"
    AuthLoginPasswordChallenge = "Password:"

    def __init__(self, relay: Relay) -> None:
        # aiosmtpd reads the limit of a line from the class or instance when it makes its reader.
        self.line_length_limit = relay.limits.line
        self._relay = relay
        self._refused = False
        super().__init__(
            Intake(relay),
            data_size_limit=relay.limits.size,
            enable_SMTPUTF8=True,
            hostname=relay.hostname,
            ident="overt",
            timeout=relay.limits.seconds,
            tls_context=relay.tls,
            command_call_limit=MOST_CALLS,
            loop=asyncio.get_running_loop(),
        )
        # On the instance: the class shares one between all connections.
        self.command_size_limit = LONGEST_COMMAND
        self.command_size_limits = collections.defaultdict(lambda: LONGEST_COMMAND, AUTH=LONGEST_AUTH)

    # The connection.

    def connection_made(self, transport: Any) -> None:
        again = self._original_transport is not None  # TLS has begun on a connection that was counted
        refusal = b"" if again else self._relay.entered(self, transport.get_extra_info("peername"))
        if refusal:
            self._refused = True
            transport.write(refusal)
            transport.close()
            self._relay.left(self)
            return
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._relay.left(self)
        if not self._refused:
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if not self._refused:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return None if self._refused else bool(super().eof_received())

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()

    @property
    def peer(self) -> str:
        """The address of who is there, without its port."""
        found: Any = self.session.peer if self.session is not None else None
        return str(found[0]) if isinstance(found, tuple) else ""

    def letter(self) -> Letter:
        """The transaction of now. (A method: aiosmtpd reads properties before there is one.)"""
        assert isinstance(self.envelope, Letter)
        return self.envelope

    def require_login(self) -> None:
        """Nothing of mail is heard before a login."""
        self._auth_required = True

    # Commands.

    def _create_envelope(self) -> Letter:
        return Letter()

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 aiosmtpd's name
        """MAIL, with RET and ENVID."""
        wanted = read_wanted("MAIL", arg or "")
        if wanted.refusal:
            await self.push(wanted.refusal)
            return
        await super().smtp_MAIL(wanted.rest if arg is not None else None)
        if self.letter().mail_from:
            self.letter().asked = self.letter().asked or wanted.values

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        """RCPT, with NOTIFY and ORCPT."""
        wanted = read_wanted("RCPT", arg or "")
        if wanted.refusal:
            await self.push(wanted.refusal)
            return
        before = len(self.letter().rcpt_tos)
        await super().smtp_RCPT(wanted.rest if arg is not None else None)
        if len(self.letter().rcpt_tos) > before:
            values, address = wanted.values, self.letter().rcpt_tos[-1]
            self.letter().to.append(To(address, values.get("NOTIFY", "").upper(), values.get("ORCPT", "")))

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """DATA, when there is room in memory for what was announced, or for the largest message."""
        letter = self.letter()
        if not letter.rcpt_tos or arg:
            await super().smtp_DATA(arg)
            return
        most = self._relay.limits.size
        size = min(most, letter.announced + letter.announced // 4 + SIZE_SLACK) if letter.announced else most
        try:
            async with self._relay.memory.hold(size, MEMORY_SECONDS):
                self._reset_timeout()
                self.data_size_limit = size
                await super().smtp_DATA(arg)
        except Unavailable as error:
            await self.push(f"452 4.3.1 {error.public}")
        finally:
            self.data_size_limit = most

    async def smtp_AUTH(self, arg: str | None) -> None:  # noqa: N802
        """AUTH, in any case; not within a transaction (RFC 4954 section 4)."""
        if self._relay.logins is None:
            await self.push("502 5.5.1 AUTH is not offered")
        elif self.letter().mail_from:
            await self.push("503 5.5.1 Not within a transaction")
        else:
            mechanism, space, rest = (arg or "").partition(" ")
            await super().smtp_AUTH(mechanism.upper() + space + rest or None)


class Intake:
    """aiosmtpd's hooks (RFC 5321, codes of RFC 3463)."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def handle_EHLO(  # noqa: N802 aiosmtpd's name
        self, _server: Session, session: Any, _envelope: Letter, hostname: str, responses: list[str]
    ) -> list[str]:
        """What is offered, beside aiosmtpd's own."""
        session.host_name = hostname
        offered = [line for line in responses[:-1] if not line.startswith("250-AUTH")]
        offered += ["250-PIPELINING", "250-DSN"]
        if self._relay.logins is not None and session.ssl is not None:
            offered.append("250-AUTH " + " ".join(_MECHANISMS))
        return [*offered, responses[-1]]

    async def handle_AUTH(  # noqa: N802
        self, server: Session, session: Any, _envelope: Letter, args: list[str]
    ) -> Any:
        """PLAIN (RFC 4616) and LOGIN; only ever under TLS, which aiosmtpd saw to."""
        logins = self._relay.logins
        if logins is None or args[0] not in _MECHANISMS:
            return "504 5.5.4 Unrecognized authentication type"
        told = await (_hear_plain(server, args) if args[0] == "PLAIN" else _hear_login(server, args))
        if told is None or isinstance(told, str):
            return told
        user, password = told
        outcome = await logins.check(user, password, server.peer)
        if outcome is Outcome.RIGHT:
            session.authenticated = True
            return "235 2.7.0 Authentication successful"
        await asyncio.sleep(FAILED_LOGIN_SECONDS)
        if outcome is Outcome.BUSY:
            await server.push("421 4.7.0 Too many failed logins; please try again later")
            server.close()
            return None
        _LOG.warning("a login failed")
        return "535 5.7.8 Authentication credentials invalid"

    async def handle_MAIL(  # noqa: N802
        self, _server: Session, _session: object, envelope: Letter, address: str, options: list[str]
    ) -> str:
        """Take the reverse path; `<>` is the null path."""
        refusal = _unfit(address, envelope)
        if refusal:
            return refusal
        if why := await self._relay.why_full():
            return f"452 4.3.1 {why[0].upper()}{why[1:]}; please try again later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        sizes = [option[5:] for option in options if option.startswith("SIZE=")]
        envelope.announced = int(sizes[0]) if sizes else 0
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: object, _session: object, envelope: Letter, address: str, options: list[str]
    ) -> str:
        """Take one recipient more."""
        refusal = _unfit(address, envelope)
        if refusal:
            return refusal
        if len(envelope.rcpt_tos) >= self._relay.limits.recipients:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: object, _session: object, envelope: Letter) -> str:  # noqa: N802
        """Answer when the message is on disk, or is not ours."""
        assert isinstance(envelope.content, bytes)  # not decoded, as aiosmtpd was told
        raw = envelope.content
        if _BARE.search(raw):
            return "554 5.6.0 Lines end with CRLF, and CR and LF stand nowhere else (RFC 5321, 2.3.8)"
        submission = Submission(
            (envelope.mail_from or "").removeprefix(_NULL_PATH),
            tuple(envelope.rcpt_tos),
            raw,
            bool(envelope.smtp_utf8),
            ret=envelope.asked.get("RET", "").upper(),
            envid=envelope.asked.get("ENVID", ""),
            to=tuple(envelope.to),
        )
        try:
            await self._relay.submit(submission)
        except Unavailable as error:
            return f"{'452 4.3.1' if 'full' in str(error) else '451 4.3.0'} {error.public}"
        return "250 2.0.0 OK, queued"

    async def handle_exception(self, error: Exception) -> str:
        """No stranger reads what went wrong."""
        _LOG.error("an SMTP session failed", exc_info=error)
        return "451 4.3.0 Something went wrong; please try again later"


async def _hear_plain(server: Session, args: list[str]) -> tuple[str, bytes] | str | None:
    raw = _decode(args[1]) if len(args) > 1 else await server.challenge_auth("")
    if raw is MISSING:
        return None  # it was told already
    parts = raw.split(b"\x00") if raw is not None else []
    if len(parts) != 3:
        return "501 5.5.2 That is no AUTH PLAIN"
    return parts[1].decode("utf-8", "replace"), parts[2]


async def _hear_login(server: Session, args: list[str]) -> tuple[str, bytes] | str | None:
    user = _decode(args[1]) if len(args) > 1 else await server.challenge_auth(server.AuthLoginUsernameChallenge)
    if user is MISSING:
        return None
    if user is None:
        return "501 5.5.2 That is no base64"
    password = await server.challenge_auth(server.AuthLoginPasswordChallenge)
    return None if password is MISSING else (user.decode("utf-8", "replace"), password)


def _decode(text: str) -> bytes | None:
    try:
        return b"" if text == "=" else b64decode(text, validate=True)  # RFC 4954 section 4: `=` is an empty one
    except ValueError:
        return None


def _unfit(address: str, envelope: Transaction) -> str:
    """Why an address cannot be taken: RFC 6531 section 3.1 wants other letters announced, and in UTF-8."""
    if not address.isprintable():  # what is not UTF-8 came as lone surrogates, which nobody can print
        return "553 5.1.3 Malformed address"
    return "" if address.isascii() or envelope.smtp_utf8 else "553 5.6.7 This address needs SMTPUTF8"
