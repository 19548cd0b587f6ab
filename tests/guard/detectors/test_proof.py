"""A proof names the address and how it is written; half of an address is a hint only."""

from __future__ import annotations

from hashlib import md5

from overt.guard import build_leak_index
from overt.guard.detectors.proof import look_at_proof
from overt.message import parse_address
from tests.guard.detectors.cases import case_of, kinds

INDEX = build_leak_index([parse_address("robinson.gardener@example.org")])


def test_a_hashed_address_is_a_proof_with_its_place() -> None:
    digest = md5(b"robinson.gardener@example.org").hexdigest()
    case = case_of(f'<img src="https://a.example/q?x={digest}">', "/q", leaks=INDEX)
    (evidence,) = look_at_proof(case)
    assert evidence.kind == "leak"
    assert case.reference.url[evidence.start : evidence.end] == digest
    assert "md5" in evidence.because


def test_half_an_address_is_a_hint() -> None:
    case = case_of('<img src="https://a.example/q/robinson.gardener/1">', "/q", leaks=INDEX)
    assert kinds(look_at_proof, case) == {"local-part"}


def test_nothing_is_proven_where_no_address_is_known() -> None:
    assert not kinds(look_at_proof, case_of('<img src="https://a.example/q/robinson.gardener%40example.org">', "/q"))
