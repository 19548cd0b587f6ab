"""Signals: each with a message that shows it and one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.guard.finding import Finding
from overt.guard.phishing import find_signals
from overt.message import Message, parse, walk

WORDS = "We are glad to tell you that the boats are back and that the lake is open again."


def mail(html: str, fields: str = "", sender: str = "Lake <news@lake.example>") -> Message:
    head = f"From: {sender}\r\n{fields}Content-Type: text/html; charset=utf-8\r\n\r\n"
    return parse((head + html).encode())


def kinds(message: Message) -> list[str]:
    return [signal.kind for signal in find_signals(message)]


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ('<a href="https://evil.example/x">https://www.lake.example/login</a>', "names-another-host"),
        ('<a href="https://evil.example/x">lake.example</a>', "names-another-host"),
        ('<a href="https://www.google.com/url?q=https%3A%2F%2Fevil.example%2F">lake.example</a>', "names-another-host"),
        ('<a href="https://www.lake.example@evil.example/">Log in</a>', "userinfo"),
        ('<a href="https://1ake.example/">Log in</a>', "look-alike"),
        ('<a href="https://xn--80ak6aa92e.com/">Log in</a>', "look-alike-letters"),  # the Cyrillic apple.com of 2017
        ('<a href="https://xn--pypal-4ve.com/">Log in</a>', "mixed-scripts"),  # раypal: Cyrillic а in Latin
        ('<a href="https://bit.ly/3OKKeaI">Log in</a>', "shortener"),
    ],
)  # fmt: skip
def test_links_give_themselves_away(html: str, kind: str) -> None:
    assert kind in kinds(mail(f"<p>{WORDS}</p>{html}"))


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://shop.lake.example/x">www.lake.example</a>',
        '<a href="https://evil.example/x">Read about lake.example here</a>',
        '<a href="https://u1.ct.sendgrid.net/ls/click?upn=u001.AkXjJERNUJbRY">www.lake.example</a>',
        '<a href="https://nam12.safelinks.protection.outlook.com/?url=https%3A%2F%2Flake.example%2F">lake.example</a>',
        '<a href="https://xn--bcher-kva.example/">Books</a>',
        '<a href="https://xn--e1afmkfd.xn--p1ai/">Пример</a>',
        '<a href="mailto:x@lake.example">x@lake.example</a>',
        '<a href="https://lake.example/">End. Of sentence</a>',
    ],
)
def test_honest_links_give_no_signal(html: str) -> None:
    assert kinds(mail(f"<p>{WORDS}</p>{html}")) == []


def test_a_message_that_only_loads_a_picture_asks_whether_anybody_reads() -> None:
    assert kinds(mail('<img src="https://lake.example/p/1.gif">')) == ["probe"]
    assert kinds(mail(f'<p>{WORDS}</p><img src="https://lake.example/p/1.gif">')) == []
    assert kinds(mail("Hi")) == []


def test_answers_and_names_that_lead_elsewhere() -> None:
    away = mail(WORDS, "Reply-To: collect@evil.example\r\n")
    (signal,) = find_signals(away)
    assert signal.kind == "reply-elsewhere"
    assert signal.span is not None
    assert signal.span.cut(away.raw).strip() == b"collect@evil.example"
    assert kinds(mail(WORDS, "Reply-To: help@mail.lake.example\r\n")) == []
    assert kinds(mail(WORDS, "Reply-To: talk@list.example\r\nTo: Talk <talk@list.example>\r\n")) == []
    assert kinds(mail(WORDS, sender='"help@lake.example" <x@evil.example>')) == ["name-is-another-address"]


def test_only_the_first_servers_word_on_authentication_counts() -> None:
    fields = (
        "Authentication-Results: mx.me.example; spf=pass; dkim=none; dmarc=fail (p=NONE) header.from=lake.example\r\n"
        "Authentication-Results: mx.evil.example; spf=fail\r\n"
    )
    assert kinds(mail(WORDS, fields)) == ["dmarc-failed"]


def test_a_beacon_of_a_host_that_nothing_else_knows() -> None:
    message = mail(
        f'<a href="https://lake.example/">x</a><p>{WORDS}</p><img src="https://other.example/p.gif" width="1">'
    )
    beacon = next(reference for reference in walk(message) if reference.vector == "img-src")
    finding = Finding(beacon, "beacon", 0.9, (), "hidden")
    assert [signal.kind for signal in find_signals(message, (finding,))] == ["strange-beacon"]
    assert find_signals(message) == ()


@given(st.binary(max_size=300), st.text(max_size=60))
def test_no_message_makes_it_fail(raw: bytes, url: str) -> None:
    find_signals(parse(raw))
    find_signals(mail(f'<a href="{url}">{url}</a>'))


@pytest.mark.corpus
def test_real_mail_raises_nothing(corpus: Path) -> None:
    for path in sorted((corpus / "phishing").glob("*.eml"))[:150]:
        find_signals(parse(path.read_bytes()))
