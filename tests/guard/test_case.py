"""What is known of a message as a whole."""

from __future__ import annotations

from overt.guard.case import Whole
from overt.guard.identifier import read_anatomy
from overt.message import parse, walk
from overt.testing import make_mail
from tests.guard.detectors.cases import TOKEN


def whole(html: str, fields: dict[str, str] | None = None) -> Whole:
    message = parse(make_mail(html, None, fields=fields))
    references = list(walk(message))
    return Whole(message, references, [read_anatomy(reference.url) for reference in references])


def test_the_senders_domains_are_those_of_its_fields() -> None:
    found = whole("", {"Reply-To": "a@mail.other.example", "List-Unsubscribe": "<mailto:leave@lists.third.example>"})
    assert found.sender_domains == {"example.org", "other.example", "third.example"}
    assert found.site == "shop.example.org"


def test_hosts_of_links_with_tokens_of_their_own_need_three_of_them() -> None:
    links = [f'<a href="https://go.example/{letter}{TOKEN}">x</a>' for letter in "abc"]
    assert whole("".join(links)).click_hosts == {"go.example"}
    assert whole("".join(links[:2])).click_hosts == frozenset()
    assert whole('<a href="https://go.example/one">x</a>' * 3).click_hosts == frozenset()


def test_pictures_and_tokens_are_counted_by_different_urls() -> None:
    found = whole('<img src="https://a.example/a.png">' * 3 + f'<img src="https://a.example/b.png?x={TOKEN}">')
    assert found.picture_hosts["a.example"] == 2
    assert found.displayed["https://a.example/a.png"] == 3
    assert found.tokens[TOKEN] == 1
