"""The API: what a key may see, page after page; faults are problems."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from overt.cli.report import make_report
from overt.measure import as_dict
from overt.measure.audience import Rule
from overt.serve.board.api import PROBLEM, Verdict
from overt.serve.board.view import VERDICTS
from overt.store import Scope
from overt.store.audience import Audiences
from tests.cli.made import add_campaign
from tests.serve.board.hall import HOSTILE, Hall

AT = "/api/v1"
PEOPLE = {f"p{number}@example.org": 1 + number % 2 for number in range(60)}


@pytest.fixture
def two(hall: Hall) -> Hall:
    add_campaign(hall.house.settings.folder, "autumn", PEOPLE, [f"p{number}@example.org" for number in range(0, 60, 4)])
    return hall


def key(hall: Hall, *scopes: Scope) -> dict[str, str]:
    return {"Authorization": f"Bearer {hall.accounts.add_key('shop', scopes or tuple(Scope))}"}


def follow(client: TestClient[Litestar], path: str, headers: dict[str, str], **params: Any) -> Iterator[dict[str, Any]]:
    """All items, a page after the other."""
    cursor: dict[str, str] = {}
    while True:
        told = client.get(AT + path, headers=headers, params={**params, **cursor}).json()
        yield from told["items"]
        if told["next"] is None:
            return
        cursor = {"cursor": told["next"]}


def is_problem(answer: Any, status: int) -> bool:
    told = answer.json()
    return (
        answer.status_code == told["status"] == status
        and answer.headers["content-type"].startswith(PROBLEM)
        and {"type", "title", "detail"} <= set(told)
    )


def test_campaigns_are_what_the_report_says(two: Hall) -> None:
    expected: Any = as_dict(make_report(two.house.settings), by_recipient=False)
    items = {item["campaign"]: item for item in follow(two.stranger, "/campaigns", key(two, Scope.REPORTS), limit=1)}
    assert set(items) == {HOSTILE, "autumn"}
    for one in json.loads(json.dumps(expected["campaigns"])):
        number = items[one["campaign"]]["number"]
        answer = two.stranger.get(f"{AT}/campaigns/{number}", headers=key(two, Scope.REPORTS))
        assert answer.json()["item"] == items[one["campaign"]]
        assert {name: items[one["campaign"]][name] for name in one} == one
        assert "@example.org" not in answer.text


def test_recipients_come_a_page_at_a_time_and_each_once(two: Hall) -> None:
    number, headers = two.house.ledger.campaigns()["autumn"], key(two, Scope.PEOPLE)
    two.stranger.get(f"{AT}/campaigns", headers=key(two))
    found = list(follow(two.stranger, f"/campaigns/{number}/recipients", headers, limit=7))
    assert sorted(item["address"] for item in found) == sorted(PEOPLE)
    clicked = list(follow(two.stranger, f"/campaigns/{number}/recipients", headers, limit=4, verdict="clicked"))
    assert {item["address"] for item in clicked} == {f"p{number}@example.org" for number in range(0, 60, 4)}
    ranked = list(follow(two.stranger, "/engagement", headers, limit=25))
    assert {item["address"] for item in ranked} >= set(PEOPLE)
    one = two.stranger.get(f"{AT}/recipients/{clicked[0]['recipient']}", headers=headers).json()["item"]
    assert one["address"] == clicked[0]["address"]
    assert [visit["kind"] for visit in one["visits"]] == ["link"]


def test_a_segment_is_who_fulfils_its_rule_now(two: Hall) -> None:
    headers = key(two, Scope.PEOPLE)
    Audiences(two.house.engine).save("busy bees", Rule(clicked=1, campaigns=("autumn",)))
    (item,) = two.stranger.get(f"{AT}/segments", headers=headers).json()["items"]
    assert (item["name"], item["rule"]) == ("busy bees", {"clicked": 1, "campaigns": ["autumn"]})
    two.stranger.get(f"{AT}/campaigns", headers=key(two))
    found = list(follow(two.stranger, "/segments/busy%20bees/recipients", headers, limit=4))
    assert {one["address"] for one in found} == {f"p{number}@example.org" for number in range(0, 60, 4)}
    assert {one["clicked"] for one in found} == {1}
    two.house.ledger.withdraw("p4@example.org", way="page")
    later = list(follow(two.stranger, "/segments/busy%20bees/recipients", headers, limit=50))
    assert "p4@example.org" not in {one["address"] for one in later}
    assert is_problem(two.stranger.get(f"{AT}/segments/x/recipients", headers=headers), 404)


def test_who_withdrew_is_in_nothing(hall: Hall) -> None:
    headers = key(hall)
    said = "".join(
        hall.stranger.get(AT + path, headers=headers).text
        for path in ("/campaigns", f"/campaigns/{hall.campaign}/recipients", "/engagement")
    )
    assert "ann@example.org" in said
    assert "cleo" not in said


def test_a_key_does_what_it_was_made_for_and_nothing_else(hall: Hall) -> None:
    client = hall.stranger
    paths = {
        "/campaigns": Scope.REPORTS,
        f"/campaigns/{hall.campaign}": Scope.REPORTS,
        f"/campaigns/{hall.campaign}/recipients": Scope.PEOPLE,
        "/engagement": Scope.PEOPLE,
        "/send-times": Scope.REPORTS,
        "/segments": Scope.PEOPLE,
        "/segments/busy/recipients": Scope.PEOPLE,
        "/recipients/1": Scope.PEOPLE,
    }
    for path, scope in paths.items():
        nobody = client.get(AT + path)
        assert is_problem(nobody, 401)
        assert nobody.headers["www-authenticate"].startswith("Bearer")
        for wrong in ("Bearer", "Bearer overt_x", "Basic YTpi", "bearer \x7f"):
            assert is_problem(client.get(AT + path, headers={"Authorization": wrong}), 401)
        others = [one for one in Scope if one is not scope]
        assert is_problem(client.get(AT + path, headers=key(hall, *others)), 403)
    headers = key(hall, Scope.REPORTS)
    hall.accounts.revoke_key(hall.accounts.api_keys()[-1].id)
    assert is_problem(client.get(f"{AT}/campaigns", headers=headers), 401)


def test_a_login_opens_nothing_here(owner: TestClient[Litestar]) -> None:
    assert is_problem(owner.get(f"{AT}/campaigns"), 401)


def test_faults_are_problems(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    client, headers = hall.stranger, key(hall)
    for query in ("limit=0", "limit=201", "limit=x", "cursor=x", "cursor=-1", "cursor=" + "9" * 21):
        assert is_problem(client.get(f"{AT}/campaigns?{query}", headers=headers), 400)
    assert is_problem(client.get(f"{AT}/campaigns/{hall.campaign}/recipients?verdict=' OR 1=1", headers=headers), 400)
    assert client.get(f"{AT}/campaigns?cursor={'9' * 20}", headers=headers).json()["items"] == []
    for path in ("/campaigns/9", "/campaigns/" + "9" * 5000, "/recipients/9", f"/recipients/{1 << 40}", "/nothing", ""):
        assert is_problem(client.get(AT + path, headers=headers), 404)
    assert is_problem(client.post(f"{AT}/campaigns", headers=headers), 405)
    assert is_problem(client.get(f"{AT}/engagement", headers=headers), 409)
    monkeypatch.setattr("overt.store.readings.Readings.people", lambda *values, **more: 1 / 0)
    broken = client.get(f"{AT}/campaigns/{hall.campaign}/recipients", headers=headers)
    assert is_problem(broken, 500)
    assert "division" not in broken.text


def test_verdicts_are_those_of_the_pages() -> None:
    (annotated, *_) = get_args(Verdict)
    assert set(VERDICTS) <= {word for part in get_args(annotated) for word in get_args(part)}
