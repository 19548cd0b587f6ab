"""On mail that was labelled by reading, the detector is as good as the benchmark says it was."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench import label
from overt.guard import load_rules

# A little below what was measured; the benchmark prints the figures with their intervals.
LEAST = {"beacon": (0.97, 0.97), "wrapped-link": (0.96, 0.98), "identified": (0.85, 0.9), "remote": (0.98, 0.98)}


@pytest.fixture(scope="module")
def mail(corpus: Path) -> Mapping[str, bytes]:
    del corpus
    return label.find_mail()


def test_labels_name_nothing_of_the_mail() -> None:
    lines = label.LABELS.read_text("ascii").splitlines()[1:]
    shape = re.compile(
        rf"[0-9a-f]{{12}}\t(?:display|click)\t[0-9a-f]{{12}}\t(?:{'|'.join(label.CLASSES)})\t(?:sure|doubtful|settled)"
    )
    assert [line for line in lines if not shape.fullmatch(line)] == []
    assert len({line.split("\t")[0] for line in lines}) >= 300
    assert len(label.read_labels()) == len(lines)


def test_every_label_has_its_reference(mail: Mapping[str, bytes]) -> None:
    said = label.judge(mail, load_rules())
    assert [key for key in label.read_labels() if key not in said] == []


@pytest.mark.parametrize("kind", list(LEAST))
def test_classes_are_found_and_nothing_else_is_called_so(mail: Mapping[str, bytes], kind: str) -> None:
    found = label.score(label.read_labels(), label.judge(mail, load_rules()), kind, sure=True)
    recall, precision = LEAST[kind]
    assert found.right >= recall * (found.right + found.missed), found
    assert found.right >= precision * (found.right + found.wrong), found
