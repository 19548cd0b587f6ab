"""Sentences for people: each class has one, leaks and destinations are named, and nothing is claimed too much."""

from __future__ import annotations

from dataclasses import replace

from overt.guard.explain import WHAT, explain, host_of, identifying, tell
from overt.guard.finding import CLASSES, Evidence, Finding, Leak
from overt.message import Address, parse
from overt.testing import make_mail
from tests.guard.made import by_word, judge


def _findings(html: str) -> tuple[Finding, ...]:
    message = parse(make_mail(html, None))
    return judge(message, by_word)


BEACON = _findings('<img src="https://t.example.org/beacon/1.gif?u=abc">')[0]


def test_every_class_has_a_clause() -> None:
    assert WHAT.keys() == set(CLASSES)


def test_a_finding_is_explained_with_vendor_leak_and_reason() -> None:
    leak = Leak(Address("a", "example.org"), ("md5", "hex"), 35, 38)
    sentence = explain(replace(BEACON, vendor="Example Mailer", because="one pixel wide", leak=leak))
    assert sentence == (
        "This is there to report that you opened the message: it loads when the message is shown and shows nothing. "
        "It belongs to Example Mailer. One pixel wide. Its address holds yours (md5, then hex)."
    )


def test_a_wrapped_link_says_where_it_leads_or_that_nobody_else_knows() -> None:
    link = _findings('<a href="https://t.example.org/wrapped/1">x</a>')[0]
    assert explain(link).endswith("Where it leads only its owner knows.")
    assert explain(replace(link, destination="https://a.example/")).endswith("It leads to https://a.example/.")


def test_pieces_of_the_url_that_identify_are_joined() -> None:
    evidence = (Evidence("token", "x", 10, 14), Evidence("token", "y", 2, 4), Evidence("token", "z", 13, 20))
    assert identifying(replace(BEACON, evidence=evidence)) == ((2, 4), (10, 20))
    assert identifying(BEACON) == ()


def test_a_message_tells_worst_first_and_names_hosts() -> None:
    findings = _findings(
        '<img src="https://t.example.org/beacon/1.gif"><img src="https://cdn.example.org/a.png">'
        '<a href="https://l.example.org/wrapped/1">x</a><a href="https://a.example.org/?utm_source=x">y</a>'
    )
    told = tell(findings)
    assert [sentence.split(",")[0] for sentence in told] == [
        "Each time the message is shown with pictures: that it was you",
        "Which of 1 link you follow",
        "That you came from this mailing",
    ]
    assert "t.example.org" in told[0]
    assert "where 1 of them lead is known only there" in told[1]


def test_pictures_alone_tell_time_and_network_but_not_who() -> None:
    (sentence,) = tell(_findings('<img src="https://cdn.example.org/a.png">'))
    assert "but not who" in sentence
    assert tell(_findings('<p>Hello</p><a href="https://a.example.org/">x</a>')) == ()


def test_many_hosts_are_not_all_named() -> None:
    html = "".join(f'<img src="https://h{number}.example.org/beacon/1.gif">' for number in range(9))
    assert "and 4 more" in tell(_findings(html))[0]


def test_hosts_of_broken_urls_are_empty() -> None:
    assert host_of("https://[::1/x") == ""
    assert host_of("mailto:a@example.org") == ""
    assert host_of("https://A.example.org:8/x") == "a.example.org"
