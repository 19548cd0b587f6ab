"""Differences: exactly the token, whatever else the copies do; and ours, by mode."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overt.guard.differ import changed_words, diff, diff_many
from overt.measure import Campaign, Key, Keyring, Mode, Plan, Sending, Variant, instrument
from overt.message import Message, apply_edits, parse, walk


def mail(html: str) -> Message:
    return parse(b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode())


def copy(token: str, *, story: int = 7, title: str = "Boats", extra: str = "") -> Message:
    return mail(
        f'{extra}<a href="https://news.example/c/{token}/story-{story}?u={token}">{title}</a>'
        f'<a href="https://news.example/about">About</a>'
        f'<img src="https://news.example/o/{token}.gif" width="1" height="1">'
    )


def test_the_token_is_named_at_every_place_and_nothing_else() -> None:
    found = diff(copy("a1B2c3"), copy("a1B9x8", extra='<a href="https://news.example/new">New</a>'))
    assert [(one.kind, one.words) for one in found] == [("recipient", ("a1B2c3", "a1B9x8"))] * 3
    assert all(one.confidence > 0.9 for one in found)
    assert [one.a.vector for one in found] == ["a-href", "a-href", "img-src"]


def test_what_changes_with_the_text_is_content_and_what_changes_without_is_not() -> None:
    found = diff(copy("a1B2c3"), copy("d4E5f6", story=8, title="Trains"))
    kinds = {one.words: one.kind for one in found}
    assert kinds == {("a1B2c3", "d4E5f6"): "recipient", ("story-7", "story-8"): "content"}


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("20261101", "20261108", "time"),
        ("2026-11-01", "2026-11-02", "time"),
        ("1793000000", "1793086400", "time"),
        ("1793000000000", "1793086400000", "time"),
        ("20261101", "20271101", "recipient"),
        ("20261399", "20261398", "recipient"),
        ("18a7", "19b2", "recipient"),
    ],
)
def test_dates_close_to_each_other_are_dates(one: str, other: str, kind: str) -> None:
    text = '<a href="https://news.example/x?d={}">x</a>'
    assert [found.kind for found in diff(mail(text.format(one)), mail(text.format(other)))] == [kind]


def test_the_same_copy_twice_shows_nothing() -> None:
    assert diff(copy("a1"), copy("a1")) == ()
    assert diff(mail(""), copy("a1")) == ()


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ("https://x.example/a/1", "https://x.example/a/2", [("1", "2")]),
        ("https://x.example/?u=ab12&v=1", "https://x.example/?u=ab19&v=1", [("ab12", "ab19")]),
        ("https://x.example/o/T0k.gif", "https://x.example/o/W1l.gif", [("T0k", "W1l")]),
        ("https://x.example/?r=http%3A%2F%2Fy%3Fi%3D1", "https://x.example/?r=http%3A%2F%2Fy%3Fi%3D2", [("1", "2")]),
        ("https://x.example/a?u=q/r", "https://x.example/a?u=q", [("q/r", "q")]),
        ("https://a.x.example/", "https://b.x.example/", [("a", "b")]),
        ("https://x.example/?a=1&b=2", "https://x.example/?b=2&a=1", []),
        ("https://x.example/", "https://x.example/", []),
    ],
)  # fmt: skip
def test_words_reach_from_delimiter_to_delimiter(a: str, b: str, words: list[tuple[str, str]]) -> None:
    assert [(a[slice(*one)], b[slice(*other)]) for one, other in changed_words(a, b)] == words


@given(st.text(max_size=60), st.text(max_size=60))
def test_spans_lie_in_their_urls_and_only_different_ones_are_named(a: str, b: str) -> None:
    found = changed_words(a, b)
    for (a_start, a_end), (b_start, b_end) in found:
        assert 0 <= a_start <= a_end <= len(a)
        assert 0 <= b_start <= b_end <= len(b)
        assert a[a_start:a_end] != b[b_start:b_end]
    assert not (a == b and found)


def test_many_copies_tell_a_person_from_a_group_and_from_chance() -> None:
    def box(person: str, group: str, *serials: str) -> list[Message]:
        return [mail(f'<img src="https://n.example/o/{person}/{group}/{serial}.gif" width="1">') for serial in serials]

    found = diff_many(
        {"ada": box("p1", "g1", "s1", "s2"), "eve": box("p2", "g1", "s3", "s4"), "joe": box("p3", "g2", "s5", "s6")}
    )
    assert [(dict(one.values), one.alone) for one in found] == [
        ({"ada": "p1", "eve": "p2", "joe": "p3"}, True),
        ({"ada": "g1", "eve": "g1", "joe": "g2"}, False),
    ]
    first = found[0]
    assert first.reference.url[first.start : first.end] == "p1"
    assert diff_many({"ada": box("p1", "g1", "s1")}) == ()


KEYRING = Keyring({1: Key(1, hashlib.sha256(b"differ").digest())}, 1)
LINKS = st.lists(
    st.sampled_from(["https://shop.example/a", "https://shop.example/b?c=1&amp;d=2", "http://other.example/", "#top"]),
    min_size=1,
    max_size=6,
)


def _sent(raw: bytes, mode: Mode, number: int) -> Message:
    grant = "form-1" if mode is Mode.INDIVIDUAL else ""
    sending = Sending(number) if mode is Mode.INDIVIDUAL else None
    plan = Plan(
        base_url="https://t.example.org", campaign=Campaign(7), variant=Variant(1), opens=mode, links=mode,
        sending=sending, grant=grant,
    )  # fmt: skip
    message = parse(raw)
    return parse(apply_edits(raw, instrument(message, plan, KEYRING)))


@settings(max_examples=40)
@given(LINKS, st.integers(1, 1 << 40), st.integers(1, 1 << 40))
def test_our_own_instrument_shows_its_tokens_in_individual_and_nothing_in_shared(
    links: list[str], one: int, other: int
) -> None:
    html = "".join(f'<p><a href="{url}">Read {at}</a></p>' for at, url in enumerate(links))
    raw = b"Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>" + html.encode() + b"</body></html>"
    assert diff(_sent(raw, Mode.SHARED, one), _sent(raw, Mode.SHARED, other)) == ()
    first, second = _sent(raw, Mode.INDIVIDUAL, one), _sent(raw, Mode.INDIVIDUAL, other)
    found = diff(first, second)
    tokens = [
        reference.url.partition("/b/")[2].removesuffix(".gif") or reference.url.partition("/c/")[2].partition("?")[0]
        for reference in walk(first)
        if "/b/" in reference.url or "/c/" in reference.url
    ]
    assert [difference.words[0] for difference in found] == (tokens if one != other else [])
    assert {difference.kind for difference in found} <= {"recipient"}
