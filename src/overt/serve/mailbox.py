"""A mailbox on an IMAP server, read without leaving a trace: EXAMINE and BODY.PEEK, nothing becomes "read".

RFC 9051 sections 6.3.3 and 6.4.5. Opens no connection by itself: its caller says where. Judges nothing.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from overt.errors import Malformed, Refused, Unavailable

BATCH: Final = 20  # messages a FETCH: memory for so many, and few enough round trips
TIMEOUT: Final = 60.0  # seconds without a byte; RFC 9051 section 5.4 lets servers wait 30 minutes, people do not
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Place:
    """Which mailbox: `imaps://user@host[:port]/folder`, or `imap://` with STARTTLS. No folder: all of them."""

    host: str
    port: int
    user: str
    folder: str
    implicit_tls: bool


def read_place(url: str) -> Place:
    """The mailbox that an IMAP URL names (RFC 5092). Raises `Malformed`; a password in it is refused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Malformed(f"{url}: {error}; write imaps://user@host/folder") from error
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise Malformed(f"{url}: write imaps://user@host/folder, the @ in a user's name as %40")
    if parts.password is not None:
        raise Refused("A password in a URL can be read by everybody on this machine; set OVERT_IMAP_PASSWORD instead.")
    implicit = parts.scheme == "imaps"
    user, folder = unquote(parts.username), unquote(parts.path.strip("/"))
    return Place(parts.hostname, port or (993 if implicit else 143), user, folder, implicit)


class Mailbox:
    """One logged-in connection."""

    def __init__(self, client: IMAPClient, folder: str) -> None:
        self._client, self._folder = client, folder

    def folders(self) -> list[str]:
        """The folders to read: the named one, or every one that can be selected."""
        if self._folder:
            return [self._folder]
        rows = self._client.list_folders()
        return sorted(name for flags, _, name in rows if not {b"\\Noselect", b"\\NonExistent"} & set(flags))

    def count(self) -> int:
        """How many messages there are, for a progress bar."""
        return sum(self._client.folder_status(name, ["MESSAGES"])[b"MESSAGES"] for name in self.folders())

    def messages(self) -> Iterator[tuple[str, bytes]]:
        """Every message with a label `folder/uid`, the oldest first."""
        for name in self.folders():
            self._client.select_folder(name, readonly=True)
            uids = self._client.search(["ALL"])
            for at in range(0, len(uids), BATCH):
                found = self._client.fetch(uids[at : at + BATCH], ["BODY.PEEK[]"])
                for uid in sorted(found):
                    raw = found[uid].get(b"BODY[]")
                    if raw is not None:
                        yield f"{name}/{uid}", raw


@contextmanager
def open_mailbox(place: Place, password: str, *, trusted: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """Log in. TLS is required but on this machine itself. Raises `Refused` or `Unavailable`."""
    context = trusted or ssl.create_default_context()
    try:
        client = IMAPClient(
            place.host,
            place.port,
            ssl=place.implicit_tls,
            ssl_context=context if place.implicit_tls else None,
            timeout=TIMEOUT,
        )
        try:
            if not place.implicit_tls and client.has_capability("STARTTLS"):
                client.starttls(context)
            elif not place.implicit_tls and place.host not in _LOCAL:
                raise Refused(f"{place.host} offers no STARTTLS; the password would go out in the clear. Use imaps://")
            client.login(place.user, password)
            yield Mailbox(client, place.folder)
        finally:
            client.shutdown()
    except LoginError as error:
        raise Refused(f"{place.host} did not accept the password of {place.user}.") from error
    except (IMAPClientError, OSError) as error:
        raise Unavailable(f"{place.host}: {error}") from error
