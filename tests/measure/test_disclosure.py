from __future__ import annotations

import pytest

from overt.measure import Disclosure, Language, Mode
from overt.measure.disclosure import write_html, write_text

ABOUT = "https://t.example.org/you"


@pytest.mark.parametrize("language", list(Language))
def test_every_language_says_it_with_a_link_in_html_and_text(language: Language) -> None:
    disclosure = Disclosure(language)
    html = write_html(disclosure, Mode.SHARED, Mode.SHARED, ABOUT)
    assert f'lang="{language}"' in html
    assert f'href="{ABOUT}"' in html
    assert ABOUT in write_text(disclosure, Mode.SHARED, Mode.SHARED, ABOUT, "\r\n").splitlines()


def test_one_person_reads_other_words_than_everybody() -> None:
    assert write_html(Disclosure(), Mode.INDIVIDUAL, Mode.INDIVIDUAL, ABOUT) != write_html(
        Disclosure(), Mode.SHARED, Mode.SHARED, ABOUT
    )


def test_a_senders_own_words_are_escaped() -> None:
    html = write_html(Disclosure(sentence='<script>"&'), Mode.SHARED, Mode.SHARED, ABOUT)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_line_is_marked_and_not_hidden() -> None:
    html = write_html(Disclosure(), Mode.SHARED, Mode.SHARED, ABOUT)
    assert 'data-overt="disclosure"' in html
    assert not any(word in html for word in ("display:none", "visibility", "font-size:0", "opacity"))


@pytest.mark.parametrize("language", list(Language))
def test_only_what_is_measured_is_named(language: Language) -> None:
    off, shared, individual = Mode.OFF, Mode.SHARED, Mode.INDIVIDUAL
    pairs = [(off, shared), (shared, off), (shared, shared), (off, individual), (individual, off)]
    pairs += [(individual, individual), (individual, shared), (shared, individual)]
    lines = {write_html(Disclosure(language), opens, links, ABOUT) for opens, links in pairs}
    assert len(lines) == len(pairs)


def test_opens_of_one_person_beside_links_of_all_are_said_apart() -> None:
    line = write_html(Disclosure(), Mode.INDIVIDUAL, Mode.SHARED, ABOUT)
    assert "whether you open this message." in line
    assert "links in this message are followed is counted, for all recipients together" in line
    assert "follow its links" not in line
