"""Answers as values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.measure import (
    Campaign,
    Claims,
    Keyring,
    Kind,
    Link,
    Mode,
    Sending,
    Token,
    Variant,
    link_url,
    mint,
    new_keyring,
)
from overt.wire.beacon import (
    BEACON,
    GIF,
    Answer,
    Asked,
    Front,
    format_answer,
    make_answer,
)
from overt.wire.request import Request

KEYS = new_keyring(lambda size: bytes(range(size)))
OTHER_KEYS = new_keyring(lambda size: bytes(range(1, size + 1)))
SHARED = Token(Kind.BEACON, Mode.SHARED, Campaign(7), Variant(1))
INDIVIDUAL = Token(Kind.BEACON, Mode.INDIVIDUAL, Campaign(7), Variant(1), Link(0), Sending(9 << 32 | 1))
LINK = Token(Kind.LINK, Mode.SHARED, Campaign(7), Variant(1), Link(3))
HERE = "https://news.example/a?b=1&c=%C3%A4"


def front(keyring: Keyring = KEYS, base_url: str = "https://t.example") -> Front:
    return Front(keyring, base_url, sender="S", contact="a@b.example", opens=Mode.SHARED, links=Mode.SHARED)


def get(
    target: str | bytes, *fields: tuple[bytes, bytes], base_url: str = "https://t.example"
) -> tuple[Answer, Asked | None]:
    raw = target.encode() if isinstance(target, str) else target
    return front(base_url=base_url).answer(Request(b"GET", raw, fields))


def said(token: Token) -> Claims:
    return Claims(token.mode, token.campaign, token.variant, token.link, token.sending)


def field(answer: Answer, name: bytes) -> list[bytes]:
    return [value for found, value in answer.fields if found.lower() == name]


def test_the_picture_is_the_43_byte_gif() -> None:
    # GIF89a specification: signature, 1 x 1 screen, two colours, transparent index 0, image, LZW data, trailer
    assert len(GIF) == 43
    assert GIF.startswith(b"GIF89a\x01\x00\x01\x00\x80")
    assert GIF.endswith(b"\x02\x02\x44\x01\x00\x3b")


def test_a_beacon_is_answered_with_the_picture_that_nobody_keeps() -> None:
    answer, asked = get(f"/b/{mint(KEYS, SHARED)}.gif")
    assert (answer.status, answer.body) == (200, GIF)
    assert field(answer, b"content-type") == [b"image/gif"]
    assert field(answer, b"content-length") == [b"43"]
    assert b"no-store" in field(answer, b"cache-control")[0]
    assert asked == Asked(Kind.BEACON, said(SHARED), claims_person=False)


@pytest.mark.parametrize(
    ("text", "kept", "claims"),
    [
        (mint(KEYS, INDIVIDUAL), INDIVIDUAL, True),
        (mint(KEYS, SHARED), SHARED, False),
        (mint(OTHER_KEYS, INDIVIDUAL), None, True),
        (mint(OTHER_KEYS, SHARED), None, False),
        (mint(KEYS, LINK, HERE.encode()), None, False),
        ("x", None, False),
        ("", None, False),
        ("%00%ff", None, False),
    ],
)
def test_every_token_gets_the_same_answer(text: str, kept: Token | None, claims: bool) -> None:
    answer, asked = get(f"/b/{text}.gif")
    assert answer is BEACON
    assert asked == Asked(Kind.BEACON, said(kept) if kept else None, claims)


@given(st.binary(max_size=80))
def test_any_bytes_after_b_get_the_same_answer(rest: bytes) -> None:
    assert get(b"/b/" + rest)[0] is BEACON


def test_a_link_leads_to_exactly_the_signed_bytes() -> None:
    answer, asked = get(link_url("", mint(KEYS, LINK, HERE.encode()), HERE))
    assert answer.status == 302
    assert field(answer, b"location") == [HERE.encode()]
    assert b"no-store" in field(answer, b"cache-control")[0]
    assert asked == Asked(Kind.LINK, said(LINK), claims_person=False)


@pytest.mark.parametrize(
    "there",
    ["https://evil.example/", HERE + "x", HERE.replace("news", "evil"), "javascript:alert(1)", "https://news.example/"],
)
def test_another_destination_gets_a_page_and_no_location(there: str) -> None:
    answer, asked = get(link_url("", mint(KEYS, LINK, HERE.encode()), there))
    assert (answer.status, field(answer, b"location"), field(answer, b"refresh")) == (200, [], [])
    assert field(answer, b"content-security-policy")
    assert field(answer, b"x-robots-tag") == [b"noindex, nofollow"]
    assert asked == Asked(Kind.LINK, None, claims_person=False)


@pytest.mark.parametrize(("sign", "written"), [("?", "%3F"), ("?", "%3f"), ("?", "%253F"), ("//", "/")])
def test_a_gateway_that_escapes_or_collapses_signs_does_not_break_the_link(sign: str, written: str) -> None:
    answer, asked = get(link_url("", mint(KEYS, LINK, HERE.encode()), HERE).replace(sign, written, 1))
    assert field(answer, b"location") == [HERE.encode()]
    assert asked == Asked(Kind.LINK, said(LINK), claims_person=False)


def test_a_beacon_s_token_redirects_nowhere() -> None:
    for token in (SHARED, INDIVIDUAL):
        assert not field(get(link_url("", mint(KEYS, token), HERE))[0], b"location")


def test_a_link_without_destination_is_not_found() -> None:
    assert get(f"/c/{mint(KEYS, LINK, HERE.encode())}")[0].status == 404


@pytest.mark.parametrize(
    "there", ["https://e.example/\r\nSet-Cookie: a=b", "https://e.example/\n", "https://e.example/\x00", "\x7f"]
)
def test_a_control_character_reaches_no_field_even_if_it_was_signed(there: str) -> None:
    answer, _ = get(link_url("", mint(KEYS, LINK, there.encode()), there))
    assert not field(answer, b"location")
    assert b"Set-Cookie" not in answer.head


def test_a_field_with_a_control_character_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="control character"):
        make_answer(302, ((b"Location", b"https://a.example/\r\nX: y"),))


def test_a_destination_in_other_letters_is_sent_as_it_was_signed() -> None:
    there = "https://news.example/ä"
    answer, _ = get(link_url("", mint(KEYS, LINK, there.encode()), there))
    assert field(answer, b"location") == [b"https://news.example/\xc3\xa4"]


@given(st.binary(max_size=200))
def test_no_query_at_all_redirects_an_unsigned_token(query: bytes) -> None:
    answer, _ = get(b"/c/AAAA?u=" + query)
    assert not field(answer, b"location")


def test_a_head_gets_the_same_head_and_no_body() -> None:
    told = {"date": b"Tue, 24 Nov 2026 12:00:00 GMT", "close": False}
    head = format_answer(BEACON, head=True, **told)  # type: ignore[arg-type]
    assert format_answer(BEACON, head=False, **told) == head + GIF  # type: ignore[arg-type]
    assert head.endswith(b"\r\nDate: Tue, 24 Nov 2026 12:00:00 GMT\r\n\r\n")


def test_the_last_answer_says_that_it_closes() -> None:
    assert b"\r\nConnection: close\r\n\r\n" in format_answer(BEACON, head=True, date=b"", close=True)


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        (b"if-none-match", b'"abc"', 200),  # RFC 9110 13.1.2: no tag of ours, so none matches
        (b"if-modified-since", b"Tue, 24 Nov 2026 12:00:00 GMT", 200),  # 13.1.3: no date of ours, so it is ignored
        (b"if-none-match", b"*", 304),  # 13.1.2: false wherever there is a representation
    ],
)
def test_conditions_are_answered_by_the_rules(name: bytes, value: bytes, status: int) -> None:
    answer, asked = get(f"/b/{mint(KEYS, SHARED)}.gif", (name, value))
    assert answer.status == status
    assert asked is not None
    assert asked.claims == said(SHARED)
    if status == 304:
        assert answer.body == b""
        assert not field(answer, b"content-length")
        assert b"no-store" in field(answer, b"cache-control")[0]


def test_a_condition_does_not_stop_a_redirect() -> None:
    # RFC 9110 13.2.1: preconditions are ignored where the answer would be no 2xx
    answer, _ = get(link_url("", mint(KEYS, LINK, HERE.encode()), HERE), (b"if-none-match", b"*"))
    assert answer.status == 302


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/you", 200),
        ("/you/", 200),
        ("/you?from=mail", 200),
        ("/robots.txt", 200),
        ("/healthz", 200),
        ("/", 404),
        ("/favicon.ico", 404),
        ("/b", 404),
        ("/../b", 404),
        ("http://t.example/you", 200),
        ("HTTPS://t.example/you", 200),
        ("http://t.example", 404),
    ],
)
def test_the_small_pages_and_nothing_else(target: str, status: int) -> None:
    answer, asked = get(target)
    assert answer.status == status
    assert asked is None


def test_health_says_when_nothing_can_be_recorded_and_still_answers() -> None:
    answer, _ = front().answer(Request(b"GET", b"/healthz"), well=lambda: False)
    assert (answer.status, answer.body[:8]) == (200, b"degraded")


def test_a_base_url_with_a_path_is_answered_with_it_and_without() -> None:
    for prefix in ("/mail", ""):
        assert get(f"{prefix}/you", base_url="https://example.org/mail")[0].status == 200
        assert get(f"{prefix}/b/x.gif", base_url="https://example.org/mail")[0] is BEACON
