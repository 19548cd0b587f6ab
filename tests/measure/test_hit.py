"""Facts as values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from overt.errors import Malformed
from overt.measure.hit import Count, Flag, Hit, hour_of
from overt.measure.mode import Mode
from overt.measure.token import Campaign, Kind, Link, Sending, Variant


def hit(method: str = "GET", at_ms: int = 1) -> Hit:
    return Hit(at_ms, Kind.BEACON, method, Campaign(1), Variant(0), Link(0), Sending(1 << 32 | 1))


def test_a_hit_is_individual_unless_it_says_otherwise() -> None:
    assert hit().mode is Mode.INDIVIDUAL


@pytest.mark.parametrize("method", ["POST", "get", ""])
def test_a_hit_of_another_method_is_refused(method: str) -> None:
    with pytest.raises(Malformed):
        hit(method)


def test_a_hit_before_the_epoch_is_refused() -> None:
    with pytest.raises(Malformed):
        hit(at_ms=-1)


@pytest.mark.parametrize(
    ("flags", "private"),
    [(Flag.NONE, False), (Flag.PREFETCH | Flag.CONDITIONAL, False), (Flag.GPC, True), (Flag.DNT | Flag.PREFETCH, True)],
)
def test_only_the_two_privacy_fields_make_a_request_private(flags: Flag, private: bool) -> None:
    assert flags.private is private


@pytest.mark.parametrize(
    "prefix", ["192.0.2.7/32", "192.0.2.7", "10.0.0.0/16", "2001:db8::/64", "192.0.2.7/24", "nowhere"]
)
def test_a_hit_with_anything_but_a_24_or_a_48_is_refused(prefix: str) -> None:
    with pytest.raises(Malformed):
        replace(hit(), prefix=prefix)


def test_a_24_and_a_48_are_kept() -> None:
    assert replace(hit(), prefix="192.0.2.0/24").prefix == "192.0.2.0/24"
    assert replace(hit(), prefix="2001:db8::/48").prefix == "2001:db8::/48"


def test_a_count_of_no_reading_s_words_is_refused() -> None:
    with pytest.raises(Malformed):
        Count(Campaign(1), Variant(0), Kind.BEACON, Link(0), "a whole User-Agent of somebody", "human", 1, 498_750)


def test_an_hour_is_counted_from_the_epoch() -> None:
    # 2026-11-24T06:15:21Z is 1795500921 s after the epoch; 1795500921 // 3600 = 498750.
    assert hour_of(1_795_500_921_000) == 498_750
