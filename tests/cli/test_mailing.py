"""Mailings without a network: chance, clock and submission are handed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from overt.cli.mailing import Mailing, Served, make_mailing, submit_all
from overt.cli.recipients import parse_recipients
from overt.cli.submit import Outcome
from overt.cli.variant import combine
from overt.errors import Malformed
from overt.testing import MORNING, make_mail

ROWS = parse_recipients(b"email\n" + b"".join(b"p%d@example.org\n" % n for n in range(5))).rows


def mailing(**options: str) -> Mailing:
    return make_mailing("spring", [make_mail()], (), combine(0, 1), **options)


def test_the_sender_is_the_messages_own_unless_given() -> None:
    assert mailing().sender == "news@shop.example.org"
    assert mailing(sender="bounces@shop.example.org").sender == "bounces@shop.example.org"
    with pytest.raises(Malformed, match="--from"):
        make_mailing("spring", [b"From: nobody\r\n\r\n"], (), combine(0, 1))


def test_message_ids_are_the_callers_and_in_the_senders_domain() -> None:
    numbers: Iterator[int] = iter(range(9))
    copies = list(mailing().copies(ROWS, Random(1), MORNING, lambda: f"id{next(numbers)}"))
    assert b"Message-ID: <id0@shop.example.org>\r\n" in copies[0][2]
    assert b"Message-ID: <id4@shop.example.org>\r\n" in copies[4][2]


def test_a_broken_connection_stops_and_counts_what_is_left(folder: Path) -> None:
    outcomes = iter([Outcome(250), Outcome(451, "later"), Outcome(550, "never"), Outcome(0, "gone")])
    served = Served(folder / "sent", "spring")
    ticks: list[int] = []
    with served:
        summary = submit_all(
            mailing().copies(ROWS, Random(1), MORNING, lambda: "x"),
            len(ROWS),
            lambda address, raw: next(outcomes),
            served,
            lambda: ticks.append(1),
        )
    assert (summary.accepted.total(), summary.broken, summary.unsent, len(ticks)) == (1, "gone", 2, 3)
    assert (summary.later, summary.refused) == (["line 3: 451 later"], ["line 4: 550 never"])
    assert [row.address in Served(folder / "sent", "spring") for row in ROWS] == [True, False, False, False, False]


def test_served_is_by_campaign_and_whatever_the_case(folder: Path) -> None:
    with Served(folder / "sent", "spring") as served:
        served.add("Ann@example.org")
    assert "ann@EXAMPLE.org" in Served(folder / "sent", "spring")
    assert "ann@example.org" not in Served(folder / "sent", "summer")
