"""Saved segments: by name, replaced whole, and nobody in them."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from overt.errors import Malformed
from overt.measure.audience import Rule
from overt.store.audience import Audience, Audiences
from overt.testing import FixedClock

BUSY, IDLE = Rule(clicked=2, days=90), Rule(quiet_days=180, campaigns=("spring", "summer"))


@pytest.fixture
def audiences(engine: Engine) -> Audiences:
    return Audiences(engine, FixedClock())


def test_a_segment_is_what_was_saved_last_under_its_name(audiences: Audiences) -> None:
    audiences.save("idle", BUSY)
    audiences.save("busy", BUSY)
    audiences.save("idle", IDLE)
    now = FixedClock().now()
    assert audiences.all() == (Audience("busy", BUSY, now), Audience("idle", IDLE, now))
    assert audiences.need("idle").rule == IDLE
    assert audiences.find("x") is None
    with pytest.raises(Malformed, match="overt segment list"):
        audiences.need("x")


def test_it_is_removed(audiences: Audiences) -> None:
    audiences.save("busy", BUSY)
    assert audiences.remove("busy")
    assert not audiences.remove("busy")
    assert audiences.all() == ()


@pytest.mark.parametrize("name", ["", " busy", "a/b", "a\nb", "x" * 101])
def test_a_name_is_a_name(audiences: Audiences, name: str) -> None:
    with pytest.raises(Malformed):
        audiences.save(name, BUSY)
