"""The small pages."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape

import pytest

from overt.measure import Mode
from overt.wire.page import KEPT, POLICY, about_page, doubt_page, lost_page

RIGHT_TO_LEFT = chr(0x202E)


def links(page: bytes) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="([^"]*)"', page.decode())]


def test_every_mode_is_explained() -> None:
    assert set(KEPT) == set(Mode)


def test_the_page_about_measuring_names_the_sender_and_how_to_say_no() -> None:
    page = about_page("Example & Sons", "privacy@example.org", Mode.INDIVIDUAL, Mode.SHARED).decode()
    assert "Example &amp; Sons" in page
    assert "mailto:privacy@example.org" in page
    assert "How to say no" in page


def test_an_individual_setting_says_what_holds_for_others_too() -> None:
    page = about_page("S", "", Mode.INDIVIDUAL, Mode.OFF).decode()
    for mode in (Mode.SHARED, Mode.POOLED, Mode.HYGIENE, Mode.INDIVIDUAL):
        assert KEPT[mode] in page
    links = about_page("S", "", Mode.OFF, Mode.INDIVIDUAL).decode()
    assert KEPT[Mode.POOLED] not in links
    assert KEPT[Mode.HYGIENE] not in links


def test_settings_that_record_nothing_say_so() -> None:
    page = about_page("S", "", Mode.OFF, Mode.OFF).decode()
    assert "Nothing is recorded when you open a message or follow a link." in page
    assert KEPT[Mode.SHARED] not in page


@pytest.mark.parametrize("contact", ["https://example.org/privacy", "mail us", "a@example.org", ""])
def test_a_contact_of_any_kind_is_shown(contact: str) -> None:
    page = about_page("", contact, Mode.SHARED, Mode.SHARED).decode()
    assert contact in page
    assert "None" not in page


def test_the_policy_allows_the_style_of_the_pages_and_nothing_else() -> None:
    style = re.search(r"<style>(.*?)</style>", lost_page().decode(), re.DOTALL)
    assert style is not None
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in POLICY.decode()
    assert b"default-src 'none'" in POLICY


@pytest.mark.parametrize("page", [about_page("S", "a@b.example", Mode.SHARED, Mode.SHARED), lost_page()])
def test_no_page_loads_or_runs_anything(page: bytes) -> None:
    assert not re.search(rb"<(script|img|iframe|link|form)\b|\son\w+=|http-equiv", page)


def test_a_doubtful_link_is_shown_with_its_host_and_can_be_followed() -> None:
    page = doubt_page(b"https://news.example/a?b=1&c=2")
    assert links(page) == ["https://news.example/a?b=1&c=2"]
    assert b"<strong>news.example</strong>" in page
    assert b"http-equiv" not in page


@pytest.mark.parametrize(
    "destination",
    [b"javascript:alert(1)", b"data:text/html,x", b"//evil.example", b"/relative", b"", b"\xff\xfe", b"https://"],
)
def test_what_is_no_web_address_is_shown_and_not_linked(destination: bytes) -> None:
    assert links(doubt_page(destination)) == []


def test_markup_in_a_destination_stays_text() -> None:
    page = doubt_page(b'https://e.example/"><script>alert(1)</script>')
    assert b"<script" not in page
    page = doubt_page(b"<script>alert(1)</script>")
    assert b"<script" not in page


def test_signs_that_turn_text_around_are_spelled_out() -> None:
    page = doubt_page(f"not a url {RIGHT_TO_LEFT}moc.elgoog".encode()).decode()
    assert RIGHT_TO_LEFT not in page
    assert "\\u202e" in page


def test_a_host_that_hides_behind_a_user_name_or_other_letters_is_shown_as_it_is() -> None:
    assert b"<strong>evil.example</strong>" in doubt_page(b"https://www.bank.example@evil.example/")
    cyrillic = f"b{chr(0x430)}nk.example"
    assert b"<strong>" + cyrillic.encode("idna") + b"</strong>" in doubt_page(f"https://{cyrillic}/".encode())


def test_the_page_leads_to_the_recipients_own_where_there_is_one() -> None:
    shown = about_page("", "", Mode.SHARED, Mode.SHARED, 'https://you.example.org/you"').decode()
    assert '<a href="https://you.example.org/you&quot;">See and change what is recorded about you</a>' in shown
    assert "See and change" not in about_page("", "", Mode.SHARED, Mode.SHARED).decode()
