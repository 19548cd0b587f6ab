"""What a terminal shows of a scan: nothing of a stranger's that a terminal would obey, and true sentences."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from overt.cli.scan_table import advice, show_messages, show_senders, show_total, total_sentences, visible
from overt.guard.ledger import Ledger, Summary
from overt.guard.program import PROGRAMS


def summary(number: int = 1, *, sender: str = "news@shop.example.org", loads: dict[str, int] | None = None) -> Summary:
    return Summary(
        f"{number}.eml", f"<{number}@x>", sender, "Shop", "Seeds", datetime(2026, 11, 2, tzinfo=UTC),
        {"beacon": 1, "wrapped-link": 12}, ("Mailchimp",), ("t.example.net",), (), loads or {},
    )  # fmt: skip


def shown(show: object, *arguments: object, width: int = 80) -> str:
    out = io.StringIO()
    assert callable(show)
    show(Console(file=out, width=width), *arguments)
    return out.getvalue()


def test_control_characters_and_reversed_text_are_shown_harmless() -> None:
    assert visible("a\x1b[2Jb\u202ec\r\n").plain == "a\ufffd[2Jb\ufffdc\ufffd\ufffd"
    assert len(visible("x" * 99).plain) == 60


@pytest.mark.parametrize("width", [80, 120])
def test_tables_fit_and_name_the_sender(width: int) -> None:
    ledger = Ledger()
    ledger.add(summary())
    for text in (shown(show_senders, ledger.senders(), width=width), shown(show_messages, [summary()], width=width)):
        assert max(map(len, text.splitlines())) <= width
        assert "12" in text
    assert "news@shop.example.org" in shown(show_senders, ledger.senders(), width=width)


def test_blocked_is_not_claimed_for_what_was_not_going_to_load() -> None:
    ledger = Ledger()
    ledger.add(summary(loads={"gmail": 1}))
    words = " ".join(total_sentences(ledger, ""))
    assert "Gmail, as it comes, loads beacons or named pictures of 1 by itself." in words
    assert "Thunderbird" in words.partition("nothing of it is loaded by")[2]
    assert "blocked" not in words.lower()


def test_the_end_says_what_to_do() -> None:
    ledger = Ledger()
    ledger.add(summary(loads={"gmail": 1}))
    text = shown(show_total, ledger, "gmail", width=200)
    assert PROGRAMS["gmail"].off in text
    assert len(advice("")) > len(PROGRAMS)


def test_an_empty_mailbox_is_said() -> None:
    assert total_sentences(Ledger(), "") == ("There was no message.",)
