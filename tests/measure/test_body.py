from __future__ import annotations

import pytest

from overt.measure import find_bodies
from overt.message import parse


def _related(start: str, *parts: tuple[str, str]) -> bytes:
    head = f"Content-Type: multipart/related; boundary=b{start}\r\n\r\n"
    bodies = "".join(f"--b\r\nContent-Type: {kind}\r\nContent-ID: {own}\r\n\r\nx\r\n" for kind, own in parts)
    return f"{head}{bodies}--b--\r\n".encode()


def _paths(raw: bytes) -> list[str]:
    return [part.path for part in find_bodies(parse(raw))]


HTML, PLAIN = "text/html", "text/plain"


@pytest.mark.parametrize(
    ("start", "paths"),
    [
        ("", ["1"]),
        ('; start="<second@x>"', ["2"]),
        ("; start=second@x", ["2"]),
        ('; start="<nobody@x>"', ["1"]),  # RFC 2387 section 3.2: then the first is the root
    ],
)
def test_the_root_that_a_related_part_names_is_shown(start: str, paths: list[str]) -> None:
    assert _paths(_related(start, (HTML, "<first@x>"), (HTML, "<second@x>"))) == paths


def test_a_root_behind_its_pictures_is_shown() -> None:
    raw = _related('; start="<root@x>"', ("image/png", "<a@x>"), (HTML, "<b@x>"), (HTML, "<root@x>"))
    assert _paths(raw) == ["3"]


def test_every_alternative_counts_and_nothing_behind_the_first_html_of_a_mixed_part() -> None:
    for kind, paths in (("alternative", ["1", "2", "3"]), ("mixed", ["1", "2"])):
        raw = _related("", (PLAIN, "<a@x>"), (HTML, "<b@x>"), (HTML, "<c@x>")).replace(b"related", kind.encode())
        assert _paths(raw) == paths


def test_reports_for_programs_and_attachments_are_not_shown() -> None:
    assert _paths(_related("", (HTML, "<a@x>")).replace(b"related", b"report")) == []
    assert _paths(b"Content-Type: text/html\r\nContent-Disposition: attachment\r\n\r\nx") == []
