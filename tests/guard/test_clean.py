"""Cleaning takes out what is named, keeps what is seen, and says so in the message."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping
from email.message import EmailMessage

import pytest

from overt.guard.clean import NOTHING_TO_SEE, clean, straighten
from overt.guard.policy import Policy
from overt.message import apply_edits, parse, walk
from overt.testing import Attachment, make_mail
from tests.guard.made import by_word, judge
from tests.message.attachment.made import DOCX, document, mail


def _clean(raw: bytes, policy: Policy | str = "trackers") -> bytes:
    message = parse(raw)
    chosen = Policy(policy) if isinstance(policy, str) else policy
    return apply_edits(raw, clean(message, judge(message, by_word), chosen, keep="nothing").edits)


def _html(html: str, policy: Policy | str = "trackers") -> str:
    """The HTML as it comes out of a bare file, which carries no record."""
    return _clean(f"<!doctype html>{html}".encode(), policy).decode().removeprefix("<!doctype html>")


BEACON = "https://a.example/beacon/1"
LOGO = "https://a.example/logo.png"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'<p>a</p><img src="{BEACON}" width="1"><p>b</p>', "<p>a</p><p>b</p>"),
        (f"<IMG SRC={BEACON}>x", "x"),
        (f'<link rel="stylesheet" href="{BEACON}">x', "x"),
        (f'<meta http-equiv="refresh" content="0; url={BEACON}">x', "x"),
        (f'<input type="image" src="{BEACON}">x', "x"),
        (f'<iframe src="{BEACON}">y</iframe>x', '<iframe src="data:,">y</iframe>x'),
        (f'<table background="{BEACON}"><tr><td>x', f'<table background="{NOTHING_TO_SEE}"><tr><td>x'),
        (f"<p style=\"background:url('{BEACON}')\">x", f"<p style=\"background:url('{NOTHING_TO_SEE}')\">x"),
        (f"<style>@import '{BEACON}'; p {{ top: 0 }}</style>x", "<style>@import 'data:,'; p { top: 0 }</style>x"),
        (f'<img src="{LOGO}" srcset="{BEACON} 2x">', f'<img src="{LOGO}" srcset="{NOTHING_TO_SEE} 2x">'),
        (f'<!--[if mso]><img src="{BEACON}"><![endif]-->x', "<!--[if mso]><![endif]-->x"),
        (f'<img src="{LOGO}">', f'<img src="{LOGO}">'),
    ],
)  # fmt: skip
def test_a_beacon_goes_by_whatever_way_it_came(before: str, after: str) -> None:
    assert _html(before) == after


def test_a_picture_that_names_the_recipient_keeps_its_place() -> None:
    html = '<img src="https://a.example/identified/me.png" width="60" height="60" alt="Me">'
    assert _html(html) == html
    hidden = f'<img src="{NOTHING_TO_SEE}" width="60" height="60" alt="Me">'
    assert _html(html, "identified") == hidden
    proxy = Policy("identified", proxy=lambda url: f"https://proxy.example/?u={len(url)}&k=1")
    assert 'src="https://proxy.example/?u=35&amp;k=1"' in _html(html, proxy)


def test_strict_leaves_nothing_that_loads(golden: Mapping[str, bytes]) -> None:
    left = 0
    for raw in golden.values():
        cleaned = parse(_clean(raw, "strict"))
        sealed = {part.path for part in cleaned.parts() if part.sealed}
        left += sum(reference.fetch == "display" for reference in walk(cleaned) if reference.part in sealed)
        assert not [r for r in walk(cleaned) if r.fetch == "display" and r.part not in sealed]
    assert left  # signed golden messages have pictures


def test_a_wrapped_link_leads_straight_where_its_destination_stands_in_it() -> None:
    wrapped = (
        "https://www.google.com/url?q=https%3A%2F%2Fshop.example.org%2Fa%3Fid%3D7%26utm_source%3Dnews&amp;sa=/wrapped"
    )
    assert _html(f'<a href="{wrapped}">x</a>') == '<a href="https://shop.example.org/a?id=7">x</a>'
    assert _html(f"<a href={wrapped}>x</a>") == '<a href="https://shop.example.org/a?id=7">x</a>'


def test_a_link_whose_destination_nobody_knows_stays_and_is_counted() -> None:
    raw = make_mail('<a href="https://list.example.org/wrapped/c0ffee">x</a>', None)
    message = parse(raw)
    done = clean(message, judge(message, by_word), Policy())
    assert done.edits == ()
    assert done.left == {"destination-unknown": 1}


def test_a_tagged_link_loses_its_tags_and_keeps_the_rest() -> None:
    html = '<a href="https://shop.example.org/a?utm_source=x&amp;id=7&amp;utm_medium=email#top">x</a>'
    assert _html(html) == '<a href="https://shop.example.org/a?id=7#top">x</a>'


def test_links_in_plain_text_are_straightened_too() -> None:
    raw = make_mail(None, "See https://shop.example.org/a?utm_source=x now.\n", encoding="7bit")
    assert b"See https://shop.example.org/a now.\r\n" in _clean(raw)


def test_receipts_are_not_asked_for_any_more() -> None:
    raw = make_mail(fields={"Disposition-Notification-To": "a@example.org", "X-Mailer": "x"})
    cleaned = email.message_from_bytes(_clean(raw))
    assert cleaned["Disposition-Notification-To"] is None
    assert cleaned["X-Mailer"] == "x"
    assert cleaned["Overt-Cleaned"] == "policy=trackers; ruleset=none;\r\n receipt=1;"


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
def test_other_parts_and_fields_come_out_as_they_went_in(encoding: str) -> None:
    picture = Attachment(bytes(range(256)) * 20, "image/png", "a.png")
    raw = make_mail(f'<p>Hello</p><img src="{BEACON}">', "Hello\n", encoding=encoding, attachments=[picture])

    def read(mail: bytes) -> EmailMessage:
        found = email.message_from_bytes(mail, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return found

    before, after = read(raw), read(_clean(raw))
    assert [part.get_content_type() for part in after.walk()] == [part.get_content_type() for part in before.walk()]
    changed = [
        (old.get_content(), new.get_content())
        for old, new in zip(before.walk(), after.walk(), strict=True)
        if not old.is_multipart() and old.get_content() != new.get_content()
    ]
    assert len(changed) == 1
    assert changed[0][1].rstrip() == "<p>Hello</p>"
    assert [item for item in after.items() if item[0] != "Overt-Cleaned"] == before.items()


def test_a_signed_message_is_not_edited_but_says_what_stays(golden: Mapping[str, bytes]) -> None:
    raw = golden["multipart-signed-smime"].replace(b"https://", b"https://beacon.example/beacon/", 1)
    cleaned = _clean(raw, "strict")
    assert cleaned.endswith(raw)
    assert b"left-sealed=" in cleaned[: len(cleaned) - len(raw)]
    assert _clean(cleaned, "strict") == cleaned


def test_cleaning_twice_is_cleaning_once(golden: Mapping[str, bytes]) -> None:
    for policy in ("trackers", "identified", "strict"):
        for raw in golden.values():
            once = _clean(raw, policy)
            assert _clean(once, policy) == once


def test_a_bare_html_file_gets_no_header() -> None:
    assert _html(f'<img src="{BEACON}"><p>x') == "<p>x"


def test_nothing_to_take_out_means_no_edit_at_all() -> None:
    message = parse(make_mail())
    assert clean(message, judge(message, by_word), Policy()).edits == ()


@pytest.mark.parametrize(
    ("url", "straight"),
    [
        ("https://shop.example.org/a?utm_source=x", "https://shop.example.org/a"),
        ("https://shop.example.org/a?id=7", None),
        ("https://www.google.com/url?q=javascript:alert(1)", None),
        ("https://www.google.com/url?q=" + "https%3A%2F%2Fb.example%2F", "https://b.example/"),
    ],
)
def test_straighten_gives_where_the_click_leads_or_nothing(url: str, straight: str | None) -> None:
    assert straighten(url) == straight


def test_attached_documents_stay_and_the_policy_says_how_many_it_meant() -> None:
    raw = mail(document(("image", LOGO), ("hyperlink", "https://a.example/plain")), DOCX, "a.docx")
    message = parse(raw)
    for policy, left in (("trackers", {}), ("strict", {"attached": 1})):
        cleaned = clean(message, judge(message, by_word), Policy(policy))
        assert (cleaned.edits, dict(cleaned.left)) == ((), left)


def test_a_message_that_is_cleaned_says_what_its_documents_still_hold() -> None:
    raw = b"Disposition-Notification-To: b@a.example\r\n" + mail(document(("image", LOGO)), DOCX, "a.docx")
    message = parse(raw)
    cleaned = clean(message, judge(message, by_word), Policy("strict"))
    out = apply_edits(raw, cleaned.edits)
    assert b"left-attached=1;" in out
    again = parse(out)
    assert clean(again, judge(again, by_word), Policy("strict")).edits == ()


def test_broken_bytes_around_a_beacon_do_not_save_it() -> None:
    beacon = f'<img src="{BEACON}">'.encode()
    raw = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>a\xe2\x82" + beacon + b"\xac</p>\r\n"
    cleaned = _clean(raw)
    assert BEACON.encode() not in cleaned
    assert b"\xe2\x82\xac" not in cleaned
