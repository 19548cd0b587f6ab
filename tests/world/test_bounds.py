"""Bounds in worlds whose truth is known."""

from __future__ import annotations

import numpy as np

from overt.measure.bounds import Partition, bound_opens, sweep_blocking
from tests.world.world import WORLDS, Campaign, draw_campaigns

NOISE = 0.02  # three standard errors of a share of 0.95 in 1,000 worlds


def partition(campaign: Campaign) -> Partition:
    opened = campaign.observable_opened + campaign.ahead_clicked
    return Partition(opened, campaign.each - campaign.ahead_clicked, campaign.each - campaign.observable_opened)


def test_what_happened_always_lies_between_the_bounds() -> None:
    for campaign in draw_campaigns(1, each=500):
        found = bound_opens(partition(campaign))
        assert found.lower <= campaign.really_opened / (2 * campaign.each) <= found.upper


def test_with_pictures_off_it_lies_below_the_bound_that_admits_it() -> None:
    for campaign in draw_campaigns(2, each=500, blocking=0.4):
        _, admitted = sweep_blocking(partition(campaign))
        assert admitted.lower <= campaign.really_opened / (2 * campaign.each) <= admitted.upper


def test_the_interval_holds_the_true_rate_in_nearly_every_world() -> None:
    held = sum(
        found.low <= campaign.rate <= found.high
        for campaign in draw_campaigns(3, each=500)
        for found in [bound_opens(partition(campaign))]
    )
    assert held / WORLDS >= 0.95


def test_the_interval_keeps_its_promise_where_the_truth_is_as_low_as_it_can_be() -> None:
    """The hard case: nobody who was fetched for ahead opened, so the true rate is the lower bound itself."""
    chance = np.random.default_rng(4)
    for share in (0.0, 0.01, 0.3):
        held = 0
        for opened, ahead, silent in chance.multinomial(800, [0.2, share, 0.8 - share], size=WORLDS):
            found = bound_opens(Partition(int(opened), int(ahead), int(silent)))
            held += found.low <= 0.2 <= found.high
        assert held / WORLDS >= 0.95 - NOISE
