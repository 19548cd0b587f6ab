"""URLs inside URLs, campaign parameters, parameters that name people, and reports of clicks."""

from __future__ import annotations

import pytest

from overt.guard.detectors.nesting import look_at_nesting
from tests.guard.detectors.cases import case_of, kinds


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://a.example/q?to=https%3A%2F%2Fb.example%2F", {"nested-url"}),
        ("https://a.example/q/https://b.example/x", {"nested-url"}),
        ("https://a.example/q?to=https%3A%2F%2Fwww.a.example%2F", set[str]()),
        ("https://a.example/q/sharer.php?u=https%3A%2F%2Fb.example%2F", {"share-link"}),
        ("https://a.example/q?utm_source=news", {"campaign-parameter"}),
        ("https://a.example/q?mc_eid=0123456789", {"person-parameter"}),
        ("https://a.example/q", set[str]()),
    ],
)
def test_what_a_query_says(url: str, found: set[str]) -> None:
    assert kinds(look_at_nesting, case_of(f'<a href="{url}">x</a>', "/q")) == found


def test_a_ping_is_a_report_of_a_click() -> None:
    html = '<a href="https://b.example/" ping="https://a.example/q">x</a>'
    assert "click-report" in kinds(look_at_nesting, case_of(html, "/q"))
