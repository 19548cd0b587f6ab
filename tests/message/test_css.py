"""URLs in styles; what is right is css-syntax-3 section 4, section and example named where it is not plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.message.css import find_urls, write_url

WORDS = r"url( ) ' \" \ \75 @import src( image-set( type( /* */ <!-- --> { } : ; , a - -- # 1 @ \( \\ URL( é [ ] ( < !"
STYLES = st.lists(st.sampled_from([*WORDS.split(), " ", "\n", "\r\n", "\f", "\x00"])).map("".join)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a{background:url(x.png)}", ["url(x.png)"]),
        ("url( 'a' )", ["'a'"]),
        ("url(\r\n a\t)", ["url(\r\n a\t)"]),
        ("URL(a)Url(b)", ["URL(a)", "Url(b)"]),
        (r"\75\72\6C(a)", [r"\75\72\6C(a)"]),
        ("u\\72 l(a)", ["u\\72 l(a)"]),
        ("/* url(a) */url(b)/* url(c)", ["url(b)"]),
        ("'url(a)'url(b)", ["url(b)"]),
        ("<!-- url(a) -->url(b)", ["url(a)", "url(b)"]),
        ("<!--url(a)", ["url(a)"]),  # 4.3.1: CDO before any name
        ("curl(a) -url(b) --url(c) #url(d) 2url(e) a\\,url(f)", []),
        ("url(a b)url(c)", ["url(c)"]),  # 4.3.14: the remnants of a bad url
        ("url(a'b)url(c)", ["url(c)"]),
        ("url(a\\\nb)url(c)", ["url(c)"]),
        ("url(a\\)b)", ["url(a\\)b)"]),
        ("url(a", ["url(a"]),
        ("url('a", ["'a"]),
        ("'a\nurl(b)", ["url(b)"]),  # 4.3.5: a bad string ends at the line end
        ("url('a\nb')url(c)", []),
        ("url()", ["url()"]),
    ],
)
def test_url_tokens_are_cut_as_the_standard_cuts_them(text: str, tokens: list[str]) -> None:
    assert [text[url.start : url.end] for url in find_urls(text)] == tokens


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("@import 'a';", [("a", "import")]),
        ("@IMPORT/**/url(a) screen;", [("a", "import")]),
        ("@import url('a') layer(x) supports(a:b);", [("a", "import")]),
        (r"@\69mport 'a'", [("a", "import")]),
        ("@import a 'b'", []),
        ("@charset 'utf-8'; @namespace svg 'n'; @namespace 'm';", [("m", "namespace")]),
        ("@font-face{src:url(a)format('woff')}", [("a", "url")]),
        ("image-set('a' 1x, url(b) 2x, 'c' type('image/png'))", [("a", "image-set"), ("b", "url"), ("c", "image-set")]),
        ("-webkit-image-set('a' 1x)", [("a", "image-set")]),
        ("src('a')", [("a", "src")]),
        ("filter:progid:DXImageTransform.Microsoft.AlphaImageLoader(src='a',sizingMethod='b')", [("a", "loader")]),
        ("content:'a' url(b)", [("b", "url")]),
    ],
)
def test_strings_count_where_they_mean_urls(text: str, kinds: list[tuple[str, str]]) -> None:
    assert [(url.value, url.kind) for url in find_urls(text)][: len(kinds) or None] == kinds


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"url(\68 ttp:\2f/a)", "http://a"),
        ('url("a\\\nb")', "ab"),
        ("url('\\000041')", "A"),
        (r"url(\110000)", "\N{REPLACEMENT CHARACTER}"),
        ("url('a\\26\r\nb')", "a&b"),
    ],
)
def test_escapes_are_read(text: str, value: str) -> None:
    (url,) = find_urls(text)
    assert url.value == value


def test_a_url_knows_its_declaration() -> None:
    text = "a:hover{color:red;background:#fff url(a)}@font-face{src:url(b)}"
    assert [(url.value, url.property) for url in find_urls(text)] == [("a", "background"), ("b", "src")]


@pytest.mark.parametrize(
    ("text", "new", "written"),
    [
        ("url(a)", "https://example.org/b?c=d", "url(https://example.org/b?c=d)"),
        ("url(a)", "b c)", r"url(b\20 c\))"),
        ("url('a')", "b'c\"d", "url('b\\'c\"d')"),
        ('url("a")', "</style>", 'url("\\3c /style>")'),
    ],
)
def test_a_url_is_written_as_it_stood(text: str, new: str, written: str) -> None:
    (url,) = find_urls(text)
    assert text[: url.start] + write_url(url, new) + text[url.end :] == written


@given(STYLES, st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8))
def test_whatever_is_written_reads_as_itself_and_moves_nothing_else(text: str, new: str) -> None:
    urls = find_urls(text)
    for number, url in enumerate(urls):
        assert 0 <= url.start <= url.value_start <= url.value_end <= url.end <= len(text)
        again = find_urls(text[: url.start] + write_url(url, new) + text[url.end :])
        assert [u.value for u in again] == [
            *(u.value for u in urls[:number]),
            new,
            *(u.value for u in urls[number + 1 :]),
        ]


@pytest.mark.parametrize("piece", ["url(", "/*", '"', "\\", "@import ", "'\\", "([", "<!-", "url(\\", "src(url("])
def test_half_a_million_characters_of_nonsense_take_no_time(piece: str) -> None:
    find_urls(piece * (500_000 // len(piece)))  # quadratic reading would be stopped by the run's limit
