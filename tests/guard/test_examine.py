"""Every reference is examined, in order; what nobody asks for over the network stays a bare reference."""

from __future__ import annotations

from collections.abc import Mapping

from overt.guard import build_leak_index, load_rules
from overt.guard.case import Case
from overt.guard.examine import examine
from overt.message import parse, parse_address, walk
from overt.testing import make_mail


def test_cases_and_references_come_in_the_order_of_the_walk(golden: Mapping[str, bytes]) -> None:
    for raw in golden.values():
        message = parse(raw)
        found = [one.reference if isinstance(one, Case) else one for one in examine(message, load_rules(), None)]
        assert found == list(walk(message))


def test_mail_addresses_and_receipts_are_no_cases() -> None:
    raw = make_mail(
        '<a href="mailto:a@example.org">a</a>', None, fields={"Disposition-Notification-To": "a@example.org"}
    )
    assert not any(isinstance(one, Case) for one in examine(parse(raw), None, None) if "a@" in str(one))


def test_a_whole_address_is_proven_before_half_of_one() -> None:
    index = build_leak_index([parse_address("robinson.gardener@example.org")])
    html = '<img src="https://a.example/robinson.gardener?x=robinson.gardener%40example.org">'
    (case,) = [one for one in examine(parse(make_mail(html, None)), None, index) if isinstance(one, Case)]
    assert case.leak is not None
    assert case.reference.url[case.leak.start : case.leak.end] == "robinson.gardener%40example.org"
