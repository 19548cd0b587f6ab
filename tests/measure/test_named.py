"""Who is named by a URL. Hashes and encodings were made with coreutils: printf %s ADDRESS | md5sum, base64, xxd -p."""

from __future__ import annotations

import pytest

from overt.measure.named import NOBODY, Named


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://x.example/?r=kim@example.org", True),
        ("https://x.example/kim.lee+news%2540example.co.uk/a", True),
        ("https://kim@example.org/", True),
        ("https://video.example/@kim.lee", False),
        ("https://maps.example/@48.137,11.575,13z", False),
        ("https://cdn.example/npm/charts@5.4.2/a.js", False),
        ("https://photos.example/12345@N00/", False),
        ("https://x.example/?a=%40", False),
        ("", False),
    ],
)
def test_a_mail_address_names_somebody_whoever_it_is(url: str, named: bool) -> None:
    assert NOBODY.is_in(url) is named


@pytest.mark.parametrize(
    "spelling",
    [
        "robin@example.org",
        "Robin%40Example.org",
        "726f62696e406578616d706c652e6f7267",
        "cm9iaW5AZXhhbXBsZS5vcmc",
        "d3843e7e2fd0601800c879ed12840a67",
        "db03abac0ea0a848c948e1e3f633bb9529688a6a",
        "108cff751569c26a46b61b0cc4326f90861c3fff1e55f4f5f716c563e1b8237d",
    ],
)
def test_each_of_the_recipients_is_found_in_any_usual_spelling(spelling: str) -> None:
    found = Named(["kim@example.org", "Robin@example.org", "", "ana@example.org"])
    assert found.is_in(f"https://x.example/a?r={spelling}&b=1")
    assert not found.is_in("https://x.example/a?r=726f62696e406578616d706c652e6f72&b=1")
    assert not NOBODY.is_in("https://x.example/a?r=726f62696e406578616d706c652e6f7267")
