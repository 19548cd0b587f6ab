"""Addresses of calendar objects, by their property, with their places in the text as it is folded."""

from __future__ import annotations

import time

import pytest

from overt.message.attachment.calendar import PARAMETERS, PROPERTIES, find_in_calendar
from overt.message.vector import VECTORS


def _seen(text: str) -> list[tuple[str, str]]:
    return [(mention.vector, mention.raw) for mention in find_in_calendar(text)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ATTACH;FMTTYPE=application/pdf:https://a.example/b;c,d", [("calendar-attach", "https://a.example/b;c,d")]),
        ("ATTACH;ENCODING=BASE64;VALUE=BINARY:AAAA", []),
        ("ATTACH:CID:a@a.example", [("calendar-attach", "CID:a@a.example")]),
        ("url;VALUE=URI:https://a.example/b", [("calendar-url", "https://a.example/b")]),
        ('IMAGE;VALUE=URI;DISPLAY=BADGE,THUMBNAIL;FMTTYPE=image/png:https://a.example/b.png',
         [("calendar-image", "https://a.example/b.png")]),
        ('CONFERENCE;VALUE=URI;FEATURE=PHONE,MODERATOR;LABEL="a:b;c":https://a.example/c',
         [("calendar-conference", "https://a.example/c")]),
        ('DESCRIPTION;ALTREP="https://a.example/d:e":See www.a.example\\, or not',
         [("calendar-altrep", "https://a.example/d:e"), ("text-url", "www.a.example")]),
        ('X-ALT-DESC;FMTTYPE=text/html:<a href="https://a.example/f?g\\,h">i</a>\\n<img src=https://a.example/j.gif>',
         [("a-href", "https://a.example/f?g,h"), ("img-src", "https://a.example/j.gif")]),
        ("ORGANIZER;CN=A:mailto:a@a.example", [("text-url", "mailto:a@a.example")]),
        ("no property: https://a.example/k", [("text-url", "https://a.example/k")]),
    ],
)  # fmt: skip
def test_a_line_is_read_by_its_property(line: str, expected: list[tuple[str, str]]) -> None:
    text = f"BEGIN:VEVENT\r\n{line}\r\nEND:VEVENT\r\n"
    assert _seen(text) == expected
    for mention in find_in_calendar(text):
        assert text[mention.start : mention.end].replace("\\,", ",") == mention.raw


def test_every_property_leads_to_a_row() -> None:
    assert {*PROPERTIES.values(), *PARAMETERS.values()} <= VECTORS.keys()


@pytest.mark.parametrize("fold", ["\r\n ", "\n\t", "\r\n\t"])
def test_a_folded_address_is_whole_and_its_place_covers_the_fold(fold: str) -> None:
    text = f"BEGIN:VEVENT\r\nUR{fold}L:https://a.exa{fold}mple/b\r\nEND:VEVENT\r\n"
    (mention,) = find_in_calendar(text)
    assert mention.raw == "https://a.example/b"
    assert text[mention.start : mention.end] == f"https://a.exa{fold}mple/b"


@pytest.mark.parametrize(
    "text",
    ["A;B=" * 500_000, "A;B=\"" * 400_000, "\r\n " * 700_000, "URL:" + "\\," * 1_000_000, ";" * 2_000_000,
     "X-ALT-DESC:<" + "\\n" * 500_000, "A;B=" + "," * 2_000_000, "A" * 2_000_000, "A;B" * 600_000],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_megabytes_of_anything_take_seconds(text: str) -> None:
    started = time.process_time()
    assert len(_seen(text)) <= 1
    assert time.process_time() - started < 10
