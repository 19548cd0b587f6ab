"""The attached original: other programs find it, read it, and see the cleaned message in front of it."""

from __future__ import annotations

import email
import email.policy
import gzip
from collections.abc import Mapping

import pytest

from overt.errors import Malformed, Refused
from overt.guard.original import attach_original, find_original
from overt.guard.restore import restore
from overt.message import apply_edits, parse
from overt.testing import make_mail


def _attached(raw: bytes, newline: str = "\r\n") -> bytes:
    return apply_edits(raw, attach_original(parse(raw), newline))


def test_another_program_reads_the_message_and_its_original() -> None:
    raw = make_mail("<p>Hello</p>", "Hello\n")
    read = email.message_from_bytes(_attached(raw), policy=email.policy.default)
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/gzip",
    ]  # fmt: skip
    assert read["Subject"] == email.message_from_bytes(raw)["Subject"]
    assert gzip.decompress(list(read.walk())[-1].get_payload(decode=True)) == raw  # type: ignore[arg-type]
    assert [part for part in read.walk() if part.defects] == []


def test_golden_messages_are_found_again(golden: Mapping[str, bytes]) -> None:
    found = 0
    for raw in golden.values():
        message = parse(raw)
        if message.root.fields and message.root.body.start > message.root.header.end:
            found += 1
            assert find_original(parse(_attached(raw))) == raw
    assert found > 20


def test_restoring_takes_the_original_where_there_is_no_undo() -> None:
    raw = make_mail("<p>Hello</p>")
    record = b"Overt-Cleaned: policy=trackers; ruleset=1;\r\n beacon=1;\r\n"
    assert restore(parse(record + _attached(raw))) == raw


def test_the_line_of_an_mbox_stays_above_and_comes_once() -> None:
    raw = b"From a@example.org Mon Nov  2 08:00:00 2026\n" + make_mail("<p>Hello</p>", newline="\n")
    attached = _attached(raw, "\n").replace(b"From: ", b"Overt-Cleaned: policy=trackers;\nFrom: ", 1)
    assert restore(parse(attached)) == raw


def test_a_file_without_header_cannot_hold_one() -> None:
    with pytest.raises(Refused):
        attach_original(parse(b"<html><p>x"), "\n")


def test_a_damaged_original_is_named() -> None:
    attached = _attached(make_mail("<p>Hello</p>"))
    at = attached.index(b"base64\r\n\r\n", attached.index(b"original.eml.gz")) + 10
    with pytest.raises(Malformed):
        find_original(parse(attached[:at] + b"AAAA" + attached[at + 4 :]))
    with pytest.raises(Malformed):
        find_original(parse(attached[: at + 76] + attached[attached.rindex(b"\r\n--=_overt") :]))


def test_a_message_without_one_has_none() -> None:
    assert find_original(parse(make_mail())) is None
