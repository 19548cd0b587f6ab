"""On all real mail: nothing raises, nothing changes, and the tree is the standard library's wherever it saw no defect."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email.message import Message as StandardMessage
from pathlib import Path
from typing import Any

import pytest

from overt.message import Part, apply_edits, parse, read_text

pytestmark = pytest.mark.corpus

Tree = tuple[str, list[Any]]


def _mail(corpus: Path) -> Iterator[bytes]:
    for folder in ("clean", "tracked", "phishing", "mime"):
        for path in sorted((corpus / folder).rglob("*")):
            if path.is_file():
                yield path.read_bytes()


def _standard(message: StandardMessage[str, str]) -> Tree:
    children = message.get_payload() if message.is_multipart() else []
    assert isinstance(children, list)
    found = [_standard(child) for child in children if isinstance(child, StandardMessage)]
    encoding = str(message.get("content-transfer-encoding", "")).strip().lower()
    if message.get_content_type().startswith("message/") and encoding in ("base64", "quoted-printable"):
        found = []  # the standard library takes the encoded characters for the message
    elif message.get_content_type() == "message/delivery-status":
        # The standard library takes the line end of the boundary for one more, empty block.
        found = [_standard(child) for child in children if isinstance(child, StandardMessage) and child.keys()]
    return message.get_content_type(), found


def _ours(part: Part) -> Tree:
    children = [child for child in part.parts if part.content_type != "message/delivery-status" or child.fields]
    return part.content_type, [_ours(child) for child in children]


def _has_defect(message: StandardMessage[str, str]) -> bool:
    return any(bool(part.defects) for part in message.walk())


def test_the_tree_agrees_with_the_standard_library_where_that_reports_no_defect(corpus: Path) -> None:
    compared, different = 0, []
    for raw in _mail(corpus):
        standard, ours = email.message_from_bytes(raw), parse(raw)
        if _has_defect(standard) or any(defect.kind == "bare-html" for defect in ours.defects):
            continue
        compared += 1
        if _standard(standard) != _ours(ours.root):
            different.append((_standard(standard), _ours(ours.root)))
    assert compared > 3000
    assert different == []


def test_every_message_reads_and_without_edits_is_the_same_bytes(corpus: Path) -> None:
    for raw in _mail(corpus):
        message = parse(raw)
        assert apply_edits(raw, ()) == raw
        for part in message.parts():
            assert part.span.start <= part.body.start <= part.body.end <= part.span.end
            if not part.parts and part.content_type.startswith("text/"):
                text = read_text(message, part)
                assert text.raw_span(0, len(text.text)).end <= part.body.end
