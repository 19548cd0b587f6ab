"""Who may log in: names with argon2 hashes (RFC 9106), guessed at no faster than a person mistypes.

A password is looked at in one thread, one at a time, so that guessing costs the guesser and not the mail. What was
right once is known by a keyed digest in memory. Knows no SMTP; time is an argument.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import ip_address, ip_network
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from overt.errors import Malformed

# OWASP Password Storage, second choice: 19 MiB, two passes. RFC 9106's 64 MiB would be most of what this process uses.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
LONGEST_PASSWORD = 1024  # bytes; argon2 reads them all
MOST_FAILURES = 10  # of one network before it has to wait; a person and a program that was set up wrong need fewer
FAILURE_SECONDS = 600.0  # until failures are forgotten
MOST_NETWORKS = 10_000  # remembered; the one that failed longest ago is forgotten
MOST_WAITING = 16  # passwords to look at, each about 30 ms


class Outcome(Enum):
    """What became of a try. `BUSY` says nothing of the password."""

    RIGHT = "right"
    WRONG = "wrong"
    BUSY = "busy"


@dataclass(slots=True)
class _Failures:
    count: int = 0
    until: float = 0.0


@dataclass(slots=True)
class Logins:
    """Some users. `hashes` are their argon2 hashes by name; what it holds may change at any time."""

    hashes: Mapping[str, str] = field(repr=False)
    monotonic: Callable[[], float] = time.monotonic
    looked_at: int = 0
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _known: dict[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)
    _failures: OrderedDict[str, _Failures] = field(default_factory=OrderedDict, repr=False)
    _waiting: int = 0
    _nobody: str = field(default="", repr=False)
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="login"), repr=False
    )

    def __post_init__(self) -> None:
        for name, text in self.hashes.items():
            check_hash(name, text)

    async def check(self, user: str, password: bytes, peer: str) -> Outcome:
        """Whether this is the user's password; `peer` is the address that says so."""
        digest = hashlib.blake2b(password, key=self._key, digest_size=32).digest()
        text, known = self._known.get(user, ("", b""))
        if text and text == self.hashes.get(user) and hmac.compare_digest(known, digest):
            return Outcome.RIGHT  # a good program logs in again and again, and is not to suffer from a neighbour
        network, now = network_of(peer), self.monotonic()
        failures = self._failures.get(network)
        if failures is not None and failures.until <= now:
            del self._failures[network]
            failures = None
        if (failures is not None and failures.count >= MOST_FAILURES) or self._waiting >= MOST_WAITING:
            return Outcome.BUSY
        self._waiting += 1
        try:
            right = await asyncio.get_running_loop().run_in_executor(self._thread, self._verify, user, password)
        finally:
            self._waiting -= 1
        if right:
            self._known[user] = (self.hashes.get(user, ""), digest)
            return Outcome.RIGHT
        self._fail(network, now)
        return Outcome.WRONG

    def is_right(self, user: str, password: bytes) -> bool:
        """Whether this is the user's password, for somebody who was let in already; takes about 30 ms."""
        return self._verify(user, password)

    def _verify(self, user: str, password: bytes) -> bool:
        """An unknown name takes as long as a known one."""
        self.looked_at += 1
        if not self._nobody:
            self._nobody = HASHER.hash(secrets.token_bytes(16))
        text = self.hashes.get(user, "")
        try:
            HASHER.verify(text or self._nobody, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
        return bool(text) and len(password) <= LONGEST_PASSWORD

    def _fail(self, network: str, now: float) -> None:
        failures = self._failures.pop(network, None) or _Failures()
        failures.count += 1
        failures.until = now + FAILURE_SECONDS
        self._failures[network] = failures
        if len(self._failures) > MOST_NETWORKS:
            self._failures.popitem(last=False)


def hash_password(password: str) -> str:
    """The argon2id hash for the settings; raises `Malformed`."""
    raw = password.encode("utf-8")
    if not 8 <= len(raw) <= LONGEST_PASSWORD:
        raise Malformed(f"a password has 8 to {LONGEST_PASSWORD} bytes")
    return HASHER.hash(raw)


def check_hash(name: str, text: str) -> None:
    """Raise `Malformed` where this is no user with an argon2 hash; the hash is not repeated."""
    from argon2 import extract_parameters

    if not name or not name.isprintable() or ":" in name:
        raise Malformed("a user's name has printable characters and no colon")
    try:
        extract_parameters(text)
    except InvalidHashError:
        raise Malformed(f"user {name}: that is no argon2 hash. Make one with: overt password") from None


def read_users(path: Path) -> dict[str, str]:
    """Users of a file with lines `name:hash`; empty lines and lines that begin with # say nothing."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(f"the file with users {path} cannot be read: {error}") from error
    found: dict[str, str] = {}
    for line in lines:
        if line.strip() and not line.startswith("#"):
            name, _, text = line.strip().partition(":")
            check_hash(name, text)
            found[name] = text
    return found


def network_of(peer: str) -> str:
    """The /24 or /48 that somebody who guesses can hardly leave; anything else as it is."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    address = getattr(address, "ipv4_mapped", None) or address
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))
