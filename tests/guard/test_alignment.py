"""Places of two copies, paired by structure: more blocks, other order, other content."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from overt.guard.alignment import align, find_places
from overt.message import Message, parse


def mail(*links: str) -> Message:
    html = "".join(f"<p>{link}</p>" for link in links)
    return parse(b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode())


def link(text: str, url: str) -> str:
    return f'<a href="{url}">{text}</a>'


def paired(first: Message, second: Message) -> list[tuple[str, str]]:
    return [(one.reference.url, other.reference.url) for one, other in align(find_places(first), find_places(second))]


ARTICLES = [link(f"Story {number}", f"https://news.example/story/{number}?u=aaa") for number in range(6)]


def test_a_place_knows_what_its_reader_sees() -> None:
    one, two, three = find_places(
        mail(
            link("Read <b>more</b> &amp; <img src='https://a.example/i.png' alt='A boat'>", "https://a.example/x/1"),
            '<img src="https://a.example/p/abc123.gif" width="1" height="1">',
        )
    )
    assert (one.context, one.shape, one.domain) == ("Read more & A boat", ("x", "*"), "a.example")
    assert two.context == "alt='A boat'"
    assert (three.context, three.shape) == ('width="1" height="1"', ("p", "*.gif"))


def test_a_block_more_in_one_copy_shifts_nothing() -> None:
    other = [link.replace("u=aaa", "u=bbb") for link in ARTICLES]
    extra = link("Only here", "https://news.example/story/99?u=bbb")
    found = paired(mail(*ARTICLES), mail(*other[:2], extra, *other[2:]))
    assert [(a.replace("aaa", "bbb"), b) for a, b in found if a.replace("aaa", "bbb") != b] == []
    assert len(found) == 6


def test_blocks_in_another_order_find_each_other_by_what_is_read_there() -> None:
    found = paired(mail(*ARTICLES), mail(*ARTICLES[3:], *ARTICLES[:3]))
    assert sorted(found) == sorted((a, a) for a, _ in found)
    assert len(found) == 6


def test_a_link_is_not_paired_with_a_picture_or_another_site() -> None:
    first = mail(link("a", "https://a.example/x"), '<img src="https://a.example/x">')
    second = mail('<img src="https://a.example/x">', link("b", "https://b.example/x"))
    assert paired(first, second) == [("https://a.example/x", "https://a.example/x")]


def test_a_long_message_of_equal_links_stays_bounded() -> None:
    many = mail(*(link("x", f"https://a.example/{number}") for number in range(3000)))
    other = mail(
        link("y", "https://a.example/z"), *(link("x", f"https://a.example/{number}") for number in range(3000))
    )
    start = time.process_time()
    assert len(paired(many, other)) == 3000
    assert time.process_time() - start < 20.0


@given(st.lists(st.integers(0, 5), max_size=8), st.lists(st.integers(0, 5), max_size=8))
def test_no_place_is_in_two_pairs_and_all_shared_ones_are_paired(first: list[int], second: list[int]) -> None:
    pairs = align(
        find_places(mail(*(ARTICLES[at] for at in first))), find_places(mail(*(ARTICLES[at] for at in second)))
    )
    assert len({id(one) for one, _ in pairs}) == len({id(other) for _, other in pairs}) == len(pairs)
    assert len(pairs) == min(len(first), len(second))
