"""Click-to-open between its two worst cases."""

from __future__ import annotations

import pytest
from scipy.stats import beta

from overt.measure.following import Following, count_following
from overt.measure.hit import Hit
from overt.measure.visit import read_visits
from tests.measure.made import APPLE, CURL, click_hit, open_hit, sending, sent

PEOPLE = [sent(person) for person in range(1, 21)]
OUTLOOK = "Mozilla/4.0 (compatible; ms-office; MSOffice 16)"  # a click of it may be a person's or not


def counted(*hits: Hit) -> Following:
    return count_following({one.sending for one in PEOPLE}, read_visits(hits, PEOPLE))


def test_a_click_is_an_open_too() -> None:
    found = counted(click_hit(1), open_hit(2))
    assert (found.of, found.opened, found.clicked) == (20, 2, 1)


def test_the_bounds_are_the_two_worst_cases() -> None:
    # 1 and 2 opened, 1 clicked; 3 and 4 perhaps opened; 5 perhaps clicked, and opened if it did.
    found = counted(
        open_hit(1), click_hit(1), open_hit(2), open_hit(3, APPLE), open_hit(4, APPLE), click_hit(5, user_agent=OUTLOOK)
    )
    assert found.bounds is not None
    assert (found.opened, found.perhaps, found.clicked, found.possible) == (2, 3, 1, 2)
    assert (found.bounds.lower.count, found.bounds.lower.of) == (1, 5)  # all three opened, nobody else clicked
    assert (found.bounds.upper.count, found.bounds.upper.of) == (2, 3)  # 3 and 4 did not open, 5 did and clicked
    # Clopper and Pearson's ends as quantiles of beta distributions.
    assert found.bounds.low == pytest.approx(beta.ppf(0.025, 1, 5), rel=1e-6)
    assert found.bounds.high == pytest.approx(beta.ppf(0.975, 3, 1), rel=1e-6)


def test_machines_neither_open_nor_click() -> None:
    found = counted(open_hit(1, CURL), click_hit(1, user_agent=CURL))
    assert (found.opened, found.perhaps, found.possible, found.bounds) == (0, 0, 0, None)


def test_sendings_that_do_not_tell_of_both_are_left_out() -> None:
    found = count_following({sending(1)}, read_visits([open_hit(1), open_hit(2), click_hit(2)], PEOPLE))
    assert (found.of, found.opened, found.clicked) == (1, 1, 0)
