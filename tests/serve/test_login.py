"""Users and passwords: what is right is right, guessing is slow, and nobody learns who exists."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from overt.errors import Malformed
from overt.serve.login import FAILURE_SECONDS, MOST_FAILURES, Logins, Outcome, hash_password, network_of, read_users

# Made by argon2-cffi itself with little work, so that tests are fast: any argon2 hash will do.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")


def check(logins: Logins, user: str, password: bytes, peer: str = "192.0.2.1") -> Outcome:
    return asyncio.run(logins.check(user, password, peer))


def test_a_right_password_is_looked_at_once_and_then_known() -> None:
    logins = Logins({"desk": HASH})
    assert [check(logins, "desk", b"correct horse") for _ in range(3)] == [Outcome.RIGHT] * 3
    assert logins.looked_at == 1


@pytest.mark.parametrize(
    ("user", "password"), [("desk", b"wrong"), ("nobody", b"correct horse"), ("", b""), ("desk", b"\xff\x00")]
)
def test_anything_else_is_wrong_and_an_unknown_name_costs_as_much(user: str, password: bytes) -> None:
    logins = Logins({"desk": HASH})
    assert check(logins, user, password) is Outcome.WRONG
    assert logins.looked_at == 1


def test_a_network_that_guesses_waits_and_others_do_not() -> None:
    now = [0.0]
    logins = Logins({"desk": HASH}, monotonic=lambda: now[0])
    found = [check(logins, "desk", b"guess", f"192.0.2.{number}") for number in range(MOST_FAILURES + 5)]
    assert found == [Outcome.WRONG] * MOST_FAILURES + [Outcome.BUSY] * 5
    assert logins.looked_at == MOST_FAILURES
    assert check(logins, "desk", b"correct horse", "192.0.2.9") is Outcome.BUSY  # the right one neither: it is a guess
    assert check(logins, "desk", b"correct horse", "198.51.100.1") is Outcome.RIGHT
    assert check(logins, "desk", b"correct horse", "192.0.2.9") is Outcome.RIGHT  # known by now
    now[0] = FAILURE_SECONDS + 1
    assert check(logins, "desk", b"guess", "192.0.2.1") is Outcome.WRONG


def test_many_at_once_are_put_off_instead_of_remembered() -> None:
    logins = Logins({"desk": HASH})

    async def story() -> list[Outcome]:
        tries = [logins.check("desk", b"guess", f"10.{number}.0.1") for number in range(60)]
        return list(await asyncio.gather(*tries))

    found = asyncio.run(story())
    assert found.count(Outcome.BUSY) == 60 - 16


def test_a_hash_is_made_and_checked_again() -> None:
    assert check(Logins({"desk": hash_password("correct horse")}), "desk", b"correct horse") is Outcome.RIGHT
    with pytest.raises(Malformed):
        hash_password("short")


def test_a_hash_that_is_none_is_told_without_being_repeated() -> None:
    with pytest.raises(Malformed, match="overt password") as caught:
        Logins({"desk": "plain secret"})
    assert "secret" not in str(caught.value)


def test_users_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "users").write_text(f"# people\n\ndesk:{HASH}\n")
    assert read_users(tmp_path / "users") == {"desk": HASH}
    (tmp_path / "users").write_text("desk\n")
    with pytest.raises(Malformed):
        read_users(tmp_path / "users")
    with pytest.raises(Malformed, match="cannot be read"):
        read_users(tmp_path / "none")


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("", ""),
    ],
)
def test_who_guesses_is_known_by_the_network(peer: str, network: str) -> None:
    assert network_of(peer) == network


def test_no_secret_shows_in_a_repr() -> None:
    assert "argon2" not in repr(Logins({"desk": HASH}))
