"""A report as plain data."""

from __future__ import annotations

import json
from typing import Any

from overt.measure.mode import Mode
from overt.measure.report import Report, report_campaign
from overt.measure.sheet import as_dict
from overt.measure.token import Kind
from tests.measure.made import MINUTE, NOON, click_hit, count, facts, open_hit, sent

REPORT = Report(
    NOON,
    1,
    (
        report_campaign(
            facts(sent(1), sent(2), sent(3, Mode.SHARED)),
            [open_hit(1, place="DE"), click_hit(1, after=MINUTE)],
            [count(5), count(40, Kind.LINK, link=1)],
        ),
    ),
)


def plain(*, by_recipient: bool = True) -> Any:
    """Through JSON and back, as a reader of `overt report --json` has it."""
    return json.loads(json.dumps(as_dict(REPORT, by_recipient=by_recipient)))


def test_shared_has_loads_and_clicks_and_neither_opens_nor_a_rate() -> None:
    shared = plain()["campaigns"][0]["shared"]
    text = json.dumps(shared)
    assert "open" not in text
    assert "rate" not in text
    assert (shared["loads"]["total"], shared["clicks"]["total"], shared["few"]) == (5, 40, True)


def test_clicks_come_first_in_both_halves() -> None:
    campaign = plain()["campaigns"][0]
    for half, later in (("shared", "loads"), ("individual", "opens")):
        names = list(campaign[half])
        assert names.index("clicks") < names.index(later)


def test_every_rate_has_its_interval() -> None:
    def find_rates(value: Any) -> list[dict[str, Any]]:
        if isinstance(value, list):
            return [rate for item in value for rate in find_rates(item)]
        if not isinstance(value, dict):
            return []
        return ([value] if "rate" in value else []) + [rate for item in value.values() for rate in find_rates(item)]

    rates = find_rates(plain())
    assert rates
    assert all({"low", "high"} <= rate.keys() for rate in rates)
    assert all(rate["low"] <= rate["rate"] <= rate["high"] for rate in rates)


def test_opens_are_told_with_bounds_and_sets() -> None:
    opens = plain()["campaigns"][0]["individual"]["opens"]
    assert (opens["delivered"], opens["observed"]["count"], opens["possible"]["count"]) == (2, 1, 1)
    assert opens["sendings"]["human"] == 1


def test_a_recipients_line_tells_when_where_and_how_often() -> None:
    (first, second) = plain()["campaigns"][0]["individual"]["recipients"]
    assert first["recipient"] == "person1@example.org"
    assert (first["opens"], first["first_open"], first["places"]) == (1, "2026-11-24T12:00:00Z", ["DE"])
    assert [(event["kind"], event["actor"]) for event in first["timeline"]] == [("beacon", "human"), ("link", "human")]
    assert first["timeline"][0]["reason"]
    assert second["verdict"] == "nothing seen"


def test_nobody_is_named_unless_asked() -> None:
    told = plain(by_recipient=False)
    assert told["campaigns"][0]["individual"]["recipients"] is None
    assert "person1" not in json.dumps(told)


def test_click_to_open_and_how_soon_come_with_intervals_and_what_they_rest_on() -> None:
    people = [sent(person) for person in range(1, 41)]
    hits = [open_hit(person, after=person * MINUTE) for person in range(1, 21)]
    hits += [click_hit(person, after=(60 + person) * MINUTE) for person in range(1, 6)]
    report = Report(NOON, 3, (report_campaign(facts(*people), hits, []),))
    told = as_dict(report)["campaigns"][0]["individual"]  # type: ignore[index]
    assert (told["click_to_open"]["opened"], told["click_to_open"]["observed"]["rate"]) == (20, 0.25)
    assert 0 < told["click_to_open"]["interval"]["low"] < 0.25 < told["click_to_open"]["interval"]["high"] < 1
    median = told["time_to_open"]["quantiles"][1]
    assert (median["share"], median["seconds"], median["low"], median["high"]) == (0.5, 600, 360, 900)
    assert (told["time_to_open"]["few"], told["time_to_click"]["few"], told["time_to_click"]["seen"]) == (
        False,
        True,
        5,
    )
    nothing = as_dict(Report(NOON, 3, (report_campaign(facts(sent(1)), [], []),)))["campaigns"][0]["individual"]  # type: ignore[index]
    assert (nothing["click_to_open"]["interval"], nothing["time_to_open"]) == (None, None)
