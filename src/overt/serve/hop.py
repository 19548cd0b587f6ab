"""Next hops: where mail goes on, and what each says to one message for one recipient.

    smtp://host:port      STARTTLS where offered, taken as it comes (RFC 7435: better than none, proves nobody)
    smtps://host:port     TLS from the first byte, the certificate checked
    lmtp://host:port      RFC 2033
    lmtp+unix:///path     the same over a socket in the file system
    maildir:///path       a Maildir of our own

A carrier does what it is told once and says how it went; when to try again is decided in `deliver`.
"""

from __future__ import annotations

import asyncio
import re
import socket
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from overt.errors import Malformed
from overt.serve.maildir import write_maildir
from overt.store import Envelope

SECONDS = 60.0  # for a connection or a command; RFC 5321 section 4.5.3.2 allows minutes, a hop beside us needs none
LONGEST_REASON = 500  # characters of a server's answer that are kept
PORTS = {"smtp": 25, "smtps": 465, "lmtp": 24}
# RFC 4954 section 6 and RFC 3207: the server wants a password or TLS. No message is to blame, the settings are.
_OURS = frozenset({530, 534, 535, 538})
_CLOSING = 421  # RFC 5321 section 4.2.2: and the connection is no more


class Verdict(Enum):
    """How one attempt ended. `DOWN` says nothing of the message: nobody was there to be asked."""

    DELIVERED = "delivered"
    LATER = "later"
    NEVER = "never"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The verdict, and the next hop's words or ours."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NextHop:
    """Where to, parsed. `path` is a Maildir or a socket in the file system."""

    scheme: str
    host: str = ""
    port: int = 0
    path: str = ""


class Carrier(Protocol):
    """One way to a next hop, used by one task at a time."""

    async def carry(self, envelope: Envelope, raw: bytes) -> Attempt: ...

    async def close(self) -> None: ...


def parse_next_hop(text: str) -> NextHop:
    """The next hop in settings' words; raises `Malformed`."""
    try:
        parts = urlsplit(text.strip())
        host, port, path = parts.hostname or "", parts.port, unquote(parts.path)
    except ValueError as error:
        raise Malformed(f"the next hop: {error}") from error
    local = parts.scheme in ("maildir", "lmtp+unix")
    if local:
        sound = not parts.netloc and len(path) > 1
    else:
        sound = parts.scheme in PORTS and bool(host) and not path.strip("/") and "@" not in parts.netloc
    if not sound or parts.query or parts.fragment:
        raise Malformed('the next hop is like "smtp://host:port", "lmtp://host:port" or "maildir:///folder"')
    return NextHop(parts.scheme, host, port or PORTS.get(parts.scheme, 0), path if local else "")


def open_carrier(hop: NextHop, *, hostname: str = "", seconds: float = SECONDS) -> Carrier:
    """A carrier to `hop`, which connects when it is first used. `hostname` is what it calls itself."""
    if hop.scheme == "maildir":
        return MaildirCarrier(Path(hop.path))
    return SmtpCarrier(hop, hostname=hostname or socket.gethostname(), seconds=seconds)


class MaildirCarrier:
    """Final delivery: each message a file, durable when it has its name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def carry(self, envelope: Envelope, raw: bytes) -> Attempt:
        try:
            await asyncio.to_thread(
                write_maildir, self._folder, raw, sender=envelope.sender, recipient=envelope.recipient
            )
        except OSError as error:
            return Attempt(Verdict.DOWN, f"the Maildir: {error.strerror or error}")
        return Attempt(Verdict.DELIVERED)

    async def close(self) -> None:
        return None


class _Lmtp(aiosmtplib.SMTP):
    """LMTP for one recipient a transaction differs from SMTP by the greeting alone (RFC 2033 section 4)."""

    async def execute_command(self, *args: bytes, **options: Any) -> aiosmtplib.SMTPResponse:
        words = (b"LHLO", *args[1:]) if args[:1] == (b"EHLO",) else args
        return await super().execute_command(*words, **options)


class SmtpCarrier:
    """SMTP or LMTP over one connection that stays open between messages."""

    def __init__(self, hop: NextHop, *, hostname: str, seconds: float) -> None:
        kind = _Lmtp if hop.scheme.startswith("lmtp") else aiosmtplib.SMTP
        secure = hop.scheme == "smtps"
        self._client = kind(
            hostname=hop.host if not hop.path else None,
            port=hop.port if not hop.path else None,
            socket_path=hop.path or None,
            local_hostname=_ascii_name(hostname),
            timeout=seconds,
            use_tls=secure,
            start_tls=False if secure else None,
            validate_certs=secure,
        )

    async def carry(self, envelope: Envelope, raw: bytes) -> Attempt:
        client = self._client
        fresh = not client.is_connected
        try:
            if fresh:
                await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()  # TLS begins a new conversation (RFC 3207 section 4.2)
        except (OSError, aiosmtplib.SMTPException, ValueError) as error:
            client.close()
            return Attempt(Verdict.DOWN, _say(error))
        options = _mail_options(client, envelope, raw)
        if options is None:
            return Attempt(Verdict.NEVER, "5.6.7 The next hop knows no SMTPUTF8, which this address needs")
        try:
            await client.sendmail(envelope.sender, [envelope.recipient], raw, mail_options=options)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return self._answered(error.recipients[0].code, error.recipients[0].message)
        except aiosmtplib.SMTPResponseException as error:
            return self._answered(error.code, error.message)
        except (OSError, aiosmtplib.SMTPException) as error:
            client.close()
            # A connection that was open before may have been closed for being idle: that is no answer to this message.
            return Attempt(Verdict.LATER if fresh else Verdict.DOWN, _say(error))
        except ValueError as error:
            return Attempt(Verdict.NEVER, f"5.1.3 The address cannot be sent: {type(error).__name__}")
        return Attempt(Verdict.DELIVERED)

    def _answered(self, code: int, words: str) -> Attempt:
        reason = f"{code} {' '.join(words.split())}"[:LONGEST_REASON]
        if code == _CLOSING:
            self._client.close()
        if code in _OURS:
            return Attempt(Verdict.DOWN, reason)
        return Attempt(Verdict.NEVER if 500 <= code < 600 else Verdict.LATER, reason)

    async def close(self) -> None:
        if self._client.is_connected:
            try:
                await self._client.quit()
            except (OSError, aiosmtplib.SMTPException):
                self._client.close()


def _mail_options(client: aiosmtplib.SMTP, envelope: Envelope, raw: bytes) -> list[str] | None:
    """What MAIL has to announce; None where the next hop does not know what this envelope needs."""
    options = []
    if not raw.isascii() and client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")  # RFC 6152; one that does not offer it gets the same bytes: most take them
    if client.supports_extension("smtputf8"):
        if envelope.utf8:
            options.append("SMTPUTF8")
    elif not (envelope.sender + envelope.recipient).isascii():
        return None
    return options


def _ascii_name(hostname: str) -> str:
    return re.sub(r"[^A-Za-z0-9.\-\[\]:]", "-", hostname) or "localhost"


def _say(error: Exception) -> str:
    return " ".join(str(error).split())[:LONGEST_REASON] or type(error).__name__
