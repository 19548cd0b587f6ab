"""Values of an estimate that cannot be."""

from __future__ import annotations

import pytest

from overt.errors import Malformed
from overt.measure.anchor import Ahead, Observable


@pytest.mark.parametrize("counts", [(0, 0), (5, 6), (5, -1)])
def test_a_group_that_cannot_be_is_malformed(counts: tuple[int, int]) -> None:
    with pytest.raises(Malformed):
        Ahead(*counts)


@pytest.mark.parametrize("counts", [(0, 0, 0), (5, 6, 1), (5, 3, 4)])
def test_clicks_are_opens_and_opens_are_delivered(counts: tuple[int, int, int]) -> None:
    with pytest.raises(Malformed):
        Observable(*counts)
