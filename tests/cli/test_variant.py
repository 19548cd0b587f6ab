"""Variants are balanced at every moment, random in order, and numbered for tokens."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.cli.variant import assign, combine
from overt.errors import Refused


def test_one_subject_and_one_content_are_no_variant() -> None:
    assert [variant.number for variant in combine(0, 1)] == [0]


def test_every_subject_goes_with_every_content() -> None:
    assert [(v.number, v.subject, v.content) for v in combine(2, 2)] == [(1, 0, 0), (2, 0, 1), (3, 1, 0), (4, 1, 1)]


def test_more_variants_than_a_token_can_name_are_refused() -> None:
    assert len(combine(255, 1)) == 255
    with pytest.raises(Refused, match="256"):
        combine(16, 16)


@given(count=st.integers(1, 8), recipients=st.integers(0, 200), seed=st.integers())
def test_no_two_variants_ever_differ_by_more_than_one_recipient(count: int, recipients: int, seed: int) -> None:
    given_out = Counter(v.number for v in islice(assign(combine(count, 1), Random(seed)), recipients))
    numbers = [given_out[v.number] for v in combine(count, 1)]
    assert max(numbers) - min(numbers) <= 1


def test_chance_is_the_callers() -> None:
    def run(seed: int) -> list[int]:
        return [v.number for v in islice(assign(combine(4, 1), Random(seed)), 40)]

    assert run(1) == run(1)
    assert run(1) != run(2)
