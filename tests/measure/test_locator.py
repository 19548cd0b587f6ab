from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from overt.measure import Kind, about_url, beacon_url, link_url, parse_path, read_destination, split_target
from overt.measure.locator import LONGEST_QUERY, MOST_CANDIDATES

BASE = "https://t.example.org"
DESTINATION = "https://shop.example/a b/ä?x=1&y=%2F+z#part"


def _query(destination: str) -> str:
    return link_url(BASE, "TOKEN", destination).split("?", 1)[1]


def test_the_destination_is_readable_and_any_reader_of_queries_gets_it_back() -> None:
    url = link_url(BASE, "TOKEN", DESTINATION)
    assert url.startswith("https://t.example.org/c/TOKEN?u=https://shop.example/a%20b/")
    assert parse_qs(urlsplit(url).query)["u"] == [DESTINATION]


def test_our_own_url_reads_back_at_once() -> None:
    assert read_destination(_query(DESTINATION).encode())[0] == DESTINATION.encode()


@pytest.mark.parametrize(
    "alter",
    [
        lambda query: query.replace("%", "%25"),
        lambda query: query.replace("%26", "&"),
        lambda query: query.replace("%26", "&amp;"),
        lambda query: query + "&utm_source=gateway&fbclid=1",
        lambda query: "utm=1&" + query,
        lambda query: query.replace("%20", "+"),
        lambda query: query.replace("%C3%A4", "%c3%a4"),
        lambda query: query + ")",
    ],
)
def test_what_gateways_do_to_a_url_is_undone(alter: object) -> None:
    assert callable(alter)
    assert DESTINATION.encode() in read_destination(alter(_query(DESTINATION)).encode())


@pytest.mark.parametrize(
    ("destination", "alter"),
    [
        ("https://a.example/x?to=https://b.example/y", lambda query: query.replace("//", "/")),
        ("https://a.example/x//y", lambda query: query.replace("//", "/")),
        ("https://a.example/x:/y?z=//", lambda query: query.replace("https://", "https:/")),
        ("https://a.example/b", lambda query: query.replace("//", "/").replace("=", "%3D")),
        ("https://a.example/b c?d=e&f=g", lambda query: query.replace("%", "%25").replace("=", "%3D")),
        ("https://a.example/b c?d=e&f=g", lambda query: query.replace("//", "/").replace("%", "%25")),
        ("https://a.example/b", lambda query: query + "?utm_source=gateway"),
    ],
)
def test_slashes_and_signs_that_gateways_changed_are_put_back(destination: str, alter: Callable[[str], str]) -> None:
    assert destination.encode() in read_destination(alter(_query(destination)).encode())


@pytest.mark.parametrize("sign", ["?", "%3F", "%3f", "%253F", "/?"])
def test_a_sign_that_a_gateway_escaped_still_parts_path_and_query(sign: str) -> None:
    path, query = split_target(f"/c/TOKEN{sign}u=https://a.example/x?y=1".encode())
    assert path.rstrip(b"/") == b"/c/TOKEN"
    assert query == b"u=https://a.example/x?y=1"


@pytest.mark.parametrize("target", ["/b/TOKEN.gif%3Fu=1", "/you%3Fu=1", "/x%3F"])
def test_only_links_have_such_a_sign(target: str) -> None:
    assert split_target(target.encode()) == (target.encode(), b"")


def test_candidates_are_bounded_however_long_or_odd_the_query() -> None:
    assert len(read_destination(b"u=a" + b"&b%20+" * 2000)) <= MOST_CANDIDATES
    assert len(read_destination(b"u=a" + b"&b%20+/c/d" * 1000)) <= MOST_CANDIDATES
    assert read_destination(b"u=" + b"a" * LONGEST_QUERY) == ()
    assert read_destination(b"v=1") == ()


@pytest.mark.parametrize(
    ("path", "kind"),
    [(b"/b/abc-_1.gif", Kind.BEACON), (b"/c/abc", Kind.LINK), (b"/c/abc/", Kind.LINK)],
)
def test_paths_of_ours_are_told_apart(path: bytes, kind: Kind) -> None:
    located = parse_path(path)
    assert located is not None
    assert located.kind is kind


@pytest.mark.parametrize("path", [b"/", b"/b/", b"/b/a", b"/b/a.gif/x", b"/c/\xff", b"/c/" + b"a" * 65, b"/you"])
def test_other_paths_are_none_of_ours(path: bytes) -> None:
    assert parse_path(path) is None


def test_beacon_and_page_have_their_own_places() -> None:
    assert beacon_url(BASE, "T") == "https://t.example.org/b/T.gif"
    assert about_url(BASE) == "https://t.example.org/you"
