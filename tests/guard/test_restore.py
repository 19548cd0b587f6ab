"""A cleaned message comes back byte for byte, and a changed one is refused instead of half restored."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from overt.errors import Refused
from overt.guard.clean import Keep, clean
from overt.guard.policy import Policy
from overt.guard.restore import restore
from overt.message import apply_edits, parse
from overt.testing import make_mail
from tests.guard.made import by_word, judge

RAW = make_mail('<p>Hello</p><img src="https://a.example/beacon/1.gif"><a href="https://b.example/?utm_source=x">b</a>')


def _clean(raw: bytes, policy: str = "trackers", keep: Keep = "undo") -> bytes:
    message = parse(raw)
    done = clean(message, judge(message, by_word), Policy(policy), keep=keep)
    return apply_edits(raw, done.edits)


def test_it_comes_back_byte_for_byte() -> None:
    cleaned = _clean(RAW)
    assert b"beacon/1.gif" not in cleaned
    assert restore(parse(cleaned)) == RAW


def test_golden_messages_come_back_byte_for_byte(golden: Mapping[str, bytes]) -> None:
    changed = 0
    for raw in golden.values():
        cleaned = _clean(raw, "strict")
        if cleaned != raw and parse(raw).root.fields:
            changed += 1
            assert restore(parse(cleaned)) == raw
    assert changed > 10


def test_fields_that_other_servers_put_above_stay() -> None:
    received = b"Received: by mx.example.org; Mon, 2 Nov 2026 08:00:00 +0000\r\n"
    assert restore(parse(received + _clean(RAW))) == received + RAW


def test_two_cleanings_are_undone_one_after_the_other() -> None:
    html = '<img src="https://a.example/beacon/1.gif"><img src="https://a.example/logo.png">'
    raw = make_mail(html)
    once = _clean(raw)
    twice = _clean(once, "strict")
    assert restore(parse(twice)) == once
    assert restore(parse(once)) == raw


def test_a_message_changed_since_is_refused() -> None:
    cleaned = _clean(RAW)
    for changed in (cleaned.replace(b"Hello", b"Adieu"), cleaned[:-40], cleaned + b"footer\r\n"):
        with pytest.raises(Refused, match="changed after it was cleaned"):
            restore(parse(changed))


def test_what_was_never_cleaned_or_keeps_no_record_is_refused() -> None:
    with pytest.raises(Refused, match="no Overt-Cleaned"):
        restore(parse(RAW))
    with pytest.raises(Refused, match="without a record"):
        restore(parse(_clean(RAW, keep="nothing")))
