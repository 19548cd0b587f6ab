"""Unwrapping: nested, encoded, hostile; our own links; and addresses in links that are no destination."""

from __future__ import annotations

import json
import time
import zlib
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.guard.redirect import MOST_HOPS, Unwrapped, as_destination, unwrap
from overt.guard.redirector import Redirector, redirectors
from overt.measure import Plan, derive_campaign, instrument, new_keyring
from overt.message import apply_edits, parse, walk

HOME = "https://www.example.org/a?b=1&c=2"


def safelinks(url: str) -> str:
    return f"https://eur01.safelinks.protection.outlook.com/?url={quote(url, safe='')}&data=05%7C01&reserved=0"


def url_defense_2(url: str) -> str:
    written = quote(url, safe="").replace("%2F", "_").replace("-", "%2D").replace("%", "-")
    return f"https://urldefense.proofpoint.com/v2/url?u={written}&d=x"


@pytest.mark.parametrize("row", redirectors().rows, ids=lambda row: row.id)
def test_every_rows_example_comes_out_as_the_row_says(row: Redirector) -> None:
    found = unwrap(row.example)
    assert (found.destination or "") == row.leads
    if row.leads:
        assert (found.hops[0].rule, found.known_only_to) == (row.id, None)
    elif row.kind == "keep":
        assert found.known_only_to is None
    else:
        assert found.known_only_to in (row.vendor, "bit.ly", "clickthru.example.net")


def test_redirectors_inside_redirectors_are_followed_to_the_end() -> None:
    found = unwrap(safelinks(url_defense_2(f"https://www.google.com/url?q={quote(HOME, safe='')}&sa=D")))
    assert [hop.by for hop in found.hops] == ["Microsoft Safe Links", "Proofpoint URL Defense", "Google"]
    assert found.destination == HOME
    assert found.confidence > 0.9


def test_where_the_way_ends_at_an_opaque_redirector_both_are_said() -> None:
    opaque = "https://u1.ct.sendgrid.net/ls/click?upn=u001.AkXjJERNUJbRY-2BW"
    assert unwrap(safelinks(opaque)) == Unwrapped(
        safelinks(opaque), opaque, unwrap(safelinks(opaque)).hops, known_only_to="SendGrid", rule="safelinks"
    )
    alone = unwrap(opaque)
    assert (alone.destination, alone.hops, alone.known_only_to) == (None, (), "SendGrid")


def test_nesting_is_followed_only_so_far() -> None:
    url = HOME
    for _ in range(MOST_HOPS + 4):
        url = f"https://l.facebook.com/l.php?u={quote(url, safe='')}"
    found = unwrap(url)
    assert len(found.hops) == MOST_HOPS


@pytest.mark.parametrize(
    "inner",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:a@example.org",
        "//example.org/",
        "ftp://example.org/",
        "https://",
        "https:// /",
        "file:///etc/passwd",
        "x",
        "",
    ],
)
def test_what_is_not_http_is_no_destination(inner: str) -> None:
    found = unwrap(safelinks(inner))
    assert (found.destination, found.known_only_to) == (None, "Microsoft Safe Links")


@pytest.mark.parametrize(
    ("written", "destination"),
    [
        ("https://bank.example@evil.example/", "https://bank.example@evil.example/"),
        ("http://3232235777/x", "http://3232235777/x"),
        ("http://0x7f.1/", "http://0x7f.1/"),
        ("HTTPS://Example.ORG", "HTTPS://Example.ORG"),
        (" https://example.org/a\nb ", "https://example.org/ab"),
        ("https%3A%2F%2Fexample.org%2F", "https://example.org/"),
        ("https%253A%252F%252Fexample.org", "https://example.org"),
        ("https:\\\\example.org", "https:\\\\example.org"),
    ],
)
def test_a_destination_is_what_a_browser_opens(written: str, destination: str) -> None:
    assert as_destination(written) == destination


CLAIMS = urlsafe_b64encode(json.dumps({"url": HOME}).encode()).decode()
B64 = urlsafe_b64encode(HOME.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "url",
    [
        f"https://news.example.net/click?id=4&url={quote(HOME, safe='')}",
        f"https://news.example.net/track/0a1b2c3d4e5f6071?redirect={quote(quote(HOME, safe=''), safe='')}",
        f"https://go.example.net/x/0a1b2c3d4e5f6071/{B64}",
        f"https://t.example.net/c/4/{quote(HOME, safe='')}/0a1b2c3d4e5f6071",
        f"https://click.example.net/r/{HOME.encode().hex()}?s=0a1b2c3d4e5f6071",
        f"https://click.example.net/r?u=uggcf://jjj.rknzcyr.bet/n?o=1%26p=2",  # noqa: F541
        f"https://click.example.net/r?u={quote(HOME[::-1], safe='')}",
        f"https://click.example.net/r/{urlsafe_b64encode(json.dumps({'to': HOME}).encode()).decode()}",
        f"https://click.example.net/r?j=eyJhbGciOiJIUzI1NiJ9.{CLAIMS}.c2ln",
        f"https://click.example.net/r/{urlsafe_b64encode(zlib.compress(HOME.encode())).decode()}",
        f"https://click.example.net/r?u={quote(b64encode(HOME.encode()).decode(), safe='')}",
    ],
)  # fmt: skip
def test_redirectors_that_nobody_listed_are_read_by_their_structure(url: str) -> None:
    found = unwrap(url)
    assert found.destination == HOME
    assert found.hops[0].rule == ""
    assert 0.7 <= found.confidence < 0.96


@pytest.mark.parametrize(
    "url",
    [
        f"https://shop.example/login?next={quote(HOME, safe='')}",
        f"https://shop.example/oauth/authorize?client_id=1&redirect_uri={quote(HOME, safe='')}",
        f"https://shop.example/logout?return_to={quote(HOME, safe='')}",
        f"https://shop.example/confirm?token=0a1b2c3d4e5f60718&url={quote(HOME, safe='')}",
        f"https://shop.example/click/unsubscribe?url={quote(HOME, safe='')}",
        f"https://www.facebook.com/sharer/sharer.php?u={quote(HOME, safe='')}",
        f"https://twitter.com/intent/tweet?url={quote(HOME, safe='')}",
        f"https://api.whatsapp.com/send?text={quote(HOME, safe='')}",
        f"https://wsrv.nl/?url={quote('https://www.example.org/a.png', safe='')}",
        f"https://img.example.net/r/resize?url={quote('https://www.example.org/a.jpg', safe='')}&w=80",
        "https://web.archive.org/web/2020/https://www.example.org/",
        "https://www.example.net/search?q=https%3A%2F%2Fwww.example.org%2F",
        "https://www.example.net/about#https://www.example.org/",
        "https://www.example.net/",
        "mailto:a@example.org?body=https://www.example.org/",
        "javascript:location='https://www.example.org/'",
    ],
)
def test_an_address_in_a_link_is_not_always_where_it_leads(url: str) -> None:
    assert unwrap(url) == Unwrapped(url, None)


def test_our_own_links_are_unwrapped_as_anybodys() -> None:
    keyring = new_keyring(lambda size: bytes(range(size)))
    raw = (
        b"From: a@example.org\r\nTo: b@example.org\r\nContent-Type: text/html\r\n\r\n"
        b'<a href="https://www.example.org/a?b=1&amp;c=2#d">x</a><a href="http://example.org/%C3%A9+f">y</a>'
    )
    message = parse(raw)
    plan = Plan(base_url="https://t.example.net", campaign=derive_campaign(keyring, "winter"))
    sent = parse(apply_edits(raw, instrument(message, plan, keyring)))
    links = [reference.url for reference in walk(sent) if "/c/" in reference.url]
    found = [unwrap(url) for url in links]
    assert [one.destination for one in found] == ["https://www.example.org/a?b=1&c=2#d", "http://example.org/%C3%A9+f"]
    assert {one.hops[0].by for one in found} == {"overt"}


HOSTILE = [
    "https://example.org/" + "a" * 60_000,
    "https://example.org/r?" + "u=https%3A&" * 6_000,
    "https://example.org/" + "/https:/" * 8_000,
    "https://example.org/r?u=" + "aHR0c" * 12_000,
    "https://example.org/r?u=" + "eyJ" * 20_000,
    "https://example.org/track/click?p=" + b64encode(b'{"a":' * 9_000).decode(),
    "https://urldefense.com/v3/__" + "__;" * 20_000,
    "https://urldefense.com/v3/__https://a.example/" + "**_" * 20_000 + "__;" + "A" * 400 + "!",
    "https://us.list-manage.com/x?i=" + "i=&" * 20_000,
    "https://example.org/" + "-_" * 30_000,
    "https://example.org/lt.php?" + "s&" * 30_000,
    "https://example.org/lists/" + "a/" * 30_000 + "lt.php?tid",
    "https://www.bing.com/ck/a?" + "&u=a1" * 12_000,
    "https://r.search.yahoo.com/" + "/RU=" * 15_000,
    "https://example.org/p?" + "%" * 60_000,
    "https://" + "a." * 30_000 + "example/",
    "https://example.org/" + "x" * 100_000,
]


@pytest.mark.parametrize("url", HOSTILE, ids=lambda url: url[:40])
def test_hostile_urls_take_time_in_proportion_to_their_length(url: str) -> None:
    start = time.process_time()
    unwrap(url)
    assert time.process_time() - start < 1.0  # quadratic work on 60,000 characters takes many seconds


PIECES = st.lists(
    st.sampled_from(
        ["https://", "http:/", "%3A%2F%2F", "a.example", "/", "?", "url=", "&", "aHR0cHM6Ly9h", "eyJ1IjoxfQ", "#",
         "@", "\\", "safelinks.protection.outlook.com", "/c/", "v3/__", "__;", "*", "!", "\t", "é", "\ud800"]
    ),
    max_size=20,
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), PIECES.map(lambda pieces: "https://" + "".join(pieces))))
def test_any_text_is_unwrapped_to_web_addresses_or_not_at_all(url: str) -> None:
    found = unwrap(url)
    assert found.url == url
    assert 0.0 <= found.confidence <= 1.0
    assert (found.destination is None) == (not found.hops)
    for hop in found.hops:
        assert as_destination(hop.url) is not None
