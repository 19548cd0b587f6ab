"""Words of hosts and paths: of opens, clicks, spacers and content; words inside of tokens do not count."""

from __future__ import annotations

import pytest

from overt.guard.detectors.naming import look_at_names
from tests.guard.detectors.cases import TOKEN, case_of, kinds


@pytest.mark.parametrize("query", ["h=d41d8cd98f00b204e9800998ecf8427e", "w=abc", "email=a&h=1c2dc0fb"])
def test_a_hash_under_the_name_of_a_height_gives_a_picture_no_shape(query: str) -> None:
    assert "picture-file" not in kinds(look_at_names, case_of(f'<img src="https://a.example/q?{query}">', "q"))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://a.example/q/open.php?x=1", "says-open"),
        ("https://a.example/q/trackOpen?x=1", "says-open"),
        ("https://a.example/q?action=pixel", "says-open"),
        ("https://track.a.example/q", "host-says"),
        ("https://a.example/q/spacer.gif", "spacer-name"),
        ("https://a.example/q/a.php", "program"),
        ("https://a.example/q/a", "no-kind"),
        ("https://a.example/q/a.png", "picture-file"),
        ("https://a.example/q?w=600&amp;h=400", "picture-file"),
        ("https://a.example/q/images/a", "picture-folder"),
        ("https://a.example/q/first-offers-for-spring", "readable"),
    ],
)
def test_names_of_what_loads(url: str, kind: str) -> None:
    assert kind in kinds(look_at_names, case_of(f'<img src="{url}">', "q"))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (f"https://a.example/q/click/{TOKEN}", "says-click"),
        ("https://a.example/q/unsubscribe", "unsubscribe"),
        ("https://a.example/q/commit/9f86d081", "names-content"),
        ("https://a.example/q/first-offers-for-spring", "readable"),
    ],
)
def test_names_of_links(url: str, kind: str) -> None:
    assert kind in kinds(look_at_names, case_of(f'<a href="{url}">x</a>', "q"))


def test_words_that_chance_writes_into_a_token_say_nothing() -> None:
    url = "https://a.example/q/x9openZk3vX0aQm9tT4yLr7cW2bN8d"
    assert "says-open" not in kinds(look_at_names, case_of(f'<img src="{url}">', "/q"))
