"""Look-alikes of UTS 39: its own examples of mixed and whole-script spoofs."""

from __future__ import annotations

import pytest

from overt.guard.confusable import LOOK_ALIKES, scripts, skeleton, unicode_host


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pаypаl", "paypal"),  # UTS 39 section 4: Cyrillic а
        ("ѕсоре", "scope"),  # UTS 39 section 4: wholly Cyrillic
        ("toys-я-us", "toys-я-us"),
        ("g00gle", "google"),
        ("rnicrosoft", "microsoft"),
        ("vvikipedia", "wikipedia"),
        ("bücher", "bucher"),
        ("micrοsoft", "microsoft"),  # Greek omicron
    ],
)
def test_names_that_pass_for_each_other_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("paypal", "paypa1s"), ("example", "exarnple2"), ("alpha", "beta")])
def test_other_names_have_others(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_scripts_are_of_letters_only() -> None:
    assert scripts("toys-я-us1") == {"LATIN", "CYRILLIC"}
    assert scripts("пример") == {"CYRILLIC"}
    assert scripts("123-") == frozenset()


def test_punycode_is_read_and_nonsense_stays() -> None:
    assert unicode_host("www.xn--bcher-kva.example") == "www.bücher.example"  # RFC 3492's usual example
    assert unicode_host("xn--999999999.example") == "xn--999999999.example"


def test_no_letter_stands_for_two() -> None:
    letters = "".join(LOOK_ALIKES.values())
    assert len(set(letters)) == len(letters)
