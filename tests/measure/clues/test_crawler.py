"""Crawlers, monitors and archives."""

from __future__ import annotations

import pytest

from overt.measure.clues.crawler import ROWS
from overt.measure.clues.row import Signatures
from overt.measure.reading import Actor, Client

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
    ("leaves-address", "Something/2.0 (+https://example.org/about)"),
]


@pytest.mark.parametrize(("row", "user_agent"), EXAMPLES)
def test_a_published_user_agent_is_found_by_its_row(row: str, user_agent: str) -> None:
    found = SIGNATURES.find(user_agent)
    assert found is not None
    assert found.id == row


def test_rows_read_crawlers_as_the_field_notes_do() -> None:
    known = next(row for row in ROWS if row.id == EXAMPLES[0][0])
    assert (known.opens, known.links, known.client) == (Actor.MACHINE, Actor.MACHINE, Client.CRAWLER)


def test_a_telephone_called_cubot_is_no_crawler() -> None:
    assert SIGNATURES.find("Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/74.0 Mobile Safari/537.36") is None
