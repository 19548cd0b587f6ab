"""`overt watch`: what comes in, as it comes in."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from overt.cli.settings import load_settings
from overt.cli.watch import draw, follow, tell_change
from overt.measure import Kind
from overt.store import Layout
from overt.store.tail import Change
from tests.cli.made import make_folder
from tests.measure.made import SPRING, facts
from tests.store.made import make_hit, write_segments

DATA = Path("overt-data")


def test_hits_are_told_with_who_what_and_why_and_sums_with_neither() -> None:
    make_folder(DATA)
    lines = list(islice(follow(load_settings(), from_start=True), 5))
    hits = [line for line in lines if "at" in line]
    assert [(line["recipient"], line["kind"], line["actor"]) for line in hits] == [
        ("ann@example.org", "beacon", "human"),
        ("ann@example.org", "link", "human"),
        ("ben@example.org", "beacon", "prefetch"),
    ]
    assert all(line["reason"] for line in hits)
    sums = [line for line in lines if "at" not in line]
    assert sums == [
        {"campaign": "spring", "kind": "loads", "total": 30, "grew": 30},
        {"campaign": "spring", "kind": "clicks", "total": 25, "grew": 25},
    ]


def test_who_withdrew_is_not_shown() -> None:
    make_folder(DATA)
    lines = list(islice(follow(load_settings(), from_start=True), 5))
    assert "cleo@example.org" not in {line.get("recipient") for line in lines}


def test_only_what_comes_in_later_is_told() -> None:
    make_folder(DATA)
    rounds = 0

    def sleep(_: float) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 2:
            write_segments(Layout(DATA), [make_hit(9)], worker="1")

    (line,) = islice(follow(load_settings(), sleep=sleep), 1)
    assert (line["sending"] >> 32, rounds) == (9, 2)


def test_another_campaign_is_not_told() -> None:
    make_folder(DATA)

    class Enough(Exception):
        pass

    def sleep(_: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        next(follow(load_settings(), "summer", from_start=True, sleep=sleep))


def test_a_sum_below_twenty_is_not_told() -> None:
    told = tell_change(Change(SPRING, Kind.BEACON, 19, 1), facts())
    assert told == {"campaign": "spring", "kind": "loads", "total": None, "grew": None}
    assert "under 20" in draw(told).plain


def test_a_line_has_time_actor_campaign_recipient_and_program() -> None:
    make_folder(DATA)
    line = next(follow(load_settings(), from_start=True))
    assert draw(line).plain.split() == [
        "12:00:00",
        "human",
        "beacon",
        "spring",
        "ann@example.org",
        "Thunderbird",
        "·",
        "DE",
    ]


def test_hostile_words_are_inert() -> None:
    make_folder(DATA)
    line = next(follow(load_settings(), from_start=True))
    assert "\x1b" not in draw(line | {"campaign": "\x1b[2J", "recipient": "\x1b", "destination": "\x1b"}).plain
