"""HTML with places: against html5lib and lexbor on real mail, by hand on oddities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from overt.message.html import Element, parse_html
from overt.message.parse import parse
from overt.message.text import read_text

Shape = tuple[str, tuple[tuple[str, str], ...]]


def test_every_quoting_is_cut_out_exactly() -> None:
    text = '<p>\r\n<A HREF = \'x&amp;y\' title="a\'b" rel=nofollow download data-x="">'
    (link,) = parse_html(text).elements({"a"})
    assert [(a.name, a.value, text[a.start : a.end], text[a.value_start : a.value_end]) for a in link.attributes] == [
        ("href", "x&y", "HREF = 'x&amp;y'", "x&amp;y"),
        ("title", "a'b", 'title="a\'b"', "a'b"),
        ("rel", "nofollow", "rel=nofollow", "nofollow"),
        ("download", "", "download", ""),
        ("data-x", "", 'data-x=""', ""),
    ]
    assert [a.quote for a in link.attributes] == ["'", '"', "", "", '"']
    assert [a.bare for a in link.attributes] == [False, False, False, True, False]
    assert text[link.start : link.end] == text[5:]
    assert link.close is None


def test_places_count_every_character_whatever_the_line_ends() -> None:
    for line_end in ("\n", "\r\n", "\r"):
        text = line_end.join(("<html>", "<body", "class='a", "b'>", "<a", "href=x>t</a>", "</body>"))
        body, link = parse_html(text).elements({"a", "body"})
        assert body.get("class") is not None
        assert link.close is not None
        assert (text[link.start : link.start + 2], text[slice(*link.close)]) == ("<a", "</a>")
        href, name = link.get("href"), body.get("class")
        assert href is not None
        assert name is not None
        assert text[href.start : href.end] == "href=x"
        assert name.value == "a\nb"


def test_the_first_of_two_attributes_counts() -> None:
    (image,) = parse_html("<img src=a SRC=b>").elements({"img"})
    assert [a.value for a in image.attributes] == ["a"]


def test_a_null_character_reads_as_a_replacement() -> None:
    (image,) = parse_html('\x00<img src="\x00a" x\x00=1>').elements({"img"})
    assert [(a.name, a.value) for a in image.attributes] == [("src", "\ufffda"), ("x\ufffd", "1")]


def test_a_hidden_condition_holds_elements() -> None:
    text = (
        "<p>a</p>\r\n<!--[if (gte mso 9)|(IE)]>\r\n<v:roundrect HREF=\"u\"><v:fill src='w' /></v:roundrect><![endif]-->"
    )
    outer, shape, fill = parse_html(text).elements()
    assert (outer.conditional, shape.conditional, fill.conditional) == ("", "(gte mso 9)|(IE)", "(gte mso 9)|(IE)")
    href = shape.get("href")
    assert href is not None
    assert text[href.start : href.end] == 'HREF="u"'
    assert shape.close is not None
    assert text[slice(*shape.close)] == "</v:roundrect>"
    assert [element.tag for element in parse_html(text).elements({"v:fill"})] == ["v:fill"]


@pytest.mark.parametrize(
    "text",
    [
        "<![if !mso]><a href=x>t</a><![endif]>",
        "<!--[if !mso]><!--><a href=x>t</a><!--<![endif]-->",
        "<!--[if !mso]>--><a href=x>t</a><!--<![endif]-->",
    ],
)
def test_a_revealed_condition_hides_nothing(text: str) -> None:
    (link,) = parse_html(text).elements({"a"})
    assert (link.conditional, text[link.start : link.end]) == ("", "<a href=x>")


def test_what_looks_like_a_condition_in_a_script_or_attribute_is_none() -> None:
    hidden = "<script><!--[if mso]><a href=x><![endif]--></script><p title='<!--[if mso]><a href=y>-->'>"
    text = f"{hidden}<!--[if mso]><a href=z>-->"
    assert [element.start for element in parse_html(text).elements({"a"})] == [text.index("<a href=z>")]


def test_comments_come_with_their_places() -> None:
    text = "<!doctype html><!-- a --><p title='<!-- b -->'><style><!-- c --></style><![if x]><!--d"
    html = parse_html(text)
    assert [text[comment.start : comment.end] for comment in html.comments] == ["<!-- a -->", "<![if x]>", "<!--d"]
    assert [comment.data for comment in html.comments] == [" a ", "[if x]", "d"]


def test_a_second_body_tag_adds_its_attributes() -> None:
    text = "<body class=a><p><!-- <body background=no> --><body class=b background=u><html lang=de>"
    found = {(e.tag, a.name): text[a.start : a.end] for e in parse_html(text).elements() for a in e.attributes}
    assert found == {("body", "class"): "class=a", ("body", "background"): "background=u", ("html", "lang"): "lang=de"}


def test_a_lone_surrogate_does_no_harm() -> None:
    (link,) = parse_html("<!--\ud800--><a \udcff=\ud800 href=x>").elements({"a"})
    assert [(a.name, a.value) for a in link.attributes] == [("\ufffd", "\ufffd"), ("href", "x")]


def test_an_element_that_the_tree_repeats_comes_once() -> None:
    (link,) = parse_html("<a href=x><p>1<div>2</a>3</div>").elements({"a"})
    assert link.start == 0


def test_names_in_drawings_are_lower_case() -> None:
    text = "<svg viewBox='0'><linearGradient/><feImage xlink:HREF=x /><foreignObject><IMG SRC=y></svg><image src=z>"
    found = list(parse_html(text).elements({"feimage", "img", "lineargradient", "svg"}))
    assert [(e.tag, e.namespace, [a.name for a in e.attributes]) for e in found] == [
        ("svg", "svg", ["viewbox"]),
        ("lineargradient", "svg", []),
        ("feimage", "svg", ["xlink:href"]),
        ("img", "html", ["src"]),
        ("img", "html", ["src"]),
    ]


def test_styles_are_given_as_ranges() -> None:
    text = "<style>a{}</style><!--[if mso]><style>b{}</style><![endif]--><style>c{}"
    assert [text[start:end] for start, end in parse_html(text).styles] == ["a{}", "b{}", "c{}"]


def test_a_selector_leaves_out_what_it_does_not_match() -> None:
    text = "<a href=x><a name=y><img src=z>"
    assert [e.start for e in parse_html(text).elements(matching="[href],[src]")] == [0, 20]
    assert [e.start for e in parse_html(text).elements({"a"}, matching="[href],[src]")] == [0]


@given(st.text(st.sampled_from("<>/='\" \r\nab!-[]&;\x00"), max_size=60))
def test_any_text_is_html_and_every_place_is_true(text: str) -> None:
    html = parse_html(text)
    assert 0 <= html.content_end <= len(text)
    for element in html.elements():
        assert text[element.start] == "<"
        for attribute in element.attributes:
            assert text[attribute.value_start : attribute.value_end] == attribute.source
            assert attribute.offset(0) == attribute.value_start
            assert attribute.offset(len(attribute.value)) == attribute.value_end
    for comment in html.comments:
        assert text[comment.start] == "<"


def real_html(corpus: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(corpus.rglob("*")):
        if file.is_file() and file.relative_to(corpus).parts[0] in ("tracked", "clean", "phishing", "mime"):
            message = parse(file.read_bytes())
            for part in message.parts():
                if part.content_type in ("text/html", "application/xhtml+xml") and not part.parts:
                    yield f"{file.name} {part.path}", read_text(message, part).text


@pytest.mark.corpus
def test_real_mail_has_the_elements_and_attributes_that_browsers_see(corpus: Path) -> None:
    """lexbor is asked first; where it differs html5lib, which follows the same standard, arbitrates."""
    for name, text in real_html(corpus):
        ours = Counter(
            _shape(e.tag, [(k, e.attr(k) or "") for k in e.attrs]) for e in parse_html(text).tree.iter_elements()
        )
        if ours != _of_lexbor(text):
            assert ours == _of_html5lib(text), name


@pytest.mark.corpus
def test_every_span_in_real_mail_cuts_out_its_attribute(corpus: Path) -> None:
    for name, text in real_html(corpus):
        html = parse_html(text)
        placed: Counter[Shape] = Counter()
        added: dict[tuple[str, str], str] = {}
        for element in html.elements():
            _check_cuts(name, text, element)
            pairs = [(a.name, a.value) for a in element.attributes]
            if element.conditional:
                continue
            if element.tag in ("html", "body"):
                for key, value in pairs:
                    added.setdefault((element.tag, key), value)
            else:
                placed[_shape(element.tag, pairs)] += 1
        nodes = [node for node in html.tree.iter_elements() if node.source_location is not None]
        rest = [node for node in nodes if node.tag not in ("html", "body")]
        assert placed == Counter(_shape(n.tag, [(k, n.attr(k) or "") for k in n.attrs]) for n in rest), name
        roots = html.tree.iter_elements(("html", "body"))
        assert added == {(n.tag, k.lower()): n.attr(k) or "" for n in roots for k in n.attrs}, name


def _check_cuts(name: str, text: str, element: Element) -> None:
    assert text[element.start] == "<", name
    assert text[element.end - 1] == ">", name
    for a in element.attributes:
        whole = text[a.start : a.end]
        assert whole[: len(a.name)].lower().replace("\x00", "\ufffd") == a.name, name
        assert whole.endswith(a.source + a.quote), name
        assert a.bare or whole[len(a.name) :].lstrip()[0] == "=", name


def _shape(tag: str, pairs: list[tuple[str, str]]) -> Shape:
    return tag.lower(), tuple(sorted((name.lower(), value) for name, value in pairs))


def _of_lexbor(text: str) -> Counter[Shape]:
    root = LexborHTMLParser(text).root
    nodes = () if root is None else root.traverse()
    named = ((node.tag or "", node.attributes) for node in nodes)
    return Counter(_shape(tag, [(k, v or "") for k, v in pairs.items()]) for tag, pairs in named if tag[:1] not in "-!")


def _of_html5lib(text: str) -> Counter[Shape]:
    tree = html5lib.parse(text, treebuilder="etree", namespaceHTMLElements=False)
    nodes = (node for node in tree.iter() if isinstance(node.tag, str))
    return Counter(_shape(node.tag.rpartition("}")[2], list(node.attrib.items())) for node in nodes)
