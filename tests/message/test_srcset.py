"""Values with several URLs; examples after WHATWG HTML 4.8.4.3.12 (srcset) and 4.2.5.3 (refresh)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.message.srcset import Ranges, cut_commas, cut_refresh, cut_srcset, cut_words


def cut(value: str, ranges: Ranges) -> list[str]:
    return [value[start:end] for start, end in ranges]


@pytest.mark.parametrize(
    ("value", "urls"),
    [
        ("a.png 1x, b.png 2x", ["a.png", "b.png"]),
        ("a,b", ["a,b"]),
        ("a, b", ["a", "b"]),
        (",, a ,b", ["a", "b"]),
        ("data:image/png;base64,AA== 1x,b 2x", ["data:image/png;base64,AA==", "b"]),
        ("a x(1,2), b", ["a", "b"]),
        ("a 1x", ["a"]),
        ("a x(1, b", ["a"]),
        ("", []),
        (" , ", []),
    ],
)
def test_a_srcset_is_cut_at_the_right_commas(value: str, urls: list[str]) -> None:
    assert cut(value, cut_srcset(value)) == urls


@pytest.mark.parametrize(
    ("value", "urls"),
    [
        ("0; url=https://example.org/", ["https://example.org/"]),
        ("5;URL='a b'c", ["a b"]),
        ("1.5,url = x ", ["x"]),
        ("0 x", ["x"]),
        ("0;x", ["x"]),
        (".5; url=x", ["x"]),
        ("0", []),
        ("0;", []),
        ("url=x", []),
        ("text/html; charset=utf-8", []),
    ],
)
def test_a_refresh_names_its_url(value: str, urls: list[str]) -> None:
    assert cut(value, cut_refresh(value)) == urls


def test_lists_are_cut_at_spaces_or_commas() -> None:
    assert cut(" a  b\n", cut_words(" a  b\n")) == ["a", "b"]
    assert cut("a, b ,,", cut_commas("a, b ,,")) == ["a", "b"]


@given(st.text(st.sampled_from("a, ()\n0;=url'\"."), max_size=30))
def test_ranges_lie_in_order_within_the_value(value: str) -> None:
    for ranges in (cut_srcset(value), cut_refresh(value), cut_words(value), cut_commas(value)):
        places = [place for span in ranges for place in span]
        assert places == sorted(places)
        assert all(start < end <= len(value) for start, end in ranges)
