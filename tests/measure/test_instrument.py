from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Mapping

import html5lib
import pytest

from overt.errors import Refused
from overt.measure import (
    Campaign,
    Key,
    Keyring,
    Kind,
    Link,
    Mode,
    Plan,
    Sending,
    instrument,
    prepare,
    read_destination,
    reason_to_leave_alone,
    verify,
)
from overt.message import apply_edits, parse

KEYRING = Keyring({1: Key(1, b"k" * 32)}, 1)
SHARED = Plan("https://t.example.org", Campaign(3))
PERSONAL = Plan("https://t.example.org", Campaign(3), opens=Mode.INDIVIDUAL, links=Mode.INDIVIDUAL, grant="form-1")
HEAD = b"Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


def _html(raw: bytes) -> str:
    body = email.message_from_bytes(raw, policy=email.policy.default).get_body(("html",))
    assert body is not None
    return str(body.get_content())


def _instrumented(html: str, plan: Plan = SHARED) -> str:
    raw = HEAD + html.encode()
    return _html(apply_edits(raw, instrument(parse(raw), plan, KEYRING)))


def _destinations(html: str) -> list[str]:
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    found = []
    for element in tree.iter():
        href = element.get("href") or ""
        if "/c/" in href:
            token, query = href.split("/c/")[1].split("?", 1)
            verified = [raw for raw in read_destination(query.encode()) if verify(KEYRING, token, raw)]
            found.append(verified[0].decode())
    return found


def test_links_lead_where_they_led_and_can_be_proven_to() -> None:
    html = "<a href=\"https://a.example/?x=1&amp;y=2\">1</a><A HREF='https://b.example/'>2</A><a href=https://c.example/z>3</a>"
    assert _destinations(_instrumented(html)) == [
        "https://a.example/?x=1&y=2",
        "https://b.example/",
        "https://c.example/z",
    ]


def test_the_beacon_is_small_has_an_empty_alternative_and_stands_before_the_end_of_the_body() -> None:
    html = _instrumented("<html><body><p>x</p></body></html>")
    (beacon,) = re.findall(r"<img [^>]*>", html)
    for words in ('width="1"', 'height="1"', 'alt=""', 'role="presentation"', 'data-overt="beacon"'):
        assert words in beacon
    assert html.index("<p>x</p>") < html.index('data-overt="disclosure"') < html.index(beacon) < html.index("</body>")


def test_opens_and_links_are_chosen_apart() -> None:
    html = '<a href="https://a.example/">x</a>'
    only_links = _instrumented(html, Plan("https://t.example.org", Campaign(3), opens=Mode.OFF))
    only_opens = _instrumented(html, Plan("https://t.example.org", Campaign(3), links=Mode.OFF))
    assert "/b/" not in only_links
    assert "/c/" in only_links
    assert "/b/" in only_opens
    assert "/c/" not in only_opens


def test_off_changes_no_byte() -> None:
    raw = HEAD + b'<a href="https://a.example/">x</a>'
    plan = Plan("https://t.example.org", Campaign(3), opens=Mode.OFF, links=Mode.OFF)
    assert instrument(parse(raw), plan, KEYRING) == ()


def test_an_element_and_what_is_in_it_can_be_switched_off() -> None:
    html = (
        '<a data-overt="off" href="https://a.example/">1</a><div data-overt="off"><a href="https://b.example/">2</a></div>'
        '<a href="https://c.example/">3</a>'
    )
    assert _destinations(_instrumented(html)) == ["https://c.example/"]


def test_area_vml_and_conditional_comments_are_links_too() -> None:
    html = (
        '<map><area href="https://a.example/"></map><!--[if mso]><v:roundrect href="https://b.example/"></v:roundrect>'
        '<a href="https://c.example/">c</a><![endif]-->'
    )
    assert len(re.findall(r"/c/[\w-]+\?u=https://([abc])\.example/", _instrumented(html))) == 3


def test_the_notice_says_what_was_put_in() -> None:
    raw = HEAD + b"<p>no link</p>"
    out = email.message_from_bytes(apply_edits(raw, instrument(parse(raw), SHARED, KEYRING)))
    assert "".join(out["Overt-Notice"].splitlines()) == "opens=shared; links=off; about=<https://t.example.org/you>"


def test_an_instrumented_message_is_refused_a_second_time() -> None:
    raw = HEAD + b"<p>x</p>"
    once = apply_edits(raw, instrument(parse(raw), SHARED, KEYRING))
    with pytest.raises(Refused):
        instrument(parse(once), SHARED, KEYRING)
    assert reason_to_leave_alone(parse(once))


def test_sealed_and_signed_messages_are_left_alone(golden: Mapping[str, bytes]) -> None:
    for name in ("dkim-signed", "multipart-signed-smime", "multipart-encrypted-pgp", "pgp-inline"):
        assert reason_to_leave_alone(parse(golden[name])), name


def test_copies_of_one_message_differ_only_in_their_tokens() -> None:
    raw = HEAD + b'<a href="https://a.example/">x</a>'
    prepared = prepare(parse(raw), PERSONAL)
    first, second = (prepared.render(KEYRING, Sending(number)) for number in (1, 2))
    token = re.compile(rb"/([bc])/([\w-]{30,40})")
    assert token.sub(b"", first) == token.sub(b"", second)
    assert first != second
    assert apply_edits(raw, prepared.edits(KEYRING, Sending(1))) == first
    with pytest.raises(Refused):
        prepared.render(KEYRING, None)


def test_shared_copies_are_the_same_bytes_whoever_gets_them() -> None:
    raw = HEAD + b'<a href="https://a.example/">x</a>'
    prepared = prepare(parse(raw), SHARED)
    assert prepared.render(KEYRING, Sending(1)) == prepared.render(KEYRING, Sending(2))


def test_numbers_from_a_ledger_stand_in_the_tokens() -> None:
    raw = HEAD + b'<a href="https://a.example/">x</a>'
    out = prepare(parse(raw), SHARED).render(KEYRING, None, {"https://a.example/": Link(77)})
    token = re.search(r"/c/([\w-]+)", _html(out))
    assert token is not None
    found = verify(KEYRING, token[1], b"https://a.example/")
    assert found is not None
    assert (found.kind, found.link) == (Kind.LINK, 77)


def test_plain_text_links_are_rewritten_on_request_without_eating_punctuation(golden: Mapping[str, bytes]) -> None:
    raw = b"Subject: x\r\n\r\nSee https://a.example/x, (https://b.example/y) and <https://c.example/z>.\r\n"
    plan = Plan("https://t.example.org", Campaign(3), text_links=True)
    out = apply_edits(raw, instrument(parse(raw), plan, KEYRING)).decode()
    assert re.sub(r"https://t\.example\.org/c/[\w-]+\?u=", "", out).startswith("Overt-Notice")
    assert "See https://a.example/x, (https://b.example/y) and <https://c.example/z>." in re.sub(
        r"https://t\.example\.org/c/[\w-]+\?u=", "", out
    )
    assert instrument(parse(raw), SHARED, KEYRING) == ()


def test_a_bare_html_file_gets_no_header() -> None:
    raw = b'<!DOCTYPE html><a href="https://a.example/">x</a>'
    out = apply_edits(raw, instrument(parse(raw), SHARED, KEYRING))
    assert out.startswith(b"<!DOCTYPE html>")
    assert b"/c/" in out


def test_relative_links_are_followed_from_the_base_and_left_without_one() -> None:
    html = '<base href="https://a.example/news/"><a href="x?y=1">1</a><a href="#top">2</a><a href="unsubscribe">3</a>'
    assert _destinations(_instrumented(html)) == ["https://a.example/news/x?y=1"]
    assert _destinations(_instrumented(html.replace("<base", "<i"))) == []


@pytest.mark.parametrize(
    ("opens", "links", "said"),
    [
        (Mode.INDIVIDUAL, Mode.OFF, "whether you open this message."),
        (Mode.OFF, Mode.INDIVIDUAL, "whether you follow links in this message."),
        (Mode.INDIVIDUAL, Mode.INDIVIDUAL, "whether you open this message or follow its links."),
    ],
)
def test_the_line_names_what_is_measured_and_nothing_else(opens: Mode, links: Mode, said: str) -> None:
    plan = Plan("https://t.example.org", Campaign(3), opens=opens, links=links, grant="form-1", sending=Sending(1))
    assert said in _instrumented('<a href="https://a.example/">x</a>', plan)


def test_a_message_without_links_says_nothing_of_links() -> None:
    plan = Plan(
        "https://t.example.org",
        Campaign(3),
        opens=Mode.INDIVIDUAL,
        links=Mode.INDIVIDUAL,
        grant="f",
        sending=Sending(1),
    )
    assert "whether you open this message." in _instrumented("<p>x</p>", plan)
