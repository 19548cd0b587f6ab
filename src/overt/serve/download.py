"""One file from an address that the operator chose, fetched when a command says so and at no other time.

https only, no redirect is followed, and nothing is sent but the request: no cookie, no credential. Size and time are
bounded whatever the other side does. Knows nothing of what the file holds.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from overt.errors import Malformed, Unavailable

SILENCE: Final = 20.0  # seconds without a byte, connecting too
WHOLE: Final = 300.0  # seconds for all of it: 12 MB over a line of half a megabit
_PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came. `etag` is the server's name for just this version, "" where it has none."""

    body: bytes
    etag: str


def fetch(
    url: str,
    *,
    most: int,
    etag: str = "",
    advance: Callable[[int, int | None], None] = lambda _done, _total: None,
    context: ssl.SSLContext | None = None,
    silence: float = SILENCE,
    whole: float = WHOLE,
) -> Fetched | None:
    """The file at `url`, of at most `most` bytes; None where it is still the version that `etag` names.

    `advance` hears of bytes so far, and of all where that is known. Raises `Malformed` for an address that is none of
    https, `Unavailable` for whatever the other side or the line does.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or not url.isascii() or not url.isprintable():
        raise Malformed(f"{url} is no https address to fetch from.")
    ends = monotonic() + whole
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"User-Agent": "overt-update", "Accept-Encoding": "identity"}
    if etag:
        headers["If-None-Match"] = etag
    with _reporting(parts.hostname):
        connection = HTTPSConnection(
            parts.hostname, parts.port, timeout=silence, context=context or ssl.create_default_context()
        )
        try:
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            if answer.status == 304 and etag:
                return None
            if 300 <= answer.status < 400:
                raise Unavailable(f"{parts.hostname} sends on to another address; that is not followed.")
            if answer.status != 200:
                raise Unavailable(f"{parts.hostname} answers {answer.status} {answer.reason}.")
            return Fetched(_read(answer, parts.hostname, most, ends, advance), answer.headers.get("ETag", "")[:200])
        finally:
            connection.close()


def _read(answer: HTTPResponse, host: str, most: int, ends: float, advance: Callable[[int, int | None], None]) -> bytes:
    total = answer.length
    body = bytearray()
    while piece := answer.read1(_PIECE):
        body += piece
        if len(body) > most:
            raise Unavailable(f"{host} sends more than {most} bytes; nothing of it was taken.")
        if monotonic() > ends:
            raise Unavailable(f"{host} is too slow: {len(body)} bytes so far; nothing of it was taken.")
        advance(len(body), total)
    if total is not None and len(body) != total:
        raise Unavailable(f"{host} sent {len(body)} bytes of {total}; nothing of it was taken.")
    return bytes(body)


@contextmanager
def _reporting(host: str) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Unavailable(f"{host} has no certificate that is good: {error.verify_message}.") from error
    except TimeoutError as error:
        raise Unavailable(f"{host} says nothing.") from error
    except (OSError, HTTPException) as error:
        raise Unavailable(f"{host} cannot be fetched from: {getattr(error, 'strerror', None) or error}.") from error
