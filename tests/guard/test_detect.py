"""Verdicts without any vendor's name: evasions are found, and what only looks like a beacon is not called one.

Each case is a message written for it. A class is what a person who reads the source would say.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from overt.guard import detect, load_rules
from overt.guard.finding import Finding
from overt.message import parse, walk
from overt.testing import make_mail

TOKEN = "Zk3vX0aQm9tT4yLr7cW2bN8d"
PAGE = """<html><body><table><tr>
<td><img src="https://cdn.shop.example.org/img/logo.png" width="180" height="40" alt="Shop"></td></tr><tr><td>
<p>The first seeds are in, and so are the tools. Come and see us on Saturday.</p>
<p><a href="https://shop.example.org/seeds/spring">Seeds for spring</a></p></td></tr></table>{}</body></html>"""


def findings(html: str, *, page: bool = True) -> tuple[Finding, ...]:
    return detect(parse(make_mail(PAGE.format(html) if page else html, None)), rules=None)


def kinds(html: str, word: str) -> set[str]:
    """The classes of the references whose URL holds that word."""
    return {finding.kind for finding in findings(html) if word in finding.reference.url}


BEACONS = [
    f'<img src="https://t.news.example/o/{TOKEN}.gif" width="1" height="1">',
    f'<img src="https://t.news.example/o/{TOKEN}.gif" width="2" height="2" alt="">',
    f'<img src="https://quiet.example.net/{TOKEN}" width="1" height="1">',
    f'<img src="https://quiet.example.net/pic.php?i={TOKEN}" style="width:1px;height:1px">',
    f'<img src="https://quiet.example.net/a?x={TOKEN}" style="display:none">',
    f'<img src="https://quiet.example.net/a?x={TOKEN}" width="20" height="20" style="opacity:0">',
    f'<img src="https://quiet.example.net/a?x={TOKEN}" width="20" height="20" style="visibility:hidden">',
    f'<img src="https://quiet.example.net/a?x={TOKEN}" width="20" height="20" style="position:absolute;left:-9999px">',
    f'<div style="display:none"><img src="https://quiet.example.net/a?x={TOKEN}"></div>',
    f'<div style="height:0;overflow:hidden"><img src="https://quiet.example.net/a?x={TOKEN}"></div>',
    f'<style>.q {{ display: none }}</style><img class="q" src="https://quiet.example.net/a?x={TOKEN}">',
    f'<style>#q img {{ width: 1px; height: 1px }}</style><p id="q"><img src="https://quiet.example.net/a?x={TOKEN}"></p>',
    f'<img src="https://quiet.example.net/open?u={TOKEN}">',
    f'<img src="https://quiet.example.net/track/{TOKEN}">',
    f'<input type="image" src="https://quiet.example.net/a?x={TOKEN}" width="1" height="1">',
    f'<div style="background:url(https://quiet.example.net/a?x={TOKEN});width:1px;height:1px"></div>',
    f'<table><tr><td background="https://quiet.example.net/o?x={TOKEN}" width="1" height="1"></td></tr></table>',
    f'<style>@font-face {{ font-family: q; src: url(https://quiet.example.net/o?x={TOKEN}) }}</style>',
    f'<style>@import "https://quiet.example.net/open?x={TOKEN}";</style>',
    f'<link rel="stylesheet" href="https://quiet.example.net/open?x={TOKEN}">',
    f'<iframe src="https://quiet.example.net/open?x={TOKEN}" width="1" height="1"></iframe>',
    f'<audio src="https://quiet.example.net/open?x={TOKEN}"></audio>',
    f'<bgsound src="https://quiet.example.net/open?x={TOKEN}">',
    '<img src="https://quiet.example.net/open?who=robin%40example.org" width="1" height="1">',
]  # fmt: skip


@pytest.mark.parametrize("html", BEACONS)
def test_a_beacon_is_found_whatever_its_name_size_and_way(html: str) -> None:
    word = "/o/" if "t.news" in html else "quiet"
    assert kinds(html, word) == {"beacon"}


PICTURES = [
    ('<img src="https://cdn.shop.example.org/img/spacer.gif" width="1" height="1">', "spacer"),
    ('<img src="https://cdn.shop.example.org/img/spacer.gif" width="1" height="30">' * 4, "spacer"),
    ('<img src="https://cdn.shop.example.org/img/clear.gif" width="600" height="1">', "clear"),
    ('<img src="https://cdn.shop.example.org/img/rule.png" width="560" height="2" alt="">', "rule"),
    ('<img src="https://cdn.shop.example.org/img/hero.jpg" width="560" height="200" alt="Seeds">', "hero"),
    ('<img src="https://cdn.shop.example.org/img/logo.png?v=20261102" width="180" height="40" alt="Shop">', "v=2026"),
    ('<img src="https://cdn.shop.example.org/img/hero.jpg?v=9f86d081" width="560" height="200" alt="Seeds">', "v=9f86"),
    ('<img src="https://cdn.shop.example.org/icons/facebook.png" width="24" height="24" alt="Facebook">', "facebook"),
    (
        '<img src="https://s.w.org/images/core/emoji/15.0.3/72x72/1f600.png" width="20" height="20" alt="smile">',
        "emoji",
    ),
    ('<img src="https://people.example.com/signature/robin.png" width="200" height="60" alt="Robin">', "signature"),
    (
        '<img src="https://cdn.files.example/5f2c9a8e-1d3b-4c7e-9a0f-3b2d1c4e5f60/hero.jpg" width="560" alt="Hero">',
        "hero.jpg",
    ),
    ('<link rel="stylesheet" href="https://fonts.example.com/css?family=Roboto:400,700">', "family"),
]


@pytest.mark.parametrize(("html", "word"), PICTURES)
def test_what_only_looks_like_a_beacon_is_remote(html: str, word: str) -> None:
    assert kinds(html, word) == {"remote"}


def test_a_picture_made_for_one_recipient_is_identified() -> None:
    html = f'<img src="https://img.shop.example.org/banner.png?uid={TOKEN}" width="560" height="120" alt="For you">'
    assert kinds(html, "banner") == {"identified"}


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (f"https://click.news.example/ls/click?upn={TOKEN}{TOKEN}", "wrapped-link"),
        (f"https://click.news.example/c/{TOKEN}", "wrapped-link"),
        (f"https://r.news.example/go?to=https%3A%2F%2Fshop.example.org%2Fa&id={TOKEN}", "wrapped-link"),
        ("https://shop.example.org/a?utm_source=news&utm_medium=email", "tagged-link"),
        ("https://shop.example.org/seeds/summer", "plain"),
        ("https://shop.example.org/article/12345-seeds-for-spring", "plain"),
        ("https://github.com/example/project/commit/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "plain"),
        ("https://www.facebook.com/sharer.php?u=https%3A%2F%2Fshop.example.org%2F", "plain"),
        ("mailto:shop@example.org", "plain"),
    ],
)
def test_links_are_told_apart(url: str, kind: str) -> None:
    html = f'<p><a href="{url.replace("&", "&amp;")}">Read on</a></p>'
    found = [finding for finding in findings(html) if finding.reference.url == url]
    assert [finding.kind for finding in found] == [kind]


def test_receipts_are_receipts_in_any_of_their_fields() -> None:
    raw = make_mail(fields={"Disposition-Notification-To": "a@example.org", "X-Confirm-Reading-To": "a@example.org"})
    assert [f.kind for f in detect(parse(raw), rules=None) if f.kind == "receipt"] == ["receipt", "receipt"]


def test_every_reference_gets_one_finding_in_its_order(golden: Mapping[str, bytes]) -> None:
    for raw in golden.values():
        message = parse(raw)
        assert [finding.reference for finding in detect(message, rules=None)] == list(walk(message))


def test_a_verdict_lists_its_evidence_and_is_never_certain_without_a_proof() -> None:
    (beacon,) = [finding for finding in findings(BEACONS[0]) if finding.kind == "beacon"]
    assert {"dot", "token"} & {item.kind for item in beacon.evidence}
    assert 0.9 < beacon.confidence < 1
    assert beacon.because.startswith("it loads on display and is there to report: ")
    assert (beacon.vendor, beacon.rule) == ("", "")


def test_a_known_endpoint_names_its_vendor_and_rule() -> None:
    html = f'<img src="https://u1.ct.sendgrid.net/wf/open?upn={TOKEN}" alt="">'
    (beacon,) = [f for f in detect(parse(make_mail(html, None)), rules=load_rules()) if f.kind == "beacon"]
    assert (beacon.vendor, beacon.rule) == ("SendGrid", "sendgrid-open")
    assert beacon.confidence > 0.98


def test_a_wrapped_link_says_where_it_leads_where_that_stands_in_it() -> None:
    url = "https://www.google.com/url?q=https%3A%2F%2Fshop.example.org%2Fseeds&sa=D"
    found = detect(parse(make_mail(f'<a href="{url.replace("&", "&amp;")}">x</a>', None)), rules=load_rules())
    assert [(f.kind, f.destination) for f in found if f.reference.url == url] == [
        ("wrapped-link", "https://shop.example.org/seeds")
    ]
    unknown = f"https://shop.us1.list-manage.com/track/click?u={TOKEN}&id=1&e=2"
    found = detect(parse(make_mail(f'<a href="{unknown.replace("&", "&amp;")}">x</a>', None)), rules=load_rules())
    assert [(f.kind, f.destination, f.vendor) for f in found if f.reference.url == unknown] == [
        ("wrapped-link", None, "Mailchimp")
    ]


def test_twenty_thousand_pictures_are_read_in_linear_time() -> None:
    html = "".join(f'<img src="https://a.example/{number}.png">' for number in range(20_000))
    assert len(detect(parse(b"<html><body>" + html.encode()), rules=None)) == 20_000
