"""The click-anchored estimate, and the usual way beside it, in worlds whose truth is known."""

from __future__ import annotations

import numpy as np

from overt.measure.anchor import Ahead, Groups, Observable
from overt.measure.estimate import estimate_opens
from overt.measure.rate import rate
from tests.world.world import WORLDS, draw_campaigns

DRAWS = 1000  # enough for a share of covering intervals


def test_the_interval_covers_the_truth_and_the_usual_way_does_not() -> None:
    """The usual way takes the rate of those who can be observed for everybody's."""
    chance = np.random.default_rng(5)
    held = together = overconfident = usual = 0
    for campaign in draw_campaigns(6, each=5000):
        groups = Groups(
            Ahead(campaign.each, campaign.ahead_clicked),
            Observable(campaign.each, campaign.observable_opened, campaign.observable_clicked),
        )
        both = estimate_opens(groups, taus=(0.2,), draws=DRAWS, generator=chance)
        found, narrow = both.estimate, both.sweep[0].ahead
        copied = rate(campaign.observable_opened, campaign.each, level=0.9)
        held += found.ahead.low <= campaign.truth.ahead_opens <= found.ahead.high
        together += found.everyone.low <= campaign.rate <= found.everyone.high
        overconfident += narrow.low <= campaign.truth.ahead_opens <= narrow.high
        usual += copied.low <= campaign.truth.ahead_opens <= copied.high
    assert held / WORLDS >= 0.9
    assert together / WORLDS >= 0.9
    assert overconfident / WORLDS < 0.9  # a tau of 0.2 where the truth is 0.25: the sweep shows what hangs on it
    assert usual / WORLDS <= 0.15
