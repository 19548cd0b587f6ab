"""Crawlers, monitors and archives: they name themselves, and often leave an address to complain to.

The last rows are general (a name with "bot", an address to ask at); they are asked after everything that knows better,
and before mail programs and browsers. `PLAIN` is asked after those too.
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
                (
                    r"(?i)Pingdom|UptimeRobot|StatusCake|Site24x7|NewRelicPinger|Datadog|BetterUptime|check_http|GTmetrix|Zabbix"
                    r"|HetrixTools"
                    # Their documents: WebPageTest, Dynatrace, Ghost Inspector, DebugBear, Catchpoint, Neustar.
                    r"|\bPTST[/ ]\d|RuxitSynthetic|GomezAgent|\bGhost Inspector|\bDebugBear|\bDareBoost|\bCatchpoint"
                    r"|Neustar WPM|WebsitePulse"
                ),
            ),
            (
                "google-service",
                "a service of Google's",
                # developers.google.com/crawling: crawlers, special cases, and what users start.
                (
                    r"\bGoogle[ -](?:Ad(?:s|Words|words)|Site|Search|Page ?Speed|Web Preview|Favicon|Certificates|CWS"
                    r"|Agent|NotebookLM|Pinpoint|Producer|Structured|CloudVertex)"
                ),
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
                (
                    r"(?i)(?<!cu)bot(?:[^a-z]|$)|crawl(?:er|ing)?\b|crawlerprocess|spider\b|scrap(?:er|ing)\b|\bfetcher\b"
                    r"|\bmonitor(?:ing)?/"
                    r"|(?:link|site|url|uri|page|web|feed|seo|html|http|rss)[ _.-]?"
                    r"(?:check|valid|analy[sz]|extract|grab|harvest|pars|monitor|audit|captur|thumb|screenshot|scan|test|request"
                    r"|watch)|http[ _-]?(?:client|lib|package)"
                    r"|\b(?:validator|analyzer|extractor|downloader|grabber|harvester|indexer|aggregator|uptime|synthetic"
                    r"|screenshots?)\b"
                ),
            ),
            (
                "leaves-address",
                "a program that leaves an address",
                (
                    r"https?://|\bwww\.[a-z0-9]|[\w.+-]{1,64}@[\w-]{0,60}[a-zA-Z][\w-]{0,60}\.[a-z]{2}"
                    r"|\b[\w-]{2,63}\.(?:com|net|org|info|io)\b(?!\.)"
                ),
            ),
            # Browsers that say "compatible" name what they are compatible with, or the system they run on.
            (
                "compatible-with-nothing",
                "a program of its own",
                (
                    r"^Mozilla/[\d.]+ \(compatible;(?! ?(?:MSIE|ms-office|Konqueror|U;|X11|Windows|Linux|Mac|Intel"
                    r"|Android|iPhone|CrOS|\)))|Safari/[\d.]+ \(compatible;"
                ),
            ),
        ),
        replace(
            KNOWN,
            certainty=Certainty.MEDIUM,
            source="RFC 9309 section 2.2.1 and RFC 9110 section 10.1.5: crawlers name themselves and leave an address",
            reason="calls itself a crawler, or leaves an address for complaints as crawlers do",
        ),
    ),
)

PLAIN = (
    Row(
        id="plain-product",
        program="a program of its own",
        client=Client.UNKNOWN,
        pattern=(
            r"^(?![^\n]*(?:Mozilla/|Opera|WebKit|Gecko|CFNetwork|Darwin|Android|iOS|iPhone|iPad|Windows|Mac|Linux|X11"
            r"|Nokia|Profile/|NetFront|Obigo|(?i:mail)))[\w.+-]{1,60}/v?\d"
        ),
        opens=Actor.MACHINE,
        links=Actor.MACHINE,
        certainty=Certainty.LOW,
        source="RFC 9110 section 10.1.5; developer.mozilla.org, User-Agent header: all engines say Mozilla/",
        reason="names one product, no system and no engine that could display a message, as scripts do",
    ),
)
