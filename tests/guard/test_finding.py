"""Values of guard: checked at birth, and shy about addresses."""

from __future__ import annotations

from typing import cast

import pytest

from overt.guard import CLASSES, Class, Evidence, Finding, Leak
from overt.message import Address, Span
from overt.message.reference import Reference

REFERENCE = Reference("https://a.example/x", "https://a.example/x", "img-src", "display", "1", Span(0, 19), 0, 19)


def test_the_classes_are_the_words_of_the_design() -> None:
    assert CLASSES == ("beacon", "identified", "remote", "wrapped-link", "tagged-link", "receipt", "plain")


def test_a_finding_has_one_of_the_classes() -> None:
    with pytest.raises(ValueError, match="no class"):
        Finding(REFERENCE, cast("Class", "pixel"), 0.5, (), "because")


@pytest.mark.parametrize("confidence", [-0.01, 1.01, float("nan")])
def test_a_confidence_is_a_probability(confidence: float) -> None:
    with pytest.raises(ValueError, match="no probability"):
        Finding(REFERENCE, "beacon", confidence, (), "because")


@pytest.mark.parametrize("kind", ["", "Known", "known_endpoint", "known--endpoint", "a b"])
def test_evidence_has_a_kebab_case_id(kind: str) -> None:
    with pytest.raises(ValueError, match="kebab"):
        Evidence(kind, "because")


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (4, 3), (-2, -2)])
def test_evidence_is_about_a_piece_of_the_url_or_about_none(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="piece"):
        Evidence("token", "because", start, end)
    assert Evidence("token", "because").start == -1


def test_a_leak_does_not_print_the_local_part() -> None:
    assert "lea.gray" not in repr(Leak(Address("lea.gray", "example.org"), ("md5",), 3, 35))
