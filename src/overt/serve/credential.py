"""What a next hop is told to let us in: a password, or an OAuth token that is fetched again before it expires.

Tokens come from a program that prints one, or from a file with a refresh token (RFC 6749 section 6), as Gmail and
Microsoft 365 want it. Never shown: `repr` hides every secret. Knows no SMTP.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from overt.errors import Malformed, Unavailable

SECONDS = 30.0  # for the program or the token server
LIFETIME = 3000.0  # of a token whose issuer does not say; Google's and Microsoft's live an hour
SPARE = 60.0  # seconds before its end from which a token is not used any more
LONGEST_ANSWER = 65_536  # bytes; Microsoft's tokens have 2 to 3 KB


class TokenSource(Protocol):
    """Where access tokens come from; `refused` says that the last one was not taken."""

    async def token(self) -> str: ...

    def refused(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Credential:
    """A user with a password, or with a source of tokens (then the mechanism is XOAUTH2).

    `way` is `auto`, `plain` or `login` for passwords.
    """

    user: str
    password: str = field(default="", repr=False)
    source: TokenSource | None = field(default=None, repr=False)
    way: str = "auto"


class Cached:
    """Fetches a token when it is first asked for and when the last one is at its end; one fetch at a time."""

    def __init__(
        self, fetch: Callable[[], tuple[str, float]], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._token = ""
        self._until = float("-inf")

    async def token(self) -> str:
        """A token with some time left; `Unavailable` where none can be had."""
        async with self._lock:
            if self._monotonic() >= self._until:
                began = self._monotonic()
                self._token, seconds = await asyncio.to_thread(self._fetch)
                self._until = began + max(0.0, seconds - min(SPARE, seconds / 2))
            return self._token

    def refused(self) -> None:
        self._until = float("-inf")


def run_command(words: Sequence[str], *, seconds: float = SECONDS) -> tuple[str, float]:
    """What the program prints: a token, or JSON with `access_token` and `expires_in`. Its errors are not repeated."""
    import subprocess

    try:
        ran = subprocess.run(
            list(words), check=True, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL, text=True
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        raise Unavailable(f"the program that fetches tokens failed: {type(error).__name__}") from None
    text = ran.stdout.strip()
    if text.startswith("{"):
        return _read_answer(text)[:2]
    if not text or len(text) > LONGEST_ANSWER or not text.isprintable() or " " in text:
        raise Unavailable("the program that fetches tokens printed no token")
    return text, LIFETIME


def refresh(path: Path, *, seconds: float = SECONDS) -> tuple[str, float]:
    """Ask the token server that the file names. A new refresh token, which Microsoft sends, is kept in the file.

    The file is JSON with `token_url`, `client_id`, `refresh_token` and perhaps `client_secret` and `scope`.
    """
    told = read_refresh_file(path)
    wanted = {
        "grant_type": "refresh_token",
        **{name: told[name] for name in ("client_id", "client_secret", "refresh_token", "scope") if told.get(name)},
    }
    request = urllib.request.Request(  # noqa: S310 the scheme was looked at
        told["token_url"], urlencode(wanted).encode(), {"Accept": "application/json"}
    )
    try:
        with _opener().open(request, timeout=seconds) as answer:
            text = answer.read(LONGEST_ANSWER).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        raise Unavailable(f"the token server refused: {error.code}; is the refresh token still good?") from None
    except (OSError, ValueError) as error:
        raise Unavailable(f"the token server cannot be reached: {error}") from None
    token, lifetime, newer = _read_answer(text)
    if newer and newer != told["refresh_token"]:
        _replace(path, json.dumps({**told, "refresh_token": newer}, indent=2) + "\n")
    return token, lifetime


def read_refresh_file(path: Path) -> dict[str, str]:
    """The file's values; raises `Malformed`, which repeats none of them."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        values = {str(name): str(value) for name, value in told.items()}
        parts = urlsplit(values["token_url"])
        if not values["client_id"] or not values["refresh_token"]:
            raise ValueError("empty")
    except OSError as error:
        raise Malformed(f"the file with the refresh token {path}: {error.strerror}") from error
    except (ValueError, KeyError, AttributeError, RecursionError) as error:
        raise Malformed(f"{path} needs JSON with token_url, client_id and refresh_token") from error
    local = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise Malformed(f"{path}: token_url begins with https://")
    return values


def _opener() -> urllib.request.OpenerDirector:
    """No redirects: they would carry the secret to wherever they say. A proxy of the environment is used."""

    class Still(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object, **__: object) -> None:
            return None

    return urllib.request.build_opener(Still)


def _read_answer(text: str) -> tuple[str, float, str]:
    try:
        told = json.loads(text)
        token, lifetime = str(told["access_token"]), float(told.get("expires_in", LIFETIME))
        newer = str(told.get("refresh_token") or "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unavailable("the answer holds no access token") from None
    if not token or not token.isascii() or not token.isprintable() or not 0 < lifetime < 1e9:
        raise Unavailable("the answer holds no access token")
    return token, lifetime, newer


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
