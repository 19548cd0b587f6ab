"""Every URL of an HTML text; what loads is that which WHATWG HTML, CSS, SVG and VML say loads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.message.html import parse_html
from overt.message.hypertext import find_base, find_mentions

WORDS = """<a&href= <img&srcset= <p&style= <style> </style> url( ) ' " > <!--[if&mso]> --> http://a.example/
    <script> </script> &amp; &lt; <svg> <image&href= <iframe&srcdoc=
    <meta&http-equiv=refresh&content= , 1x 0;url= @import </a> </svg> x"""
TEXTS = st.lists(st.sampled_from([*(word.replace("&", " ") for word in WORDS.split()), "&amp;", "\r\n"])).map("".join)


def found(text: str) -> list[tuple[str, str]]:
    mentions = find_mentions(parse_html(text))
    return [(mention.vector, mention.raw) for mention in mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<img src=a srcset='b 1x, c 2x' lowsrc=d dynsrc=e longdesc=f>",
         [("img-src", "a"), ("img-srcset", "b"), ("img-srcset", "c"), ("img-lowsrc", "d"), ("img-dynsrc", "e"),
          ("img-longdesc", "f")]),
        ("<picture><source srcset=a><img src=b></picture>", [("source-srcset", "a"), ("img-src", "b")]),
        ("<image src=a>", [("img-src", "a")]),
        ("<input type=IMAGE src=a><input src=b>", [("input-src", "a"), ("input-src-idle", "b")]),
        ("<body background=a><table background=b><td background=c>",
         [("background", "a"), ("background", "b"), ("background", "c")]),
        ("<video src=a poster=b><source src=c><track src=d></video><audio src=e><bgsound src=f>",
         [("video-src", "a"), ("video-poster", "b"), ("source-src", "c"), ("track-src", "d"), ("audio-src", "e"),
          ("bgsound-src", "f")]),
        ("<iframe src=a></iframe><embed src=b><object data=c classid=d><param name=movie value=e></object>",
         [("iframe-src", "a"), ("embed-src", "b"), ("object-data", "c"), ("object-code", "d"), ("param-value", "e")]),
        ("<frameset><frame src=a></frameset>", [("frame-src", "a")]),
        ("<applet code=a codebase=b archive='c, d'></applet>",
         [("object-code", "a"), ("object-code", "b"), ("object-code", "c"), ("object-code", "d")]),
        ("<link rel='alternate STYLESHEET' href=a><link rel=icon href=b><link rel=canonical href=c><link href=d>",
         [("link-stylesheet", "a"), ("link-icon", "b"), ("link-other", "c"), ("link-other", "d")]),
        ("<link rel=dns-prefetch href=a><link rel=preconnect href=b>",
         [("link-dns-prefetch", "a"), ("link-preconnect", "b")]),
        ("<link rel=prefetch href=a><link rel=preload href=b imagesrcset='c 1x'>",
         [("link-prefetch", "a"), ("link-preload", "b"), ("link-preload", "c")]),
        ("<meta http-equiv=Refresh content='0;url=a'><meta name=x content='0;url=b'>", [("meta-refresh", "a")]),
        ("<script src=a></script>", [("script-src", "a")]),
        ("<form action=a><button formaction=b></button></form>", [("form-action", "a"), ("form-action", "b")]),
        ("<a href=a ping='b c'>x</a><map><area href=d></map>",
         [("a-href", "a"), ("ping", "b"), ("ping", "c"), ("area-href", "d")]),
        ("<blockquote cite=a>x</blockquote>", [("cite", "a")]),
        ("<html manifest=a>", [("manifest", "a")]),
        ("<p style='background:url(&quot;a&amp;b&quot;)'>", [("css-url", "a&b")]),
        ("<style>@import 'a';@font-face{src:url(b)}p{content:image-set('c' 1x)}</style>",
         [("css-import", "a"), ("css-font", "b"), ("css-image-set", "c")]),
        ("<svg><image xlink:href=a /><use href=b /><rect fill='url(c)'/><a href=d></a></svg>",
         [("svg-image", "a"), ("svg-use", "b"), ("presentation-attribute", "c"), ("svg-a", "d")]),
        ("<svg><style>a{b:url(c&amp;d)}</style></svg>", [("css-url", "c&d")]),
        ("<svg><filter><feImage href=a /></filter><script href=b></script></svg>",
         [("svg-filter-image", "a"), ("svg-script", "b")]),
        ("<math><mi href=a></math>", [("math-href", "a")]),
        ("<!--[if mso]><v:rect href=a><v:fill src=b /><v:imagedata o:href=c /></v:rect><![endif]-->",
         [("vml-href", "a"), ("vml-src", "b"), ("vml-src", "c")]),
        ("<v:image src=a>", [("vml-src", "a")]),
        ("<iframe srcdoc='<img src=&quot;a&amp;amp;b&quot;>'></iframe>", [("img-src", "a&b")]),
        ("<amp-img src=a></amp-img><form action-xhr=b></form>", [("amp-src", "a"), ("amp-xhr", "b")]),
        ("<?xml-stylesheet href='a'?><svg/>", [("xml-stylesheet", "a")]),
        ("<template><img src=a></template><noscript><img src=b></noscript>", [("img-src", "a"), ("img-src", "b")]),
    ],
)  # fmt: skip
def test_every_way_of_mentioning_is_seen(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>See http://a.example/?b=c&amp;d.</p>", [("html-text", "http://a.example/?b=c&d")]),
        ("&lt;http://a.example/&gt;", [("html-text", "http://a.example/")]),
        ("<!-- http://a.example/ -->", [("html-comment", "http://a.example/")]),
        ("<script>x='http://a.example/'</script>", [("script-text", "http://a.example/")]),
        ("<style>/* http://a.example/ */</style>", [("css-text", "http://a.example/")]),
        ("<p data-x='http://a.example/'>", [("html-attribute", "http://a.example/")]),
        ("<a href='http://a.example/?u=http://b.example/'>", [("a-href", "http://a.example/?u=http://b.example/")]),
        ("<!DOCTYPE html PUBLIC '-//W3C' 'http://www.w3.org/x'><html xmlns='http://www.w3.org/1999/xhtml'>", []),
    ],
)
def test_urls_that_stand_anywhere_else_are_seen_too(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_the_text_of_a_link_is_no_link_itself() -> None:
    link, text = find_mentions(parse_html("<a href=http://a.example/>http://b.example/</a>"))
    assert (link.rests, text.rests) == (False, True)


def test_places_cut_out_what_is_written() -> None:
    text = "\r\n<img srcset='a 1x, b&amp;c 2x'><p style=\"x:url('d&#39;')\"><iframe srcdoc=\"<a href='&amp;amp;e'>\">"
    cuts = [text[mention.start : mention.end] for mention in find_mentions(parse_html(text))]
    assert cuts == ["a", "b&amp;c", "d", "&amp;amp;e"]


def test_the_first_base_that_browsers_see_counts() -> None:
    text = "<!--[if mso]><base href=a><![endif]--><base target=x><base href=' b '><base href=c>"
    assert find_base(parse_html(text)) == "b"
    assert find_base(parse_html("<p>")) == ""


def test_documents_within_documents_come_to_an_end() -> None:
    text = "<img src=a>"
    for _ in range(6):
        text = '<iframe srcdoc="{}">'.format(text.replace("&", "&amp;").replace('"', "&quot;"))
    assert found(text) == []


@given(TEXTS)
def test_any_text_has_mentions_in_order_within_it(text: str) -> None:
    last = 0
    for mention in find_mentions(parse_html(text)):
        assert last <= mention.start <= mention.end <= len(text)
        last = mention.start
