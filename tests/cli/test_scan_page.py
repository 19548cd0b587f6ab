"""The report as a page: it loads nothing, runs nothing, and what mail says in it is text."""

from __future__ import annotations

from datetime import UTC, datetime

import turbohtml

from overt.cli.scan_page import bars, leak_words, month_bars, write_page
from overt.guard import detect
from overt.guard.ledger import Ledger, Summary
from overt.message import parse, walk
from overt.testing import make_mail


def ledger(sender: str = "news@shop.example.org") -> Ledger:
    found = Ledger()
    for month in (9, 10, 11):
        found.add(
            Summary(
                f"{month}.eml", "<1@x>", sender, "<b>Shop</b>", "<script>alert(1)</script>",
                datetime(2026, month, 2, tzinfo=UTC), {"beacon": 1}, ('V"endor',), ("t.example.net",), ("base64+md5",),
                {"gmail": 1},
            )
        )  # fmt: skip
    return found


def test_strangers_words_are_text() -> None:
    page = write_page(ledger('"><img src=https://evil.example/>'), "")
    tree = turbohtml.parse(page)
    assert not [element for element in tree.iter_elements(None) if element.tag in ("script", "img", "iframe", "link")]
    assert not [r for r in walk(parse(page.encode())) if r.fetch == "display"]


def test_it_names_senders_vendors_leaks_and_what_to_do() -> None:
    page = write_page(ledger(), "")
    for words in ("news@shop.example.org", "t.example.net", "base64+md5", "Gmail", "Firefox Relay"):
        assert words in page


def test_a_ledger_without_a_finding_makes_a_page_too() -> None:
    empty = Ledger()
    message = parse(make_mail(None, "hello"))
    assert detect(message, rules=None) == ()
    assert "There was no message." in write_page(empty, "")


def test_the_longest_bar_is_a_hundred_and_none_is_drawn_for_nothing() -> None:
    assert [(bar.label, bar.length) for bar in bars([("a", 4), ("b", 1), ("c", 0)])] == [("a", 100.0), ("b", 25.0)]


def test_months_are_in_order_with_their_dark_part() -> None:
    assert [(bar.label, bar.number, bar.part) for bar in month_bars(ledger())] == [
        ("2026-09", 1, 100.0), ("2026-10", 1, 100.0), ("2026-11", 1, 100.0),
    ]  # fmt: skip
    assert leak_words(ledger().senders()[0]) == "base64+md5 (3)"
