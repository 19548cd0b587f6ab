"""HTTP libraries and headless browsers: somebody's script. The sender's own monitoring uses them too."""

from __future__ import annotations

from dataclasses import replace

from overt.measure.clues.row import Row, named
from overt.measure.reading import Actor, Certainty, Client

LIBRARY = Row(
    id="library",
    program="an HTTP library",
    client=Client.LIBRARY,
    pattern=r"^(?:Wget|wget2|Jetty|AHC|W3C-checklink|Jakarta Commons-HttpClient|Amazon CloudFront|yarn)\b",
    opens=Actor.MACHINE,
    links=Actor.MACHINE,
    certainty=Certainty.HIGH,
    source="monperrus/crawler-user-agents@7c7f9f2; a production list of GMass, as copied by others",
    reason="a script's HTTP library asked; no mail program or browser sends this",
)

ROWS = (
    Row(
        id="no-user-agent",
        program="no User-Agent",
        client=Client.LIBRARY,
        pattern="",
        exact=True,
        opens=Actor.MACHINE,
        links=Actor.MACHINE,
        certainty=Certainty.MEDIUM,
        source="Mautic, Warmbly and GMass treat it so",
        reason="every mail program and browser says what it is; a request that does not is a script's",
    ),
    *named(
        (
            (
                "headless",
                "a headless browser",
                r"HeadlessChrome|PhantomJS|Puppeteer|Playwright|Electron/[^\n]*Nightmare|SlimerJS|HtmlUnit",
            ),
            ("webdriver", "an automated browser", r"(?i)\bselenium\b|\bwebdriver\b|Chrome-Lighthouse|\bSplash\b"),
        ),
        replace(
            LIBRARY,
            client=Client.HEADLESS,
            source="monperrus/crawler-user-agents@7c7f9f2",
            reason="a browser that runs without a window, driven by a script",
        ),
    ),
    LIBRARY,
    *named(
        (
            ("curl", "curl", r"^(?:lib)?curl\b|\bPycURL/|\blibcurl/"),
            (
                "python",
                "a Python script",
                r"^(?:python-(?:requests|httpx|urllib3?)|Python-urllib|Python/\d|httpx|aiohttp|urllib3?|HTTPie)\b|\baiohttp/",
            ),
            ("go", "a Go program", r"^Go(?:-http-client| \d)|^fasthttp\b|^go-resty\b|^colly\b"),
            (
                "java",
                "a Java program",
                r"^(?:Java|okhttp|Apache-Http(?:Async)?Client|Dalvik|ReactorNetty|Vert\.x|AndroidDownloadManager|unirest-java|Apache-CXF)\b|^Java1\.",
            ),
            (
                "javascript",
                "a JavaScript program",
                r"^(?:axios|node(?:-fetch|-superagent|\.js|-urllib)?|undici|got|needle|superagent|Deno|Bun)\b",
            ),
            ("php", "a PHP program", r"^(?:Guzzle(?:Http)?|PHP|Symfony HttpClient|Zend_Http_Client|PECL::HTTP)\b"),
            ("perl", "a Perl program", r"\blibwww-perl/|^(?:LWP|WWW-Mechanize|Mojolicious|HTTP-Tiny)\b"),
            ("ruby", "a Ruby program", r"^(?:Ruby|Faraday|rest-client|HTTParty|Typhoeus|Mechanize|http\.rb)\b"),
            (
                "dotnet",
                "a .NET program",
                r"^(?:RestSharp|\.NET|Microsoft\.NET)\b|^WindowsPowerShell|\bWindowsPowerShell/",
            ),
            (
                "other-language",
                "a program",
                r"^(?:Dart|reqwest|hyper|ureq|isahc|lua-resty-http|LuaSocket|WinHTTP|hackney|Erlang|Elixir|Swift|Alamofire)\b|^HTTP_Request2?\b",
            ),
            ("test-tool", "a test program", r"^(?:PostmanRuntime|insomnia|ApacheBench|JMeter|k6|hey|vegeta|wrk)/"),
        ),
        LIBRARY,
    ),
)
