"""Messages add up to senders, dates are read as other programs read them, and nothing grows without bound."""

from __future__ import annotations

from datetime import UTC, datetime

from overt.guard.ledger import MOST_SENDERS, OTHERS, Ledger, Summary, in_order, read_date, summarise
from overt.message import parse
from overt.testing import make_mail
from tests.guard.made import by_word, judge

HTML = '<img src="https://t.a.example/beacon/1.gif"><img src="https://a.example/logo.png"><a href="https://a.example/">x</a>'


def _summary(subject: str = "Hello", sender: str = "Shop <News@Shop.example.org>", html: str = HTML) -> Summary:
    message = parse(make_mail(html, None, subject=subject, sender=sender))
    return summarise("a.eml", message, judge(message, by_word))


def test_a_summary_says_who_sent_what_tells_of_the_reader_and_to_whom() -> None:
    summary = _summary()
    assert (summary.sender, summary.name, summary.subject) == ("news@shop.example.org", "Shop", "Hello")
    assert in_order(summary.counts) == (("beacon", 1), ("remote", 1), ("plain", 1))
    assert summary.hosts == ("t.a.example",)
    assert summary.telling == 1


def test_what_programs_load_by_themselves_is_counted_by_program() -> None:
    loads = _summary().loads
    assert loads["gmail"] == 1
    assert "thunderbird" not in loads
    assert "proton" not in loads


def test_messages_add_up_to_their_sender() -> None:
    ledger = Ledger()
    for summary in (_summary("1"), _summary("2"), _summary("3", html="<p>Nothing</p>"), _summary("4", "b@b.example")):
        ledger.add(summary)
    first, second = ledger.senders()
    assert (first.sender, first.messages, first.telling, first.counts["beacon"]) == ("news@shop.example.org", 3, 2, 2)
    assert first.first == first.last == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert second.sender == "b@b.example"
    assert ledger.total.messages == 4


def test_a_flood_of_senders_is_counted_together() -> None:
    ledger = Ledger()
    for number in range(MOST_SENDERS + 5):
        ledger.add(Summary("", "", f"{number}@a.example", "", "", None, {}))
    assert len(ledger.senders()) == MOST_SENDERS + 1
    assert next(each for each in ledger.senders() if each.sender == OTHERS).messages == 5


def test_dates_are_utc_or_nothing() -> None:
    def date(value: str) -> datetime | None:
        return read_date(parse(f"Date: {value}\r\n\r\n".encode()))

    assert date("Mon, 2 Nov 2026 09:00:00 +0100") == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert date("Mon, 2 Nov 2026 08:00:00 -0000") == datetime(2026, 11, 2, 8, tzinfo=UTC)
    for broken in ("yesterday", "", "Mon, 99 Nov 2026 09:00:00 +0100", "31 Dec 9999 23:59:00 -2359"):
        assert date(broken) is None


def test_a_sender_without_an_address_keeps_what_was_written() -> None:
    assert _summary(sender="undisclosed").sender == "undisclosed"
