"""The table of weights: every kind is told once, what proves outweighs what hints, hints alone stay hints."""

from __future__ import annotations

from overt.guard.weight import PRIOR, WEIGHTS


def test_every_row_says_what_it_is_under_its_own_id() -> None:
    assert all(row.id == key and row.what for key, row in WEIGHTS.items())


def test_nothing_but_proofs_and_known_endpoints_decides_alone() -> None:
    deciding = {
        row.id
        for row in WEIGHTS.values()
        if row.link + PRIOR.link > 0.8 or row.report + PRIOR.report > 1.1 or row.person + PRIOR.person > 0.8
    }
    assert deciding == {
        "known-beacon", "known-link", "known-image", "known-redirector", "leak", "listed", "local-part", "nested-url",
        "click-report",
    }  # fmt: skip


def test_before_any_evidence_a_reference_is_ordinary() -> None:
    assert PRIOR.report < 0
    assert PRIOR.person < 0
    assert PRIOR.link < 0
