"""Crawlers, monitors and archives."""

from __future__ import annotations

import pytest

from overt.measure.clues.crawler import PLAIN, ROWS
from overt.measure.clues.row import Signatures
from overt.measure.reading import Actor, Certainty, Client

SIGNATURES = Signatures(ROWS)
EXAMPLES = [
    ("search-engine", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    ("search-engine", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
    ("search-engine", "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"),
    (
        "language-model",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.0; +https://openai.com/gptbot)",
    ),
    ("marketing-crawler", "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"),
    ("monitor", "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"),
    ("archive", "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)"),
    ("survey", "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)"),
    ("self-named-crawler", "ExampleCrawler/1.0"),
    ("self-named-crawler", "ExampleLinkChecker/1.0"),
    ("leaves-address", "Something/2.0 (+https://example.org/about)"),
    ("leaves-address", "Something/2.0 (https://example.org/about)"),
    ("leaves-address", "Something 2 (ask somebody@example.org)"),
    ("leaves-address", "Something of example.org"),
    ("compatible-with-nothing", "Mozilla/5.0 (compatible; Something/1.0)"),
    # docs.webpagetest.org, docs.dynatrace.com: what they put behind the browser's own.
    (
        "monitor",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.45 Safari/537.36 PTST/211202.211915",  # noqa: E501 as it was sent
    ),
    (
        "monitor",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36 RuxitSynthetic/1.0",  # noqa: E501 as it was sent
    ),
    # developers.google.com, what users start
    ("google-service", "Mozilla/5.0 (compatible; Google-Site-Verification/1.0)"),
]


@pytest.mark.parametrize(("row", "user_agent"), EXAMPLES)
def test_a_published_user_agent_is_found_by_its_row(row: str, user_agent: str) -> None:
    found = SIGNATURES.find(user_agent)
    assert found is not None
    assert found.id == row


def test_rows_read_crawlers_as_the_field_notes_do() -> None:
    known = next(row for row in ROWS if row.id == EXAMPLES[0][0])
    assert (known.opens, known.links, known.client) == (Actor.MACHINE, Actor.MACHINE, Client.CRAWLER)


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0)",
        "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
        "Mozilla/5.0 (compatible; Konqueror/4.5; Linux) KHTML/4.5.4 (like Gecko)",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36 (Ecosia android@150.0.0.0)",  # noqa: E501 as it was sent
        "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.6.0",
        "Outlook-iOS/709.2226530.prod.iphone (3.24.1)",
        "com.google.android.gm/2024",
    ],
)
def test_what_people_read_with_names_no_crawler(user_agent: str) -> None:
    assert SIGNATURES.find(user_agent) is None


PLAIN_ROWS = Signatures(PLAIN)


@pytest.mark.parametrize("user_agent", ["Something/1.0", "some-thing/v2 more words", "Some.Thing/0.1.2"])
def test_one_product_without_an_engine_is_a_scripts_and_that_is_not_sure(user_agent: str) -> None:
    found = PLAIN_ROWS.find(user_agent)
    assert found is not None
    assert (found.opens, found.certainty) == (Actor.MACHINE, Certainty.LOW)


@pytest.mark.parametrize(
    "user_agent",
    [
        "something new",
        "SomeMail/1.0",
        "Some/1.0 CFNetwork/1410.0.3 Darwin/22.6.0",
        "Some/1.0 (Linux; U; Android 14; Pixel 8)",
        "Some/1.0 (iPhone; iOS 17.1)",
        "Mozilla/5.0 (X11; Some) Some/1.0",
    ],
)
def test_what_may_be_somebodys_mail_app_is_not_taken_for_a_script(user_agent: str) -> None:
    assert PLAIN_ROWS.find(user_agent) is None


def test_a_telephone_called_cubot_is_no_crawler() -> None:
    assert SIGNATURES.find("Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/74.0 Mobile Safari/537.36") is None
