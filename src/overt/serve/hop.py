"""Next hops: where mail goes on, and what each says to one message for one recipient.

    smtp://host:port      STARTTLS, the certificate checked; on this machine itself as it comes
    smtps://host:port     TLS from the first byte, the certificate checked
    lmtp://host:port      RFC 2033; TLS as for smtp
    lmtp+unix:///path     the same over a socket in the file system
    maildir:///path       a Maildir of our own

A carrier does what it is told once and says how it went; when to try again is decided in `deliver`.
"""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from overt.errors import Malformed
from overt.serve.maildir import write_maildir
from overt.store import Envelope

if TYPE_CHECKING:
    from overt.serve.carrier import SmtpCarrier
    from overt.serve.credential import Credential

SECONDS = 60.0  # for a connection or a command; RFC 5321 section 4.5.3.2 allows minutes, a hop beside us needs none
LONGEST_REASON = 500  # characters of a server's answer that are kept
PORTS = {"smtp": 25, "smtps": 465, "lmtp": 24}


class Tls(StrEnum):
    """How a next hop has to be protected.

    `AUTO` becomes `VERIFY`, but on this machine `OPPORTUNISTIC` (RFC 7435: whatever is offered, proving nobody).
    """

    AUTO = "auto"
    VERIFY = "verify"
    OPPORTUNISTIC = "opportunistic"
    NONE = "none"


class Verdict(Enum):
    """How one attempt ended. `DOWN` says nothing of the message: nobody was there to be asked."""

    DELIVERED = "delivered"
    LATER = "later"
    NEVER = "never"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The verdict, and the next hop's words or ours. `reports`: it took over what RFC 3461 asks to be told."""

    verdict: Verdict
    reason: str = ""
    reports: bool = False


@dataclass(frozen=True, slots=True)
class NextHop:
    """Where to, parsed. `path` is a Maildir or a socket in the file system, `authority` a file of certificates."""

    scheme: str
    host: str = ""
    port: int = 0
    path: str = ""
    tls: Tls = Tls.AUTO
    authority: str = ""

    @property
    def is_local(self) -> bool:
        """Whether nobody but this machine can listen."""
        if self.path or self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_final(self) -> bool:
        """Whether what it takes has arrived (RFC 3461 section 2: delivered, not relayed)."""
        return self.scheme == "maildir" or self.scheme.startswith("lmtp")


class Carrier(Protocol):
    """One way to a next hop, used by one task at a time."""

    async def carry(self, envelope: Envelope, raw: bytes) -> Attempt: ...

    async def close(self) -> None: ...


def parse_next_hop(text: str, *, tls: str = "auto", authority: str = "") -> NextHop:
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
    return NextHop(parts.scheme, host, port or PORTS.get(parts.scheme, 0), path if local else "", Tls(tls), authority)


def open_carrier(
    hop: NextHop, *, hostname: str = "", seconds: float = SECONDS, credential: Credential | None = None
) -> Carrier:
    """A carrier to `hop`, which connects when it is first used. `hostname` is what it calls itself."""
    if hop.scheme == "maildir":
        return MaildirCarrier(Path(hop.path))
    return _open_smtp(hop, hostname, seconds, credential)


def _open_smtp(hop: NextHop, hostname: str, seconds: float, credential: Credential | None) -> SmtpCarrier:
    from overt.serve.carrier import SmtpCarrier  # it needs the words of this module

    if hop.tls is Tls.AUTO:
        hop = replace(hop, tls=Tls.OPPORTUNISTIC if hop.is_local and hop.scheme != "smtps" else Tls.VERIFY)
    return SmtpCarrier(hop, hostname=hostname or socket.gethostname(), seconds=seconds, credential=credential)


async def greet(
    hop: NextHop, *, hostname: str = "", seconds: float = SECONDS, credential: Credential | None = None
) -> Attempt:
    """Go to `hop` up to its login and hand nothing over: `DELIVERED` where it lets us in."""
    if hop.scheme == "maildir":
        folder = Path(hop.path)
        standing = next((path for path in (folder, *folder.parents) if path.exists()), folder)
        writable = standing.is_dir() and os.access(standing, os.W_OK | os.X_OK)
        return Attempt(Verdict.DELIVERED) if writable else Attempt(Verdict.DOWN, f"{standing} cannot be written")
    carrier = _open_smtp(hop, hostname, seconds, credential)
    try:
        return await carrier.greet()
    finally:
        await carrier.close()


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
