"""Accounts, sessions and keys: who is let in, until when, and what is left on disk of a secret."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from overt.errors import Malformed
from overt.store.account import IDLE, LONGEST, Accounts, Role, Scope
from overt.testing import FixedClock

HASH = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def accounts(engine: Engine, clock: FixedClock) -> Accounts:
    opened = Accounts(engine, clock)
    opened.add("ann", HASH, Role.OWNER)
    return opened


def test_an_account_is_found_by_its_name(accounts: Accounts) -> None:
    found = accounts.find("ann")
    assert found is not None
    assert (found.role, found.hash) == (Role.OWNER, HASH)
    assert HASH not in repr(found)
    assert accounts.find("Ann") is None


@pytest.mark.parametrize("name", ["", "a:b", "a\nb", " a", "x" * 101, "ann"])
def test_a_name_that_is_none_or_taken_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(Malformed):
        accounts.add(name, HASH, Role.ANALYST)


def test_a_session_ends_when_it_is_not_used(accounts: Accounts, clock: FixedClock) -> None:
    secret = accounts.begin_session("ann")
    for _ in range(3):
        clock.advance(IDLE - timedelta(minutes=1))
        session = accounts.find_session(secret)
        assert session is not None
        assert session.role is Role.OWNER
    clock.advance(IDLE + timedelta(minutes=6))
    assert accounts.find_session(secret) is None


def test_a_session_ends_after_a_week_however_much_it_is_used(accounts: Accounts, clock: FixedClock) -> None:
    secret = accounts.begin_session("ann")
    for _ in range(LONGEST // timedelta(hours=6)):
        assert accounts.find_session(secret) is not None
        clock.advance(timedelta(hours=6))
    clock.advance(timedelta(hours=1))
    assert accounts.find_session(secret) is None


def test_a_session_can_be_ended_by_its_account_alone(accounts: Accounts) -> None:
    accounts.add("ben", HASH, Role.ANALYST)
    secret = accounts.begin_session("ann")
    (session,) = accounts.sessions("ann")
    assert not accounts.end_session("ben", session.id)
    assert accounts.end_session("ann", session.id)
    assert accounts.find_session(secret) is None
    assert not accounts.end_session("ann", "no hex")


def test_a_new_password_ends_all_sessions_but_the_one_that_set_it(accounts: Accounts) -> None:
    mine, other = accounts.begin_session("ann"), accounts.begin_session("ann")
    session = accounts.find_session(mine)
    assert session is not None
    assert accounts.change("ann", "new", keep=session.id)
    assert accounts.find_session(mine) is not None
    assert accounts.find_session(other) is None
    assert not accounts.change("nobody", "new")


def test_who_is_removed_is_out_at_once(accounts: Accounts) -> None:
    secret = accounts.begin_session("ann")
    assert accounts.remove("ann")
    assert accounts.find_session(secret) is None
    assert not accounts.remove("ann")


def test_a_key_opens_what_it_was_made_for_until_it_is_revoked(accounts: Accounts) -> None:
    secret = accounts.add_key("crm", [Scope.REPORTS, Scope.CONSENT])
    key = accounts.find_key(secret)
    assert key is not None
    assert key.scopes == {Scope.REPORTS, Scope.CONSENT}
    assert accounts.api_keys() == (key,)
    assert accounts.find_key(secret + "x") is None
    assert accounts.revoke_key(key.id)
    assert accounts.find_key(secret) is None
    for name, scopes in (("crm", []), ("", [Scope.PEOPLE])):
        with pytest.raises(Malformed):
            accounts.add_key(name, scopes)


def test_no_secret_is_on_disk(accounts: Accounts, engine: Engine, tmp_path: Path) -> None:
    secrets = [accounts.begin_session("ann"), accounts.add_key("crm", [Scope.REPORTS])]
    engine.dispose()
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("overt.db*"))
    assert b"crm" in raw
    assert not any(secret.encode() in raw for secret in secrets)
