"""What a reference would show, told as evidence: sizes at their borders, hiding, boxes, what stands in for it."""

from __future__ import annotations

import pytest

from overt.guard.detectors.look import look_at_look
from tests.guard.detectors.cases import PLAIN, case_of, kinds

SRC = "https://a.example/q?x=1"


@pytest.mark.parametrize(
    ("size", "kind"),
    [
        ('width="1" height="1"', "dot"),
        ('width="0" height="0"', "dot"),
        ('width="2" height="2"', "few-pixels"),
        ('width="5" height="5"', "few-pixels"),
        ('width="600" height="1"', "line"),
        ('width="3" height="40"', "line"),
        ('width="24" height="24"', "icon-size"),
        ('width="25" height="25"', "picture-size"),
        ('style="width:0.5pt;height:1px"', "dot"),
        ("", "no-size"),
    ],
)
def test_sizes_have_names(size: str, kind: str) -> None:
    assert kind in kinds(look_at_look, case_of(f'<img src="{SRC}" {size}>', "/q"))


def test_a_style_beats_an_attribute() -> None:
    case = case_of(f'<img src="{SRC}" width="1" height="1" style="width:300px;height:200px">', "/q")
    assert "picture-size" in kinds(look_at_look, case)


@pytest.mark.parametrize("style", ["display:none", "visibility:hidden", "opacity:0", "position:absolute;left:-9999px"])
def test_what_a_style_hides_is_hidden(style: str) -> None:
    assert "hidden" in kinds(look_at_look, case_of(f'<img src="{SRC}" style="{style}">', "/q"))
    assert "hidden" in kinds(look_at_look, case_of(f'<div style="{style}"><p><img src="{SRC}"></p></div>', "/q"))


def test_a_hidden_picture_for_another_screen_is_told_apart() -> None:
    html = '<img src="https://a.example/q.png" style="display:none" width="320" height="100">'
    assert "hidden-picture" in kinds(look_at_look, case_of(html, "/q"))


def test_a_background_is_as_large_as_its_box_and_an_empty_box_shows_nothing_of_its_own() -> None:
    empty = case_of(f'<div style="background:url({SRC})"></div>', "/q")
    full = case_of(f'<div style="background:url({SRC})"><p>Words</p></div>', "/q")
    assert "empty-box" in kinds(look_at_look, empty)
    assert "box" in kinds(look_at_look, full)


def test_what_is_not_a_picture_shows_nothing_by_itself() -> None:
    assert "shows-nothing" in kinds(look_at_look, case_of(f'<link rel="stylesheet" href="{SRC}">', "/q"))
    assert "shows-nothing" in kinds(look_at_look, case_of(f'<style>@import "{SRC}";</style>', "/q"))


def test_a_text_in_its_place_and_a_link_around_it_are_seen() -> None:
    case = case_of(f'<a href="https://b.example/"><img src="{SRC}" alt="Our shop"></a>', "/q")
    assert {"alt-text", "in-link"} <= kinds(look_at_look, case)
    assert "alt-text" not in kinds(look_at_look, case_of(f'<img src="{SRC}" alt="pixel">', "/q"))


def test_only_the_first_and_the_last_are_at_the_edge() -> None:
    html = f'{PLAIN}<img src="{SRC}"><img src="https://cdn.shop.example.org/c.png">'
    assert "at-the-edge" not in kinds(look_at_look, case_of(html, "/q"))
    assert "at-the-edge" in kinds(look_at_look, case_of(html, "/a.png"))
    assert "at-the-edge" in kinds(look_at_look, case_of(html, "/c.png"))


def test_links_look_like_nothing() -> None:
    assert not kinds(look_at_look, case_of(f'<a href="{SRC}"></a>', "/q"))
