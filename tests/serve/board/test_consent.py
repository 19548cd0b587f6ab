"""Permissions over the API: good entries are recorded and bad ones named, each request once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from overt.measure import Grant, Purpose, Withdrawal
from overt.serve.board.consent import MOST_BODY, MOST_ENTRIES, Entries
from overt.store import Entry, Scope, reading
from overt.store.schema import answer as table
from tests.serve.board.hall import Hall
from tests.serve.board.test_api import AT, is_problem, key

ANN, BO = "annette@mail.example", "bo@mail.example"


class Shop:
    """A program with a key for permissions alone."""

    def __init__(self, hall: Hall, name: str = "shop") -> None:
        self.hall = hall
        secret = hall.accounts.add_key(name, [Scope.CONSENT])
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.sent = 0

    def send(self, *entries: object, name: str = "") -> Any:
        self.sent += 1
        return self.post(json.dumps({"entries": entries}), name=name or f"request {self.sent}")

    def post(self, body: str | bytes | Iterable[bytes], name: str | None = "request") -> Any:
        headers = {**self.headers, **({} if name is None else {"Idempotency-Key": name})}
        return self.hall.stranger.post(f"{AT}/consent", content=body, headers=headers)

    def entries(self, address: str) -> tuple[Entry, ...]:
        return self.hall.house.ledger.consent_of(address)


@pytest.fixture
def shop(hall: Hall) -> Shop:
    return Shop(hall)


def stands(shop: Shop, address: str) -> dict[Purpose, type[Entry] | None]:
    found = {purpose: shop.hall.house.ledger.permission(address, purpose).latest for purpose in Purpose}
    return {purpose: None if entry is None else type(entry) for purpose, entry in found.items()}


def test_a_grant_is_recorded_with_how_and_by_whom(shop: Shop) -> None:
    answer = shop.send({"address": ANN, "reference": "form-1", "at": "2026-11-01T09:30:00Z"})
    assert (answer.status_code, answer.json()) == (200, {"recorded": 1, "refused": []})
    (opens, links) = shop.entries(ANN)
    assert isinstance(opens, Grant)
    assert (opens.way, opens.actor, opens.reference) == ("API", "key shop", "form-1")
    assert opens.at == links.at == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    assert stands(shop, ANN) == {Purpose.OPENS: Grant, Purpose.LINKS: Grant, Purpose.HYGIENE: None}


def test_a_withdrawal_is_of_everything_unless_it_says_more(shop: Shop) -> None:
    shop.send(
        {"address": ANN, "decision": "withdrawal"}, {"address": BO, "decision": "withdrawal", "purposes": ["links"]}
    )
    assert set(stands(shop, ANN).values()) == {Withdrawal}
    assert stands(shop, BO) == {Purpose.OPENS: None, Purpose.LINKS: Withdrawal, Purpose.HYGIENE: None}


def test_bad_entries_are_named_and_the_good_ones_recorded(shop: Shop) -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    answer = shop.send(
        {"address": ANN},
        {"address": BO, "decison": "withdrawal"},
        {"address": "secretword"},
        {"address": BO, "at": "2026-11-01T09:30:00"},
        {"address": BO, "at": ahead},
        {"address": BO, "way": "secretword\u0007"},
        {"address": BO, "purposes": ["secretword"]},
        {},
        {"address": BO, "decision": "withdrawal"},
    )
    told = answer.json()
    assert told["recorded"] == 2
    assert [one["entry"] for one in told["refused"]] == [1, 2, 3, 4, 5, 6, 7]
    assert not any(word in answer.text for word in (ANN, BO, "secretword", "decison"))
    assert set(stands(shop, BO).values()) == {Withdrawal}
    assert len(shop.entries(BO)) == len(Purpose)


def test_an_old_grant_undoes_no_later_withdrawal(shop: Shop) -> None:
    shop.send({"address": ANN, "decision": "withdrawal", "purposes": ["links"]})
    before = len(shop.entries(ANN))
    answer = shop.send({"address": ANN, "at": "2026-11-01T09:30:00Z"})
    assert answer.json() == {"recorded": 0, "refused": [{"entry": 0, "detail": "a later entry stands"}]}
    assert len(shop.entries(ANN)) == before  # of opens neither: an entry is recorded whole


def test_the_same_request_again_is_answered_and_not_done(shop: Shop) -> None:
    first = shop.send({"address": ANN}, {"address": "nobody"}, name="once")
    again = shop.send({"address": ANN}, {"address": "nobody"}, name="once")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert len(shop.entries(ANN)) == 2
    other = Shop(shop.hall, "crm").send({"address": ANN}, {"address": "nobody"}, name="once")
    assert other.json() == first.json()
    assert len(shop.entries(ANN)) == 4


def test_the_same_name_with_another_body_is_refused(shop: Shop) -> None:
    shop.send({"address": ANN}, name="once")
    assert is_problem(shop.send({"address": BO}, name="once"), 422)
    assert shop.entries(BO) == ()


def test_a_request_is_named(shop: Shop) -> None:
    body = json.dumps({"entries": [{"address": ANN}]})
    missing = shop.post(body, name=None)
    assert is_problem(missing, 400)
    assert "Idempotency-Key" in missing.json()["detail"]
    for name in ("", "k" * 201, "a\tb"):
        assert is_problem(shop.post(body, name=name), 400)
    sent = {**shop.headers, "Idempotency-Key": "é"}
    latin = [(one.encode("latin-1"), value.encode("latin-1")) for one, value in sent.items()]
    assert is_problem(shop.hall.stranger.post(f"{AT}/consent", content=body, headers=latin), 400)
    assert shop.entries(ANN) == ()
    for name in ("k", '"8e03978e 40d5"', "k" * 200):
        assert shop.post(body, name=name).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x",
        "[]",
        "{}",
        "null",
        '{"entries": []}',
        '{"entries": {}}',
        '{"entries": [1]}',
        '{"entries": [{"address": "ann@example.org"}',
        '{"entries": [{"address": "\\ud800@example.org"}]}',
        b'{"entries": [{"address": "\xff@example.org"}]}',
        "[" * 100_000,
        '{"entries": [{"a":' + "[" * 100_000 + "]" * 100_000 + "}]}",
        json.dumps({"entries": [{}] * (MOST_ENTRIES + 1)}),
    ],
)
def test_what_is_no_list_of_entries_is_a_problem(shop: Shop, body: str | bytes) -> None:
    assert is_problem(shop.post(body), 400)
    with reading(shop.hall.house.engine) as connection:
        assert connection.execute(select(table)).all() == []


def test_a_body_has_a_limit_of_its_own(shop: Shop) -> None:
    pad = {"wording": "w" * 200, "reference": "r" * 200, "way": "x" * 200, "actor": "a" * 200}
    rows = [{"address": f"{'n' * 9}{number}@example.org", **pad} for number in range(990)]
    large = json.dumps({"entries": rows}).ljust(900 * 1024)
    answer = shop.post(large, name="large")
    assert (answer.status_code, answer.json()["recorded"]) == (200, 990)
    body = json.dumps({"entries": [{"address": ANN}]})
    assert shop.post(body.ljust(MOST_BODY), name="full").status_code == 200
    assert is_problem(shop.post(body.ljust(MOST_BODY + 1), name="over"), 413)

    def unsaid() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    assert is_problem(shop.post(unsaid(), name="unsaid"), 413)


def test_as_many_entries_as_are_allowed(shop: Shop) -> None:
    answer = shop.send(*[{"address": "nobody"}] * MOST_ENTRIES)
    assert len(answer.json()["refused"]) == MOST_ENTRIES


def test_how_many_entries_there_are_is_looked_at_at_birth() -> None:
    for number in (0, MOST_ENTRIES + 1):
        with pytest.raises(ValueError):
            Entries([{}] * number)


def test_a_key_for_something_else_records_nothing(hall: Hall) -> None:
    body = {"entries": [{"address": ANN}]}
    for headers, status in (({}, 401), (key(hall, Scope.REPORTS, Scope.PEOPLE), 403)):
        asked = {**headers, "Idempotency-Key": "k"}
        assert is_problem(hall.stranger.post(f"{AT}/consent", json=body, headers=asked), status)
    assert is_problem(hall.stranger.get(f"{AT}/consent", headers=key(hall)), 405)
    assert hall.house.ledger.consent_of(ANN) == ()


def test_of_two_at_the_same_time_one_is_done(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    began, go, ledger = threading.Event(), threading.Event(), shop.hall.house.ledger
    recipient = ledger.recipient

    def slow(address: str) -> Any:
        began.set()
        assert go.wait(10)
        return recipient(address)

    monkeypatch.setattr(ledger, "recipient", slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(shop.send, {"address": ANN}, name="once")
        assert began.wait(10)
        second = shop.send({"address": ANN}, name="once")
        go.set()
        assert first.result(10).status_code == 200
    assert is_problem(second, 409)
    assert shop.send({"address": ANN}, name="once").json() == first.result().json()
    assert len(shop.entries(ANN)) == 2


def test_a_fault_half_way_leaves_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    recipient, ledger = shop.hall.house.ledger.recipient, shop.hall.house.ledger

    def fail(address: str) -> Any:
        return recipient(address) if address == ANN else 1 / 0

    monkeypatch.setattr(ledger, "recipient", fail)
    assert is_problem(shop.send({"address": ANN}, {"address": BO}, name="once"), 500)
    assert shop.entries(ANN) == ()
    monkeypatch.undo()
    assert shop.send({"address": ANN}, {"address": BO}, name="once").json()["recorded"] == 2


def test_a_kept_answer_holds_no_word_of_anybody(shop: Shop) -> None:
    shop.send(
        {"address": ANN, "reference": "secretword"},
        {"address": f"{ANN} {BO}"},
        {"address": BO, "secretword": ""},
        name="request-one",
    )
    with reading(shop.hall.house.engine) as connection:
        rows: list[Mapping[str, Any]] = [dict(row) for row in connection.execute(select(table)).mappings()]
    (row,) = rows
    assert [one["entry"] for one in json.loads(row["text"])["refused"]] == [1, 2]
    assert not any(word in str(row) for word in ("mail.example", "annette", "secretword", "request-one", "shop"))
