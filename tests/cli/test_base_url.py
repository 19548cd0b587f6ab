"""Base URLs: what is taken, and what is refused with which words."""

from __future__ import annotations

import pytest

from overt.cli.base_url import read_base_url


def test_a_base_url_loses_its_last_slash_only() -> None:
    assert read_base_url("https://t.example.org/x/") == "https://t.example.org/x"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("t.example.org", "https://t.example.org"),
        ("ftp://t.example.org", "https://t.example.org"),
        ("https://t.example.org/?a", "leave out"),
        ("https://u:p@t.example.org", "leave out"),
        ("http://t.example.org", "use https"),
        ("https://t.example.org:x", "Port"),
    ],
)
def test_a_base_url_that_cannot_work_is_refused_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_base_url(text)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "t.localhost", "[::1]:8080"])
def test_plain_http_is_for_this_machine(host: str) -> None:
    assert read_base_url(f"http://{host}") == f"http://{host}"
