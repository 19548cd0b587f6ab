"""Image proxies of mailbox providers: a person displayed the message, the proxy hides who, where and on what.

A proxy asks once and answers later displays from its cache, so it never tells how often. One URL that is the same
for everybody may be asked for once for many people. It fetches pictures only: on a link it is a machine.
"""

from __future__ import annotations

from dataclasses import replace

from overt.measure.clues.row import Row, named
from overt.measure.reading import Actor, Certainty, Client

DEVICE_DETECTOR = "matomo-org/device-detector regexes/bots.yml@3856a28"

GMAIL = Row(
    id="gmail-proxy",
    program="Gmail",
    client=Client.IMAGE_PROXY,
    pattern=r"GoogleImageProxy",
    opens=Actor.PROXY,
    links=Actor.MACHINE,
    certainty=Certainty.HIGH,
    source=f"{DEVICE_DETECTOR}; scientiamobile.com/what-is-google-image-proxy",
    reason="Gmail's image proxy fetches at the first display; later displays come from its cache",
)
KNOWN = replace(
    GMAIL,
    source=DEVICE_DETECTOR,
    reason="the provider's image proxy fetches when the message is displayed",
)

ROWS = (
    GMAIL,
    *named(
        (
            ("yahoo-proxy", "Yahoo Mail", r"YahooMailProxy"),
            ("seznam-proxy", "Seznam Email", r"SeznamEmailProxy/"),
            ("rambler-proxy", "Rambler Mail", r"^RamblerMail/[^\n]*ImageProxy"),
            ("ukrnet-proxy", "Ukr.net", r"via secureurl\.fwdcdn\.com"),
        ),
        KNOWN,
    ),
    *named(
        (
            ("hey-proxy", "HEY", r"^hey\.com/imageproxy"),
            ("shortwave-proxy", "Shortwave", r"^Shortwave Image Fetcher"),
            ("fastmail-proxy", "Fastmail", r"^FastmailUA/"),
        ),
        replace(
            KNOWN,
            certainty=Certainty.MEDIUM,
            source="monperrus/crawler-user-agents@7c7f9f2; warmbly/warmbly mailclient.go",
        ),
    ),
    *named(
        (
            ("yandex-proxy", "Yandex Mail", r"YandexImageResizer/"),
            ("other-image-proxy", "an image proxy", r"(?i)\b(?:e?mail[ -]?)?image[ -]?proxy\b|\bcamo(?:[ -]asset)?\b"),
        ),
        replace(
            KNOWN,
            certainty=Certainty.LOW,
            source=f"{DEVICE_DETECTOR} for Yandex; else RFC 9110 section 10.1.5: the program names itself",
            reason="calls itself an image proxy; other services of the same house may use it too",
        ),
    ),
)
