"""On all real mail: nothing raises, nothing changes, the tree is the standard library's wherever it saw no defect."""

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
FOLDERS = ("clean", "tracked", "phishing", "mime")


CHUNKS = 8


def _mail(corpus: Path, chunk: int) -> Iterator[bytes]:
    """Every CHUNKS-th message: each chunk has some of every folder."""
    paths = sorted(path for folder in FOLDERS for path in (corpus / folder).rglob("*") if path.is_file())
    for path in paths[chunk::CHUNKS]:
        yield path.read_bytes()


def _standard(message: StandardMessage[str, str]) -> Tree:
    children = message.get_payload() if message.is_multipart() else []
    assert isinstance(children, list)
    return message.get_content_type(), [_standard(child) for child in children if isinstance(child, StandardMessage)]


def _ours(part: Part) -> Tree:
    return part.content_type, [_ours(child) for child in part.parts]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_tree_agrees_with_the_standard_library_where_that_reports_no_defect(corpus: Path, chunk: int) -> None:
    compared, different = 0, []
    for raw in _mail(corpus, chunk):
        standard, ours = email.message_from_bytes(raw), parse(raw)
        if any(part.defects for part in standard.walk()) or any(defect.kind == "bare-html" for defect in ours.defects):
            continue
        compared += 1
        if _standard(standard) != _ours(ours.root):
            different.append((_standard(standard), _ours(ours.root)))
    assert compared > 350
    assert different == []


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_message_reads_and_every_span_lies_within_its_part(corpus: Path, chunk: int) -> None:
    for raw in _mail(corpus, chunk):
        message = parse(raw)
        assert apply_edits(message.raw, ()) == raw
        for part in message.parts():
            assert part.span.start <= part.body.start <= part.body.end <= part.span.end
            for field in part.fields:
                assert isinstance(field.text, str)
                assert field.span.cut(raw) == field.raw
            if not part.parts and part.content_type.startswith("text/"):
                text = read_text(message, part)
                assert text.raw_span(0, len(text.text)).end <= part.body.end
