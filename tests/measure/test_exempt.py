from __future__ import annotations

import pytest

from overt.measure import Campaign, Mode, Named, Plan
from overt.measure.exempt import find_destination, stays

PLAN = Plan("https://t.example.org", Campaign(1))


@pytest.mark.parametrize(
    "destination",
    [
        "mailto:a@example.org", "tel:+491234", "cid:x", "#top", "javascript:void(0)", "data:text/html,x",
        "/relative", "",
        "https://list.example/unsubscribe?u=1", "https://list.example/manage-subscription/1",
        "https://x.example/{{ name }}", "https://x.example/*|UNSUB|*", "https://x.example/%%name%%",
        "https:// bad host/",
        "https://t.example.org/you",
        "https://open.spotify.com/track/1", "https://news.app.link/x",
        "https://robin:secret@x.example/",
    ],
)  # fmt: skip
def test_links_that_must_keep_working_stay(destination: str) -> None:
    assert stays(destination, "here", PLAN)


@pytest.mark.parametrize(
    "text",
    [
        "Unsubscribe",
        "Opt&nbsp;out",
        "<b>Abmelden</b>",
        "d&eacute;sinscrire",
        "Se d&eacute;sabonner",
        "配信停止",
        "Annulla iscrizione",
    ],
)
def test_a_link_whose_words_speak_of_leaving_stays(text: str) -> None:
    assert stays("https://list.example/x", text, PLAN)


def test_an_ordinary_link_is_rewritten() -> None:
    assert not stays("https://shop.example/a?b=1", "Read more", PLAN)
    assert not stays("HTTPS://Shop.example/a", "Read more", PLAN)


def test_what_the_list_unsubscribe_field_names_stays() -> None:
    assert stays("https://list.example/bye/1", "here", PLAN, frozenset({"https://list.example/bye/1"}))


def test_patterns_of_the_sender_and_app_links_are_settings() -> None:
    plan = Plan(
        "https://t.example.org", Campaign(1), exclude=("*.shop.example", "https://x.example/private/*"), app_links=True
    )
    assert stays("https://a.shop.example/", "", plan)
    assert stays("https://x.example/private/1", "", plan)
    assert not stays("https://open.spotify.com/track/1", "", plan)


def test_in_shared_a_link_that_names_the_recipient_stays() -> None:
    named, link = Named(["robin@example.org"]), "https://x.example/?r=726f62696e406578616d706c652e6f7267"
    shared = Plan("https://t.example.org", Campaign(1), named=named)
    individual = Plan("https://t.example.org", Campaign(1), links=Mode.INDIVIDUAL, grant="f", named=named)
    assert stays(link, "", shared)
    assert not stays(link, "", individual)


@pytest.mark.parametrize(
    ("written", "base", "destination"),
    [
        ("a/b?c=1", "https://x.example/news/", "https://x.example/news/a/b?c=1"),  # WHATWG URL, by hand
        ("/a", "https://x.example/news/", "https://x.example/a"),
        ("//y.example/a", "https://x.example/", "https://y.example/a"),
        ("https://y.example/a b", "https://x.example/", "https://y.example/a b"),
        ("#top", "https://x.example/", "#top"),
        ("", "https://x.example/", ""),
        ("mailto:a@y.example", "https://x.example/", "mailto:a@y.example"),
        ("*|LINK|*", "https://x.example/", "*|LINK|*"),
        ("a", "", "a"),
        ("a", "cid:x", "a"),
    ],
)
def test_a_relative_link_leads_where_the_base_says(written: str, base: str, destination: str) -> None:
    assert find_destination(written, base) == destination
