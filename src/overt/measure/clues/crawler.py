"""Crawlers, monitors and archives: they name themselves, and often leave an address to complain to.

The last rows are general (a name with "bot", a URL after a plus sign); they are asked after everything that knows
better, and before mail programs and browsers.
"""

from __future__ import annotations

from dataclasses import replace

from overt.measure.clues.row import Row, named
from overt.measure.reading import Actor, Certainty, Client

KNOWN = Row(
    id="search-engine",
    program="a search engine",
    client=Client.CRAWLER,
    pattern=r"(?i)Googlebot|Google-InspectionTool|GoogleOther|Storebot-Google|AdsBot|Mediapartners-Google|FeedFetcher-Google"
    r"|APIs-Google|Google-Read-Aloud|bingbot|msnbot|adidxbot|Applebot|DuckDuckBot|Baiduspider|Yandex\w*Bot|Slurp|SeznamBot"
    r"|PetalBot|Sogou|Yeti/|coccocbot|MojeekBot|Qwant",
    opens=Actor.MACHINE,
    links=Actor.MACHINE,
    certainty=Certainty.HIGH,
    source="matomo-org/device-detector regexes/bots.yml@3856a28; monperrus/crawler-user-agents@7c7f9f2",
    reason="a crawler that names itself",
)

ROWS = (
    KNOWN,
    *named(
        (
            (
                "language-model",
                "a language model's crawler",
                (
                    r"(?i)GPTBot|ChatGPT-User|OAI-SearchBot|ClaudeBot|Claude-(?:User|Web|SearchBot)|anthropic-ai|CCBot"
                    r"|PerplexityBot|Perplexity-User|Bytespider|Amazonbot|Meta-External(?:Agent|Fetcher)|cohere-ai|Diffbot|YouBot"
                ),
            ),
            (
                "marketing-crawler",
                "a marketing crawler",
                r"(?i)AhrefsBot|SemrushBot|MJ12bot|DotBot|rogerbot|BLEXBot|DataForSeo|serpstat|Screaming Frog",
            ),
            (
                "monitor",
                "a monitor",
                r"(?i)Pingdom|UptimeRobot|StatusCake|Site24x7|NewRelicPinger|Datadog|BetterUptime|check_http|GTmetrix|Zabbix|HetrixTools",
            ),
            ("archive", "an archive", r"(?i)archive\.org_bot|ia_archiver|heritrix|Wayback|HTTrack|ArchiveBot"),
            (
                "survey",
                "an internet survey",
                r"(?i)CensysInspect|zgrab|masscan|Nmap Scripting|Shodan|Expanse|InternetMeasurement|Nuclei|l9explore",
            ),
            ("scraper", "a scraper", r"(?i)\bScrapy\b|Nutch|\bColly\b|crawler4j|WebCopier|Offline Explorer|Sitebulb"),
        ),
        KNOWN,
    ),
    *named(
        (
            # CUBOT makes telephones, and its browsers say so.
            (
                "self-named-crawler",
                "a crawler",
                r"(?i)(?<!cu)bot(?:[^a-z]|$)|crawl(?:er|ing)?\b|spider\b|\bscraper\b|\bfetcher\b|\bmonitor(?:ing)?/",
            ),
            ("leaves-address", "a program that leaves an address", r"\+https?://|\(\+?[\w.-]+@[\w.-]+\)"),
        ),
        replace(
            KNOWN,
            certainty=Certainty.MEDIUM,
            source="RFC 9309 section 2.2.1 and RFC 9110 section 10.1.5: crawlers name themselves and leave an address",
            reason="calls itself a crawler, or leaves an address for complaints as crawlers do",
        ),
    ),
)
