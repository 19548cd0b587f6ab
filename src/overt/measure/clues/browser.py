"""Browsers: a person with webmail, or following a link. Many scanners wear a browser's name, so this is never sure."""

from __future__ import annotations

from dataclasses import replace

from overt.measure.clues.row import Row, named
from overt.measure.reading import Actor, Certainty, Client

KNOWN = Row(
    id="edge",
    program="Edge",
    client=Client.BROWSER,
    pattern=r"\bEdg(?:e|A|iOS)?/",
    opens=Actor.HUMAN,
    links=Actor.HUMAN,
    certainty=Certainty.MEDIUM,
    source="RFC 9110 section 10.1.5: the program names itself",
    reason="an ordinary browser; scanners that pretend to be one are found by their haste only",
)

# Chromium's children name their parent too, so the children come first.
ROWS = (
    KNOWN,
    *named(
        (
            ("opera", "Opera", r"\bOPR/|\bOPiOS/|\bOPT/|^Opera/"),
            ("samsung", "Samsung Internet", r"SamsungBrowser/"),
            ("vivaldi", "Vivaldi", r"Vivaldi/"),
            ("yandex", "Yandex Browser", r"YaBrowser/"),
            ("uc", "UC Browser", r"UCBrowser/|UBrowser/"),
            (
                "app-browser",
                "an app's browser",
                r"\bFBA[NV]/|\bInstagram |\bLine/|MicroMessenger/|GSA/|LinkedInApp|Snapchat/|Pinterest/",
            ),
            ("duckduckgo", "DuckDuckGo browser", r"(?i)\bDuckDuckGo/|\bDdg/"),
            ("firefox", "Firefox", r"\bFirefox/|\bFxiOS/|\bFocus/"),
            ("chrome", "Chrome", r"\bChrome/|\bCriOS/|\bChromium/"),
            ("safari", "Safari", r"\bVersion/[\d.]+ (?:Mobile/\w+ )?Safari/"),
            ("android-browser", "Android browser", r"\bVersion/[\d.]+ Mobile Safari/"),
            ("explorer", "Internet Explorer", r"\bTrident/|\bMSIE "),
            ("konqueror", "Konqueror", r"(?i)\bkonqueror/"),
            ("other-gecko", "a browser with Firefox's engine", r"\bGecko/\d{8,14}\b"),
            (
                "app-view",
                "an app's browser",
                r"\((?:iPhone|iPad|iPod)[^)\n]*\) AppleWebKit/[^\n]{0,80}Mobile/\w+ \w",
            ),
            (
                "other-webkit",
                "a browser with WebKit's engine",
                r"AppleWebKit/[\d.+]+ \(KHTML, like Gecko\)[^\n]*Safari/",
            ),
            (
                "television",
                "a television or console",
                r"\bHbbTV/|\bSMART-TV|\bSmartTV|\bTizen\b|\bWeb0S\b|\bNintendo |(?i:\bPlayStation )",
            ),
            (
                "feature-phone",
                "a telephone's browser",
                # JSR 118 and OMA's UAProf: the profile of a telephone's Java stands in its User-Agent.
                (
                    r"\bProfile/MIDP-|\bConfiguration/CLDC-|\bUP\.Browser/|\bNetFront/|\bObigo|^BlackBerry\d|^DoCoMo/|^KDDI-"
                    r"|^SoftBank/|^Nokia\w+/"
                ),
            ),
            ("text-browser", "a text browser", r"^(?:Lynx|Links|ELinks|w3m|NetSurf|Dillo)[/ ]"),
        ),
        replace(KNOWN),
    ),
)
