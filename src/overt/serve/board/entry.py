"""Who is let in: a cookie for people, a key for programs, and proof that a form came from our own page.

A changing request needs the session's own word in the form and, where a browser says where it came from, our origin
(OWASP, Cross-Site Request Forgery Prevention). Logging in is guessed at no faster than a person mistypes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from overt.serve.login import Logins, Outcome
from overt.store import Accounts, Role, Session

COOKIE = "overt_session"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is logged in. `form_word` goes into every form and comes back with it."""

    session: Session
    form_word: str

    @property
    def name(self) -> str:
        return self.session.account

    @property
    def sees_people(self) -> bool:
        return self.session.role is Role.OWNER


class Door:
    """Logs in and out. `base_url` is where people reach the dashboard, for the cookie and the origin."""

    def __init__(self, accounts: Accounts, base_url: str) -> None:
        self._accounts = accounts
        self._logins = Logins(_Hashes(accounts))
        parts = urlsplit(base_url)
        self._secure = parts.scheme == "https"
        self._origin = f"{parts.scheme}://{parts.netloc}"

    async def log_in(self, name: str, password: str, peer: str) -> tuple[Outcome, str]:
        """What became of the try, and the secret of the new session."""
        outcome = await self._logins.check(name, password.encode("utf-8", "surrogatepass"), peer)
        return outcome, self._accounts.begin_session(name) if outcome is Outcome.RIGHT else ""

    def is_password(self, name: str, password: str) -> bool:
        """Whether it is; for changing it, by somebody who is logged in."""
        return self._logins.is_right(name, password.encode("utf-8", "surrogatepass"))

    def look(self, secret: str) -> Visitor | None:
        """Whose cookie this is."""
        session = self._accounts.find_session(secret) if secret else None
        return None if session is None else Visitor(session, _form_word(secret))

    def is_ours(self, visitor: Visitor, form: Mapping[str, str], origin: str | None) -> bool:
        """Whether the form came from our own page."""
        told = form.get("word", "").encode("utf-8", "surrogatepass")
        return self.is_same_origin(origin) and hmac.compare_digest(told, visitor.form_word.encode())

    def is_same_origin(self, origin: str | None) -> bool:
        """Whether a browser says nothing of where the form came from, or our own address."""
        return origin is None or hmac.compare_digest(origin.encode("utf-8", "surrogatepass"), self._origin.encode())

    def cookie(self, secret: str) -> str:
        """The field that sets the cookie; with no secret the one that takes it away."""
        rest = "Path=/; HttpOnly; SameSite=Strict" + ("; Secure" if self._secure else "")
        return f"{COOKIE}={secret}; {rest}" if secret else f"{COOKIE}=; {rest}; Max-Age=0"


class _Hashes(Mapping[str, str]):
    """The accounts' hashes as they stand now."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def __getitem__(self, name: str) -> str:
        found = self._accounts.find(name)
        if found is None:
            raise KeyError(name)
        return found.hash

    def __iter__(self) -> Iterator[str]:
        return iter([one.name for one in self._accounts.all()])

    def __len__(self) -> int:
        return len(self._accounts.all())


def _form_word(secret: str) -> str:
    return hashlib.sha256(b"overt form " + secret.encode()).hexdigest()[:32]
