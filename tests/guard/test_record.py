"""The record in a cleaned message: it comes back as it was written, and damage is named."""

from __future__ import annotations

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.errors import Malformed
from overt.guard.record import Undo, digest_of, find_record, format_cleaned, format_undo, read_undo, relative
from overt.message import Edit, Field, Span, parse


def _field(text: str) -> Field:
    found = parse(f"{text}Subject: hello\r\n\r\nbody".encode()).root.fields[0]
    assert found.name == "Overt-Undo"
    return found


EDITS = st.lists(st.tuples(st.integers(0, 1 << 40), st.integers(0, 1 << 20), st.binary(max_size=300)), max_size=8)


@given(EDITS, st.sampled_from(["\r\n", "\n"]))
def test_what_was_written_is_read_again(rows: list[tuple[int, int, bytes]], newline: str) -> None:
    edits = tuple(Edit(Span(start, start + now), before, "restore") for start, now, before in rows)
    undo = Undo(digest_of(b"now"), digest_of(b"before"), edits)
    assert read_undo(_field(format_undo(undo, newline))) == undo


def test_lines_are_no_longer_than_mail_allows() -> None:
    text = format_undo(Undo(bytes(16), bytes(16), (Edit(Span(0, 0), bytes(range(256)) * 40, ""),)), "\r\n")
    assert max(map(len, text.split("\r\n"))) <= 78  # RFC 5322 section 2.1.1


def test_the_digest_is_blake2b() -> None:
    # b2sum -l 128 of an empty input, GNU coreutils 9.1
    assert digest_of(b"").hex() == "cae66941d9efbd404e4d88758ea67670"


@pytest.mark.parametrize(
    "value",
    [
        "not base64!",
        base64.b64encode(b"not compressed").decode(),
        base64.b64encode(zlib.compress(b"short")).decode(),
        base64.b64encode(zlib.compress(b"\x01" + bytes(32) + b"\x00\x00\x00\x05")).decode(),
        base64.b64encode(zlib.compress(b"\x09" + bytes(36))).decode(),
        base64.b64encode(zlib.compress(b"\x01" + bytes(36) + b"tail")).decode(),
        base64.b64encode(zlib.compress(bytes(100_000))[:50]).decode(),
    ],
)
def test_a_damaged_record_is_named(value: str) -> None:
    with pytest.raises(Malformed):
        read_undo(_field(f"Overt-Undo: {value}\r\n"))


def test_a_count_of_billions_costs_nothing() -> None:
    bomb = zlib.compress(b"\x01" + bytes(32) + b"\xff\xff\xff\xff")
    with pytest.raises(Malformed):
        read_undo(_field(f"Overt-Undo: {base64.b64encode(bomb).decode()}\r\n"))


def test_the_cleaned_field_says_policy_ruleset_counts_and_what_was_left() -> None:
    said = format_cleaned("trackers", "3", {"wrapped-link": 2, "beacon": 1}, {"sealed": 4}, "\r\n")
    raw = f"{said}Subject: x\r\n\r\n".encode()
    assert parse(raw).root.fields[0].text == ("policy=trackers; ruleset=3; beacon=1; wrapped-link=2; left-sealed=4;")


def test_only_an_undo_right_behind_belongs_to_the_record() -> None:
    near = parse(b"Overt-Cleaned: a\r\nOvert-Undo: b\r\nSubject: x\r\n\r\n")
    far = parse(b"Overt-Cleaned: a\r\nSubject: x\r\nOvert-Undo: b\r\n\r\n")
    record = find_record(near)
    assert record is not None
    assert record[1] is not None
    record = find_record(far)
    assert record is not None
    assert record[1] is None
    assert find_record(parse(b"Subject: x\r\n\r\n")) is None


def test_spans_are_counted_from_the_place_that_is_named() -> None:
    assert relative((Edit(Span(10, 12), b"x", "y"),), 10) == (Edit(Span(0, 2), b"x", "y"),)
