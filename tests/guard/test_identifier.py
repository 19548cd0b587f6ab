"""Tokens of URLs: words, dates, sizes and versions are none; what chance writes is, with its bits."""

from __future__ import annotations

import pytest

from overt.guard.identifier import judge, read_anatomy
from overt.guard.word import is_word


@pytest.mark.parametrize(
    "piece",
    ["newsletter", "spring-seeds-for-you", "2026", "20261102", "2026-11-02", "20261102083000", "1793606400", "600x400",
     "2x", "50px", "v12", "q80", "banner2", "Spring_Sale_2026", "index", "abc", "iPhone", "bmcweb", "qwxzvkt"],
)  # fmt: skip
def test_words_dates_and_sizes_are_no_tokens(piece: str) -> None:
    assert judge(piece) is None


@pytest.mark.parametrize(
    ("piece", "shape", "bits"),
    [
        ("5f2c9a8e-1d3b-4c7e-9a0f-3b2d1c4e5f60", "uuid", 122),
        ("d41d8cd98f00b204e9800998ecf8427e", "hex", 128),
        ("84129771", "digits", 8 * 3.32),
        ("Zk3vX0aQm9tT4yLr7cW2bN8d", "mixed", 24 * 5.2),
        ("xqzjvkwpq", "letters", 9 * 4.7),
    ],
)
def test_tokens_have_a_shape_and_bits(piece: str, shape: str, bits: float) -> None:
    found = judge(piece)
    assert found is not None
    assert found[0] == shape
    assert found[1] == pytest.approx(bits)


def test_a_url_is_cut_at_its_delimiters() -> None:
    url = "https://user@T.Example.org:8443/o/pixel.GIF?uid=84129771#end"
    anatomy = read_anatomy(url)
    assert (anatomy.scheme, anatomy.host, anatomy.path, anatomy.query, anatomy.extension) == (
        "https", "t.example.org", "/o/pixel.GIF", "uid=84129771", "gif",
    )  # fmt: skip
    (token,) = anatomy.tokens
    assert (url[token.start : token.end], token.place, token.name) == ("84129771", "query", "uid")


@pytest.mark.parametrize("name", ["sjdhgfjsdhgf.php", "zzzzzrzzzzfed.html", "qxvzkwpqj.aspx"])
def test_letters_before_the_ending_of_a_page_are_its_name(name: str) -> None:
    assert read_anatomy(f"https://a.example/{name}").tokens == ()
    assert read_anatomy(f"https://a.example/x?y={name}").tokens != ()
    assert read_anatomy("https://a.example/sjdhgf84129771x.php").tokens != ()


def test_an_address_is_a_token_whole() -> None:
    url = "https://t.example.org/o?who=robin%40example.org"
    (token,) = read_anatomy(url).tokens
    assert (token.shape, url[token.start : token.end]) == ("address", "robin%40example.org")


@pytest.mark.parametrize(
    "url", ["", "://", "https://", "a:b", "https:///?#", "mailto:a@b", "https://[::1]/x", "\x00" * 99]
)
def test_any_text_has_an_anatomy(url: str) -> None:
    assert read_anatomy(url).url == url


def test_letters_that_read_like_a_word_are_one() -> None:
    assert is_word("gardening")
    assert not is_word("xqzjvkwp")
