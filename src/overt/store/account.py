"""Who may look at the dashboard and ask the API: accounts with roles, their sessions, and keys for programs.

Secrets are random and long, so a plain hash of one is kept (a guess costs 2^256); of passwords, which are neither, the
argon2 hash that the caller made. Knows no HTTP and looks at no password.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine, delete, insert, select, update

from overt.clock import Clock, SystemClock
from overt.errors import Malformed
from overt.store.schema import account as account_table
from overt.store.schema import answer as answer_table
from overt.store.schema import api_key as key_table
from overt.store.schema import from_ms, reading, to_ms, writing
from overt.store.schema import session as session_table

# OWASP Session Management: hours without use for what is no bank, and an end even for one that is used all the time.
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
TOUCH = timedelta(minutes=5)  # the last use is written no more often
LONGEST_NAME = 100


class Role(StrEnum):
    """What an account may see: an analyst sees campaigns and no person."""

    OWNER = "owner"
    ANALYST = "analyst"


class Scope(StrEnum):
    """What a key may do: read campaigns, read people, record permissions."""

    REPORTS = "reports"
    PEOPLE = "people"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Account:
    """One person who may log in; `hash` is argon2's."""

    name: str
    role: Role
    at: datetime
    hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is logged in. `id` names it without letting anybody in."""

    id: str
    account: str
    role: Role
    at: datetime
    seen: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One program's key, without its secret."""

    id: int
    name: str
    scopes: frozenset[Scope]
    at: datetime


class Accounts:
    """The accounts in `engine`'s database. Each method is a transaction."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()

    def add(self, name: str, hash_: str, role: Role) -> None:
        """Raises `Malformed` where the name is none or is taken."""
        if not name or len(name) > LONGEST_NAME or not name.isprintable() or name != name.strip() or ":" in name:
            raise Malformed(f"a name has up to {LONGEST_NAME} printable characters and no colon")
        row = {"name": name, "hash": hash_, "role": role.value, "at": to_ms(self._clock.now())}
        with writing(self._engine) as connection:
            if connection.execute(select(account_table.c.name).where(account_table.c.name == name)).first():
                raise Malformed(f'there is an account "{name}" already')
            connection.execute(insert(account_table).values(row))

    def change(self, name: str, hash_: str, *, keep: str = "") -> bool:
        """A new password; every session but `keep` ends. Whether there is such an account."""
        with writing(self._engine) as connection:
            mine = account_table.c.name == name
            changed = connection.execute(update(account_table).where(mine).values(hash=hash_)).rowcount
            others = (session_table.c.account == name) & (session_table.c.digest != _unhex(keep))
            connection.execute(delete(session_table).where(others))
        return bool(changed)

    def remove(self, name: str) -> bool:
        """No account of that name any more, and none of its sessions; whether there was one."""
        with writing(self._engine) as connection:
            connection.execute(delete(session_table).where(session_table.c.account == name))
            return bool(connection.execute(delete(account_table).where(account_table.c.name == name)).rowcount)

    def find(self, name: str) -> Account | None:
        """The account of that name."""
        return next((one for one in self.all() if one.name == name), None)

    def all(self) -> tuple[Account, ...]:
        """By name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(account_table).order_by(account_table.c.name)).all()
        return tuple(Account(row.name, Role(row.role), from_ms(row.at), row.hash) for row in rows)

    def begin_session(self, name: str) -> str:
        """The secret of a new session, for a cookie; what is over is swept away."""
        secret, now = secrets.token_urlsafe(32), self._clock.now()
        row = {"digest": _digest(secret), "account": name, "at": to_ms(now), "seen": to_ms(now)}
        over = (session_table.c.seen < to_ms(now - IDLE)) | (session_table.c.at < to_ms(now - LONGEST))
        with writing(self._engine) as connection:
            connection.execute(delete(session_table).where(over))
            connection.execute(insert(session_table).values(row))
        return secret

    def find_session(self, secret: str) -> Session | None:
        """The session with that secret, unless it is over; this use of it is noted."""
        now, digest = self._clock.now(), _digest(secret)
        with reading(self._engine) as connection:
            row = connection.execute(_SESSIONS.where(session_table.c.digest == digest)).first()
        if row is None:
            return None
        found = Session(row.digest.hex(), row.account, Role(row.role), from_ms(row.at), from_ms(row.seen))
        if now - found.seen > IDLE or now - found.at > LONGEST:
            return None
        if now - found.seen > TOUCH:
            with writing(self._engine) as connection:
                mine = session_table.c.digest == digest
                connection.execute(update(session_table).where(mine).values(seen=to_ms(now)))
        return found

    def sessions(self, name: str) -> tuple[Session, ...]:
        """Those of one account, the newest first."""
        query = _SESSIONS.where(session_table.c.account == name).order_by(session_table.c.at.desc())
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return tuple(
            Session(row.digest.hex(), row.account, Role(row.role), from_ms(row.at), from_ms(row.seen)) for row in rows
        )

    def end_session(self, name: str, id_: str) -> bool:
        """End one session of an account; whether there was one."""
        mine = (session_table.c.account == name) & (session_table.c.digest == _unhex(id_))
        with writing(self._engine) as connection:
            return bool(connection.execute(delete(session_table).where(mine)).rowcount)

    def add_key(self, name: str, scopes: Iterable[Scope]) -> str:
        """The secret of a new key; it is shown once. Raises `Malformed`."""
        chosen = sorted({scope.value for scope in scopes})
        if not chosen:
            raise Malformed("a key is for something: reports, people or consent")
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise Malformed(f"a key's name has up to {LONGEST_NAME} printable characters")
        secret = f"overt_{secrets.token_urlsafe(32)}"
        row = {"digest": _digest(secret), "name": name, "scopes": " ".join(chosen), "at": to_ms(self._clock.now())}
        with writing(self._engine) as connection:
            connection.execute(insert(key_table).values(row))
        return secret

    def api_keys(self) -> tuple[ApiKey, ...]:
        """All that stand, the oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(key_table).order_by(key_table.c.id)).all()
        return tuple(ApiKey(row.id, row.name, _scopes(row.scopes), from_ms(row.at)) for row in rows)

    def find_key(self, secret: str) -> ApiKey | None:
        """The key with that secret."""
        with reading(self._engine) as connection:
            row = connection.execute(select(key_table).where(key_table.c.digest == _digest(secret))).first()
        return None if row is None else ApiKey(row.id, row.name, _scopes(row.scopes), from_ms(row.at))

    def revoke_key(self, id_: int) -> bool:
        """From now on the key opens nothing, and what it was answered is forgotten; whether it stood."""
        with writing(self._engine) as connection:
            connection.execute(delete(answer_table).where(answer_table.c.api_key == id_))
            return bool(connection.execute(delete(key_table).where(key_table.c.id == id_)).rowcount)


_SESSIONS = select(session_table, account_table.c.role).join(
    account_table, account_table.c.name == session_table.c.account
)


def _scopes(text: str) -> frozenset[Scope]:
    return frozenset(Scope(word) for word in text.split())


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
