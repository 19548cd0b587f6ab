"""Which characters could single a recipient out: tokens, versions, names of files, parameters that speak of people."""

from __future__ import annotations

import pytest

from overt.guard.detectors.singling import look_at_tokens
from tests.guard.detectors.cases import TOKEN, case_of, kinds


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (f"https://a.example/q/{TOKEN}", "token"),
        (f"https://a.example/q?x={TOKEN}", "token"),
        ("https://a.example/q?x=5f2c9a8e-1d3b-4c7e-9a0f-3b2d1c4e5f60", "token"),
        ("https://a.example/q?x=8412977", "short-token"),
        ("https://a.example/q?uid=8412977", "person-parameter"),
        ("https://a.example/q.png?v=20261102", "no-token"),
        ("https://a.example/q.png?v=9f86d081884c7d65", "version"),
        (f"https://a.example/{TOKEN}/q.png", "file-name-token"),
        ("https://a.example/q/banner-600x400.png", "no-token"),
        (f"https://{TOKEN.lower()}.t.a.example/q", "host-token"),
    ],
)
def test_tokens_are_told_by_where_they_stand(url: str, kind: str) -> None:
    assert kind in kinds(look_at_tokens, case_of(f'<img src="{url}">', "/q" if "/q" in url else "q"))


def test_the_evidence_points_at_the_characters() -> None:
    case = case_of(f'<img src="https://a.example/q?x={TOKEN}&amp;y=1">', "/q")
    (evidence,) = [item for item in look_at_tokens(case) if item.kind == "token"]
    assert case.reference.url[evidence.start : evidence.end] == TOKEN


def test_a_token_that_stands_in_other_urls_too_is_shared() -> None:
    html = f'<img src="https://a.example/q?x={TOKEN}"><a href="https://b.example/c/{TOKEN}">x</a>'
    assert "shared-token" in kinds(look_at_tokens, case_of(html, "/q"))


def test_what_shows_nothing_and_has_a_name_of_its_own_is_no_ordinary_file() -> None:
    html = f'<img src="https://a.example/q/{TOKEN}.png" width="1" height="1">'
    assert "hidden-token" in kinds(look_at_tokens, case_of(html, "/q"))


def test_a_fragment_is_never_sent_on_display_but_is_on_a_click() -> None:
    html = f'<img src="https://a.example/q.png#{TOKEN}"><a href="https://a.example/r#{TOKEN}">x</a>'
    assert "token" not in kinds(look_at_tokens, case_of(html, "/q"))
    assert "token" in kinds(look_at_tokens, case_of(html, "/r"))


@pytest.mark.parametrize("name", ["productcode", "item_id", "sku", "articleId", "page"])
def test_a_number_under_the_name_of_a_thing_is_no_recipient(name: str) -> None:
    found = kinds(look_at_tokens, case_of(f'<a href="https://a.example/q?{name}=048005000000000157">x</a>', "q"))
    assert "token" not in found
    other = kinds(look_at_tokens, case_of('<a href="https://a.example/q?z=048005000000000157">x</a>', "q"))
    assert "token" in other
