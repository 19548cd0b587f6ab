"""Lines of at most 998 characters (RFC 5322 section 2.1.1), and mail that reads the same."""

from __future__ import annotations

import time

import html5lib
import pytest

from overt.measure import Campaign, Key, Keyring, Mode, Plan, instrument
from overt.measure.fill import Slot
from overt.measure.plan import Disclosure
from overt.measure.width import LONGEST_LINE, fit_slots, fold
from overt.message import apply_edits, invert_edits, parse, read_text

KEYRING = Keyring({1: Key(1, b"k" * 32)}, 1)
PLAN = Plan("https://t.example.org", Campaign(3), text_links=True)


def _made(body: str, plan: Plan = PLAN, kind: str = "text/html", charset: str = "utf-8") -> bytes:
    head = f"Subject: x\r\nContent-Type: {kind}; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    raw = head.encode() + body.encode(charset)
    edits = instrument(parse(raw), plan, KEYRING)
    made = apply_edits(raw, edits)
    assert apply_edits(made, invert_edits(raw, edits)) == raw
    return made


def _longest(raw: bytes) -> int:
    return max(map(len, raw.splitlines()))


def _links(raw: bytes) -> list[str]:
    tree = html5lib.parse(raw.split(b"\r\n\r\n", 1)[1], namespaceHTMLElements=False, transport_encoding="utf-8")
    return [element.get("href") or "" for element in tree.iter("a")]


@pytest.mark.parametrize("count", [3, 8, 9])
@pytest.mark.parametrize("gap", ["", "é" * 30])
def test_many_links_in_one_line_are_all_followed_and_the_lines_stay_short(count: int, gap: str) -> None:
    body = "".join(f'<a class="x" href="https://a.example/{at}">{gap}</a>' for at in range(count))
    made = _made(f"<p>{body}</p>\r\n")
    assert _longest(made) <= LONGEST_LINE
    assert sum("/c/" in link for link in _links(made)) == count
    assert all(link == link.strip() for link in _links(made))


def test_a_line_that_cannot_be_broken_keeps_its_links() -> None:
    body = "".join(f'<a class="x"href="https://a.example/{at}">y</a>' for at in range(20))
    made = _made(f"<p>{body}</p>\r\n<a href='https://b.example/'>z</a>\r\n")
    assert _longest(made) <= LONGEST_LINE
    assert [link for link in _links(made) if "/c/" in link] == [_links(made)[20]]
    assert _links(made)[0] == "https://a.example/0"


def test_a_link_as_long_as_a_line_stays_as_it_is() -> None:
    made = _made(f'<a href="https://a.example/{"x" * 930}">y</a>\r\n<a href="https://b.example/">z</a>\r\n')
    assert _longest(made) <= LONGEST_LINE
    assert _links(made)[0].startswith("https://a.example/")
    assert "/c/" in _links(made)[1]


def test_a_line_that_was_too_long_is_measured_all_the_same() -> None:
    body = "".join(f'<a href="https://a.example/{at}">y</a>' for at in range(40))
    assert sum("/c/" in link for link in _links(_made(body))) == 40


def test_links_of_a_plain_text_line_are_left_where_they_would_make_it_too_long() -> None:
    many = " ".join(f"https://a.example/{at}" for at in range(20))
    made = _made(f"{many}\r\nhttps://b.example/\r\n", kind="text/plain")
    assert _longest(made) <= LONGEST_LINE
    assert made.count(b"/c/") == 1


@pytest.mark.parametrize("letter", ["d", "\u0434"])
@pytest.mark.parametrize("tail", ["", "<!-- " + "x" * 700 + " -->"])
def test_the_line_that_says_so_is_broken_too_however_many_letters_it_has(letter: str, tail: str) -> None:
    disclosure = Disclosure(sentence=" ".join([letter * 9] * 40))
    plan = Plan("https://t.example.org", Campaign(3), opens=Mode.SHARED, disclosure=disclosure)
    made = _made(f"<p>x</p></body>{tail}\r\n", plan)
    assert _longest(made) <= LONGEST_LINE
    assert b'data-overt="beacon"' in made


def test_utf_16_has_no_lines_to_count() -> None:
    body = "".join(f'<a href="https://a.example/{at}">y</a>' for at in range(9))
    assert _made(body, charset="utf-16").decode("latin-1").replace("\0", "").count("/c/") == 9


def test_folding_changes_nothing_but_spaces() -> None:
    markup = "<p>" + "word " * 500 + "</p>"
    folded = fold(markup, "\r\n")
    assert folded.replace("\r\n", " ") == markup
    assert max(map(len, folded.split("\r\n"))) <= 900


@pytest.mark.parametrize("end", ["\n", "\r", ""])
def test_megabytes_of_lines_take_no_longer_than_their_links_deserve(end: str) -> None:
    body = f"<p>{'x' * 60}</p>{end}" * 50_000 + f'<a href="https://a.example/">y</a>{end}' * 1000
    raw = b"Content-Type: text/html\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body.encode()
    message = parse(raw)
    text = read_text(message, message.root)
    at = 67 * 50_000 + len(end) * 50_000 if end else 67 * 50_000
    step = len(f'<a href="https://a.example/">y</a>{end}')
    slots = [Slot(at + step * n + 9, at + step * n + 27, "", "", n + 1, "test") for n in range(1000)]
    started = time.process_time()
    assert len(list(fit_slots(text, raw, slots, 30))) == 1000
    assert time.process_time() - started < 1  # a scan of all that stands before each would take many seconds
