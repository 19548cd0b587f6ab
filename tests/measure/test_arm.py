"""Drawing arms by a keyed hash."""

from __future__ import annotations

from collections import Counter

import pytest
from scipy.stats import chi2_contingency, chisquare

from overt.errors import Malformed
from overt.measure.arm import choose_arm
from overt.measure.token import Key, RecipientNumber

KEY = Key(0, bytes(range(32)))
PEOPLE = [RecipientNumber(number * 429_497) for number in range(10_000)]


def test_a_recipient_stays_in_the_same_arm() -> None:
    first = [choose_arm(KEY, "subject", person, [1, 1]) for person in PEOPLE[:100]]
    assert first == [choose_arm(KEY, "subject", person, [1, 1]) for person in PEOPLE[:100]]
    assert set(first) == {0, 1}


@pytest.mark.parametrize("weights", [[1, 1], [45, 45, 10], [3, 0, 7]])
def test_the_arms_are_as_large_as_their_weights(weights: list[int]) -> None:
    drawn = Counter(choose_arm(KEY, "subject", person, weights) for person in PEOPLE)
    arms = [arm for arm, weight in enumerate(weights) if weight]
    expected = [weights[arm] * len(PEOPLE) / sum(weights) for arm in arms]
    assert sum(drawn[arm] for arm in arms) == len(PEOPLE)
    assert chisquare([drawn[arm] for arm in arms], expected).pvalue > 0.001


@pytest.mark.parametrize(("key", "experiment"), [(KEY, "hour"), (Key(1, bytes(reversed(range(32)))), "subject")])
def test_another_experiment_or_another_key_draws_independently(key: Key, experiment: str) -> None:
    table = [[0, 0], [0, 0]]
    for person in PEOPLE:
        table[choose_arm(KEY, "subject", person, [1, 1])][choose_arm(key, experiment, person, [1, 1])] += 1
    assert chi2_contingency(table).pvalue > 0.001


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_without_a_weight_there_is_nothing_to_draw(weights: list[int]) -> None:
    with pytest.raises(Malformed):
        choose_arm(KEY, "subject", RecipientNumber(1), weights)
