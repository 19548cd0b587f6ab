"""URLs as browsers read them: examples of the WHATWG URL standard, the public suffix list, RFC 3986 appendix C."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.message.url import find_text_urls, is_web, query_pairs, registrable_domain, resolve_url, split_url


@pytest.mark.parametrize(
    ("raw", "base", "href"),
    [
        ("https:example.org", None, "https://example.org/"),
        ("https://////example.com///", None, "https://example.com///"),
        ("https://example.com/././foo", None, "https://example.com/foo"),
        ("hello:world", "https://example.com", "hello:world"),
        ("https:example.org", "https://example.com/", "https://example.com/example.org"),
        ("\\example\\..\\demo/.\\", "https://example.com", "https://example.com/demo/"),
        ("example", "https://example.com/demo", "https://example.com/example"),
        ("https://EXAMPLE.com/../x", None, "https://example.com/x"),
        (" ht\ntps://example.org\t", None, "https://example.org/"),
        ("http://0x7f.1/", None, "http://127.0.0.1/"),
    ],
)
def test_urls_are_read_as_in_the_standards_examples(raw: str, base: str | None, href: str) -> None:
    found = split_url(raw, base)
    assert found is not None
    assert found.href == href
    assert resolve_url(raw, base) == href


@pytest.mark.parametrize(
    "raw", ["https://ex ample.org/", "example", "https://example.com:demo", "http://[www.example.com]/"]
)
def test_what_a_browser_refuses_is_none(raw: str) -> None:
    assert split_url(raw) is None
    assert resolve_url(raw) is None


def test_the_parts_of_a_url() -> None:
    url = split_url("HTTPS://user:pass@Bücher.example:8443/p?q=1&r#f")
    assert url is not None
    assert (url.scheme, url.username, url.password, url.host, url.port) == (
        "https", "user", "pass", "xn--bcher-kva.example", "8443",
    )  # fmt: skip
    assert (url.path, url.query, url.fragment) == ("/p", "q=1&r", "f")


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.co.uk", "example.co.uk"),
        ("a.b.example.com.", "example.com"),
        ("alice.github.io", "alice.github.io"),
        ("co.uk", None),
        ("192.0.2.1", None),
        ("[2001:db8::1]", None),
        ("", None),
    ],
)
def test_registrable_domains_follow_the_public_suffix_list(host: str, domain: str | None) -> None:
    assert registrable_domain(host) == domain


def test_query_pairs_keep_their_order_and_places() -> None:
    raw = "https://example.org/?a=b+c&&a=%26&d&=e#f=g"
    pairs = query_pairs(raw)
    assert [(pair.name, pair.value) for pair in pairs] == [("a", "b c"), ("a", "&"), ("d", ""), ("", "e")]
    assert [raw[pair.start : pair.end] for pair in pairs] == ["a=b+c", "a=%26", "d", "=e"]
    assert [raw[pair.value_start : pair.end] for pair in pairs] == ["b+c", "%26", "", "e"]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        (
            "See https://example.org/a_(b), or (http://example.org/).",
            ["https://example.org/a_(b)", "http://example.org/"],
        ),
        ("<https://example.org/a.>", ["https://example.org/a."]),
        (
            "[1] https://example.org/[x]] and *https://example.org/*",
            ["https://example.org/[x]", "https://example.org/"],
        ),
        ('"https://example.org/?a=b&c=d!"', ["https://example.org/?a=b&c=d"]),
        ("HTTPS://EXAMPLE.ORG/é…", ["HTTPS://EXAMPLE.ORG/é"]),
        ("https:// nothing", []),
    ],
)
def test_urls_in_text_come_without_the_sentence(text: str, urls: list[str]) -> None:
    assert [text[start:end] for start, end in find_text_urls(text)] == urls


def test_wide_reading_takes_what_programs_make_a_link() -> None:
    text = "www.example.org, mailto:a@example.org; ftp://example.org/ b@www.example.org"
    found = [text[start:end] for start, end in find_text_urls(text, wide=True)]
    assert found == ["www.example.org", "mailto:a@example.org", "ftp://example.org/"]


def test_web_addresses_may_have_white_space_before_them() -> None:
    assert is_web(" \nHTTP://example.org")
    assert not is_web("mailto:a@example.org")


@given(st.text(st.sampled_from("htps:/.?#&=%2a@[]()<>\\ \n\t\x00é\ud800-"), max_size=40))
def test_no_text_makes_reading_fail(text: str) -> None:
    found = split_url(text)
    if found is not None:
        assert split_url(found.href) == found
    registrable_domain(text)
    assert all(0 <= pair.start <= pair.value_start <= pair.end <= len(text) for pair in query_pairs(text))
    assert all(start < end for start, end in find_text_urls(text, wide=True))
