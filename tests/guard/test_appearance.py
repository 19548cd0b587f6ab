"""What an element would show, by attributes, styles, style sheets and ancestors; values from CSS 2.2 and its units."""

from __future__ import annotations

import pytest

from overt.guard.appearance import Appearance, Page, hides, is_empty, parse_length, parse_style
from overt.message import parse_html


def look(html: str, tag: str = "img") -> Appearance:
    document = parse_html(html)
    (element,) = [element for element in document.elements() if element.tag == tag]
    return Page(document).appearance(element)


@pytest.mark.parametrize(
    ("text", "pixels"),
    [("1", 1.0), ("12px", 12.0), ("3pt", 4.0), ("1in", 96.0), (".5em", 8.0), ("-4px", 0.0), ("0%", 0.0), ("1%", 0.0),
     ("50%", None), ("auto", None), ("", None), ("calc(1px)", None)],
)  # fmt: skip
def test_lengths_are_pixels(text: str, pixels: float | None) -> None:
    assert parse_length(text) == (pytest.approx(pixels) if pixels is not None else None)


def test_the_last_declaration_counts_unless_one_is_important() -> None:
    style = parse_style("width: 1px; WIDTH:2px; height:3px !important; height:4px; /* color:red */")
    assert dict(style) == {"width": "2px", "height": "3px"}


@pytest.mark.parametrize(
    "style",
    ["display:none", "visibility:hidden", "visibility:collapse", "opacity:0", "opacity:.01", "opacity:2%",
     "position:absolute;top:-5000px", "position:absolute;clip:rect(0,0,0,0)", "text-indent:-999px",
     "max-height:0;overflow:hidden", "transform:scale(0)", "mso-hide:all;max-height:0"],
)  # fmt: skip
def test_many_ways_to_hide(style: str) -> None:
    assert hides(parse_style(style))


@pytest.mark.parametrize(
    "style", ["display:block", "opacity:1", "opacity:0.5", "top:-5000px", "max-height:0", "width:1px"]
)
def test_what_does_not_hide(style: str) -> None:
    assert hides(parse_style(style)) == ""


def test_a_style_sheet_hides_as_its_cascade_says() -> None:
    assert look("<style>.q{display:none}</style><img class=q>").hidden == "display:none"
    assert look("<style>.q{display:none} img.q{display:block}</style><img class=q>").hidden == ""
    assert look("<style>.q{width:1px;height:2px}</style><img class=q>") == Appearance(1.0, 2.0, "")


def test_a_rule_for_small_screens_hides_from_nobody_else() -> None:
    assert look("<style>@media (max-width:600px){.q{display:none}}</style><img class=q>").hidden == ""
    assert look("<style>@media screen{.q{display:none}}</style><img class=q>").hidden == "display:none"


def test_an_ancestor_hides_all_below() -> None:
    assert look('<div style="display:none"><table><tr><td><img></td></tr></table></div>').hidden == "display:none"
    assert look("<div hidden><img></div>").hidden == "the attribute hidden"


def test_a_box_with_blanks_is_empty_and_one_with_words_is_not() -> None:
    def box(inside: str) -> bool:
        (element,) = [one for one in parse_html(f"<div>{inside}</div>").elements() if one.tag == "div"]
        return is_empty(element)

    assert box("")
    assert box(" &nbsp;&zwnj;<br><span> </span>")
    assert not box("word")
    assert not box("<img>")


def test_a_sheet_made_to_be_slow_is_cut_off() -> None:
    html = "<style>" + "".join(f".a{i}{{display:none}}" for i in range(5000)) + "</style>" + "<p class=a1><img>" * 1
    assert look(html + "<b></b>" * 20_000).hidden == "display:none"
