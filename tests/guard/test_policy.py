"""Policies are tables: each takes out what the one before does, and more."""

from __future__ import annotations

import pytest

from overt.errors import Refused
from overt.guard.policy import ACTIONS, Action, Policy


def test_each_policy_does_what_the_milder_one_does_and_more() -> None:
    trackers, identified, strict = (ACTIONS[name] for name in ("trackers", "identified", "strict"))
    assert trackers.items() < identified.items() < strict.items()


def test_trackers_leaves_what_shows_something() -> None:
    policy = Policy("trackers")
    assert policy.action("remote", "display") is Action.KEEP
    assert policy.action("identified", "display") is Action.KEEP
    assert policy.action("beacon", "display") is Action.OUT


def test_strict_lets_nothing_load_by_itself_whatever_its_class() -> None:
    policy = Policy("strict")
    assert policy.action("plain", "display") is Action.HIDE
    assert policy.action("plain", "click") is Action.KEEP


def test_an_unknown_policy_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refused, match="trackers, identified, strict"):
        Policy("everything")
