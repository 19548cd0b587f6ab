"""The demonstration's parts: the same people at every run, sound newsletters, a web that answers for every host."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from demo.audience import HABITS, draw_habits
from demo.campaign import CAMPAIGNS, send_command
from demo.mailbox import html_of, parsed
from demo.people import DOMAINS, make_people, write_list
from demo.site import PICTURES, Site

RESERVED = re.compile(r"http://(?:[a-z]+\.)*example(?:/|$)")


def test_the_people_are_the_same_at_every_run_and_no_two_share_an_address() -> None:
    people = make_people(200, Random(7))
    assert people == make_people(200, Random(7))
    assert len({person.address for person in people}) == 200
    assert {person.address.partition("@")[2] for person in people} <= set(DOMAINS)
    assert 0 < sum(person.granted for person in people) < 200


def test_the_list_says_nothing_of_consent(tmp_path: Path) -> None:
    write_list(make_people(3, Random(7)), tmp_path / "people.csv")
    assert (tmp_path / "people.csv").read_text(encoding="utf-8").splitlines()[0] == "email,first,town"


@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda campaign: campaign.name)
def test_a_newsletter_mentions_only_hosts_that_the_local_web_serves(campaign: object) -> None:
    raw = next(item for item in CAMPAIGNS if item is campaign).newsletter.read_bytes()
    html = html_of(raw)
    urls = re.findall(r"""(?:href|src)=["']?(http[^"'\s>]+)|url\("([^"]+)""", html)
    assert len(urls) >= 5
    assert [url for pair in urls for url in pair if url and not RESERVED.match(url)] == []
    pictures = re.findall(r"http://img[^\"]+/([\w-]+\.svg)", html)
    assert all((PICTURES / name).exists() for name in pictures)
    assert not parsed(raw).defects


def test_the_shares_of_habits_make_a_whole() -> None:
    assert sum(habit.share for habit in HABITS) == pytest.approx(1.0)
    assert draw_habits(50, Random(7)) == draw_habits(50, Random(7))


def test_the_local_web_shows_mail_pictures_and_destinations() -> None:
    site = Site()
    site.mail[4] = "<p>hello</p>"
    assert b"<p>hello</p>" in site.answer("mail.example", "/4")[2]
    assert site.answer("img.tide.example", "/lanterns.svg")[1] == "image/svg+xml"
    assert site.answer("img.tide.example", "/none.svg")[0] == 404
    assert b"&lt;script&gt;" in site.answer("www.tide.example", "/<script>")[2]
    assert site.visits == ["http://www.tide.example/<script>"]


def test_a_campaign_with_subjects_is_sent_with_each_of_them() -> None:
    words = send_command(CAMPAIGNS[0], Path("people.csv"), Path("overt.toml"), 7)
    assert [word for word, before in zip(words[1:], words, strict=False) if before == "--subject"] == list(
        CAMPAIGNS[0].subjects
    )
