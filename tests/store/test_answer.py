"""Answers: what is asked twice is done once, and nothing on disk tells who was asked about."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from overt.errors import Refused, Unavailable
from overt.measure import Purpose
from overt.store import Accounts, Answers, Ledger, Reused, Scope, open_database, reading
from overt.store.answer import KEPT
from overt.store.schema import answer as table
from overt.testing import FixedClock

NAME = "8e03978e-40d5-43e8-bc93-6894a57f9324"
BODY = b'{"entries": [{"address": "robin@example.org"}]}'


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def answers(engine: Engine, clock: FixedClock) -> Answers:
    return Answers(engine, clock)


@pytest.fixture
def key(engine: Engine) -> int:
    return new_key(engine)


def new_key(engine: Engine) -> int:
    accounts = Accounts(engine)
    accounts.add_key("shop", [Scope.CONSENT])
    return accounts.api_keys()[-1].id


def never() -> str:
    raise AssertionError("it was done before")


def granting(engine: Engine) -> Callable[[], str]:
    def do() -> str:
        Ledger(engine).grant("robin@example.org", Purpose.OPENS, way="form")
        return "done"

    return do


def kept(engine: Engine) -> int:
    with reading(engine) as connection:
        return len(connection.execute(select(table)).all())


def entered(engine: Engine) -> int:
    return len(Ledger(engine).consent_of("robin@example.org"))


def test_the_same_again_is_answered_and_not_done(answers: Answers, key: int, engine: Engine) -> None:
    assert answers.once(key, NAME, BODY, granting(engine)) == "done"
    assert answers.once(key, NAME, BODY, never) == "done"
    assert entered(engine) == 1


def test_a_name_stands_for_one_body(answers: Answers, key: int) -> None:
    answers.once(key, NAME, BODY, lambda: "done")
    with pytest.raises(Reused):
        answers.once(key, NAME, BODY + b" ", never)


def test_names_of_one_key_are_not_those_of_another(answers: Answers, key: int, engine: Engine) -> None:
    answers.once(key, NAME, BODY, lambda: "first")
    assert answers.once(new_key(engine), NAME, b"other", lambda: "second") == "second"


def test_what_fails_leaves_neither_entry_nor_answer(answers: Answers, key: int, engine: Engine) -> None:
    def half() -> str:
        granting(engine)()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        answers.once(key, NAME, BODY, half)
    assert (entered(engine), kept(engine)) == (0, 0)
    assert answers.once(key, NAME, b"mended", granting(engine)) == "done"


def test_an_answer_is_kept_for_a_week_and_swept_by_the_next(
    answers: Answers, key: int, engine: Engine, clock: FixedClock
) -> None:
    answers.once(key, NAME, BODY, lambda: "first")
    clock.advance(KEPT)
    assert answers.once(key, NAME, BODY, never) == "first"
    clock.advance(timedelta(milliseconds=1))
    assert answers.once(key, "another", BODY, lambda: "second") == "second"
    assert kept(engine) == 1
    assert answers.once(key, NAME, b"other", lambda: "third") == "third"


def test_an_old_answer_stands_in_nobodys_way(answers: Answers, key: int, engine: Engine, clock: FixedClock) -> None:
    answers.once(key, NAME, BODY, lambda: "first")
    clock.advance(KEPT + timedelta(seconds=1))
    assert answers.once(key, NAME, BODY, lambda: "again") == "again"
    assert kept(engine) == 1


def test_of_two_at_the_same_time_one_is_done_and_the_other_refused(answers: Answers, key: int, engine: Engine) -> None:
    began, go = threading.Event(), threading.Event()

    def slow() -> str:
        began.set()
        assert go.wait(10)
        return granting(engine)()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(answers.once, key, NAME, BODY, slow)
        assert began.wait(10)
        with pytest.raises(Refused, match="being done"):
            answers.once(key, NAME, BODY, never)
        go.set()
        assert first.result(10) == "done"
    assert answers.once(key, NAME, BODY, never) == "done"
    assert entered(engine) == 1


def test_another_process_waits_and_gets_the_answer(key: int, engine: Engine, tmp_path: Path) -> None:
    other = open_database(tmp_path / "overt.db")
    began, go = threading.Event(), threading.Event()

    def slow() -> str:
        began.set()
        assert go.wait(10)
        return granting(engine)()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(Answers(engine).once, key, NAME, BODY, slow)
        assert began.wait(10)
        second = pool.submit(Answers(other).once, key, NAME, BODY, never)
        go.set()
        assert (first.result(10), second.result(10)) == ("done", "done")
    other.dispose()
    assert entered(engine) == 1


def test_a_revoked_key_takes_its_answers_along(answers: Answers, key: int, engine: Engine) -> None:
    answers.once(key, NAME, BODY, lambda: "done")
    assert Accounts(engine).revoke_key(key)
    assert kept(engine) == 0


def test_nothing_is_done_for_a_key_that_was_revoked_meanwhile(answers: Answers, key: int, engine: Engine) -> None:
    Accounts(engine).revoke_key(key)
    with pytest.raises(Unavailable):
        answers.once(key, NAME, BODY, granting(engine))
    assert (entered(engine), kept(engine)) == (0, 0)


def test_neither_name_nor_body_is_on_disk(answers: Answers, key: int, engine: Engine, tmp_path: Path) -> None:
    answers.once(key, NAME, BODY, lambda: "an answer")
    engine.dispose()
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("overt.db*"))
    assert b"an answer" in raw
    assert not any(word in raw for word in (NAME.encode(), BODY, b"robin"))


def test_the_same_body_under_another_name_has_another_hash(answers: Answers, key: int, engine: Engine) -> None:
    for name in ("a", "b"):
        answers.once(key, name, BODY, lambda: "done")
    with reading(engine) as connection:
        assert len(set(connection.scalars(select(table.c.body)))) == 2
