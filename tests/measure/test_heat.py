"""Clicks over the message: each link marked by where it leads, in a copy that can do nothing."""

from __future__ import annotations

import pytest

from overt.errors import Malformed
from overt.measure.heat import POLICY, Heat, draw_heat, read_letter, read_target, say_heat
from overt.measure.line import Actors, LinkLine
from overt.measure.token import Link
from overt.testing import make_mail

SPRING, SEEDS = "https://shop.example.org/spring", "https://shop.example.org/seeds?a=1&b=2"


def line(number: int, destination: str, people: int) -> LinkLine:
    return LinkLine(Link(number), destination, Actors(people=people, prefetch=0, machines=0, unknown=0), people)


LINES = (line(1, SPRING, 30), line(2, SEEDS, 10))


def draw(html: str, lines: tuple[LinkLine, ...] = LINES) -> Heat:
    return draw_heat(read_letter(f"<body>{html}".encode()), lines)


def test_each_link_has_its_share_and_its_clicks() -> None:
    heat = draw(f'<a class="b" href="{SPRING}">read</a> <a href="{SEEDS.replace("&", "&amp;")}">buy</a>')
    assert '<a class="b" data-overt-heat="5"><span data-overt-mark="5">75% · 30</span>read</a>' in heat.html
    assert '<span data-overt-mark="2">25% · 10</span>buy' in heat.html
    assert (heat.marked, heat.unmarked, heat.clicks, heat.few) == (2, 0, 40, False)


def test_a_link_that_nobody_clicked_and_one_that_was_not_counted() -> None:
    lines = (*LINES, line(3, "https://shop.example.org/tools", 0))
    heat = draw('<a href="https://shop.example.org/tools">t</a><a href="mailto:x@example.org">m</a>', lines)
    assert '<span data-overt-mark="0">0% · 0</span>t' in heat.html
    assert '<a data-overt-heat="0">m</a>' in heat.html
    assert (heat.marked, heat.unmarked) == (1, 1)


def test_links_as_the_relay_rewrote_them_are_found_too() -> None:
    wrapped = "https://t.example.org/c/abcDEF_-123?u=https%3A%2F%2Fshop.example.org%2Fspring"
    plain = "https://t.example.org/c/abcDEF_-123?https://shop.example.org/spring"
    assert {read_target(wrapped), read_target(plain)} & {SPRING}
    assert read_target("https://shop.example.org/c/tea") == "https://shop.example.org/c/tea"
    assert read_target(SPRING) == SPRING


@pytest.mark.parametrize(
    "hostile",
    [
        '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
        '<base href="https://evil.example/">',
        '<link rel="preconnect" href="https://evil.example/">',
        '<a href="https://evil.example/" ping="https://evil.example/p">x</a>',
        '<svg><a xlink:href="https://evil.example/">x</a></svg>',
        '<map><area href="https://evil.example/"></map>',
    ],
)
def test_what_a_policy_cannot_forbid_is_cut_out(hostile: str) -> None:
    found = draw(hostile).html
    for cut in ('href="https://evil', "refresh", "<base", "preconnect"):
        assert cut not in found.partition("</style>")[2]


@pytest.mark.parametrize("start", ["", "<!DOCTYPE html>\n", '<!doctype html PUBLIC "x>y">', "<!-- ", "\x00<html>"])
def test_the_policy_stands_before_everything(start: str) -> None:
    found = draw_heat(read_letter(f"<p>{start}".encode() if not start.startswith("<") else start.encode()), LINES).html
    before, policy, _ = found.partition("Content-Security-Policy")
    assert policy
    assert set(before.lower().replace("<!doctype", "").split("<meta")[0]) <= set(' \nhtmlpublicxy>"')
    assert "default-src" in POLICY
    assert "&#x27;none&#x27;" in found


def test_a_message_is_read_by_its_html_part_whatever_its_encoding() -> None:
    for encoding in ("base64", "quoted-printable"):
        raw = make_mail(html=f'<p>größer <a href="{SPRING}">x</a></p>', encoding=encoding)
        heat = draw_heat(read_letter(raw), LINES)
        assert "größer" in heat.html
        assert heat.marked == 1
    with pytest.raises(Malformed, match="no HTML"):
        draw_heat(read_letter(make_mail(html=None)), LINES)


def test_it_is_said_how_much_it_rests_on() -> None:
    assert (
        say_heat(draw(f'<a href="{SPRING}">x</a>')) == "1 links of the message were counted, with 40 clicks by people."
    )
    few = draw(f'<a href="{SPRING}">x</a><a href="https://other.example/">y</a>', (line(1, SPRING, 3),))
    assert "So few tell little." in say_heat(few)
    assert "1 were not" in say_heat(few)
