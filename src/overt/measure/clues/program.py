"""Mail programs: a person has the message on the screen. What a program fetches by itself is in other tables."""

from __future__ import annotations

from dataclasses import replace

from overt.measure.clues.row import Row, named
from overt.measure.reading import Actor, Certainty, Client

OUTLOOK = Row(
    id="outlook-windows",
    program="Outlook for Windows",
    client=Client.MAIL_PROGRAM,
    pattern=r"Microsoft (?:Office )?Outlook|ms-office|MSOffice \d|^Microsoft Office/",
    opens=Actor.HUMAN,
    links=Actor.UNKNOWN,
    certainty=Certainty.HIGH,
    source="matomo-org/device-detector regexes/client/pim.yml@3856a28; warmbly/warmbly mailclient.go",
    reason="Outlook displays the message; a link it first probes by itself, before the browser follows",
)
KNOWN = replace(
    OUTLOOK,
    links=Actor.HUMAN,
    source="matomo-org/device-detector regexes/client/pim.yml@3856a28",
    reason="a mail program displays the message",
)

ROWS = (
    *named(
        (
            ("outlook-mobile", "Outlook for phones", r"Outlook-(?:iOS|Android)"),
            ("outlook-mac", "Outlook for Mac", r"MacOutlook/"),
            ("outlook-express", "Outlook Express", r"^Outlook-Express/"),
            ("windows-mail", "Windows Mail", r"^WindowsMail/|Windows Live Mail"),
        ),
        KNOWN,
    ),
    OUTLOOK,
    *named(
        (
            ("thunderbird", "Thunderbird", r"(?:Thunderbird|Icedove|Shredder|Betterbird|Epyrus|FossaMail)/"),
            ("airmail", "Airmail", r"^Airmail"),
            ("em-client", "eM Client", r"(?i)\beM ?Client/"),
            ("mailbird", "Mailbird", r"Mailbird/"),
            ("mailspring", "Mailspring", r"Mailspring/"),
            ("postbox", "Postbox", r"Postbox[/ ]"),
            ("bluemail", "BlueMail", r"BlueMail"),
            ("foxmail", "Foxmail", r"Foxmail/"),
            ("the-bat", "The Bat!", r"^The Bat!"),
            ("notes", "Notes", r"Lotus-Notes/|HCL-Notes/"),
            ("yahoo-app", "Yahoo Mail app", r"Yahoo%20Mail|YahooMobileMail/|YahooMobile/|jp\.co\.yahoo\.ymail"),
            ("naver", "NAVER Mail", r"NaverMailApp/"),
            ("netease", "NetEase Mail Master", r"MailMaster"),
            ("gmail-android", "Gmail for Android", r"^Android-Gmail"),
            ("apple-mail", "Apple Mail", r"^(?:Mobile)?Mail/[\d.]+"),
            ("superhuman", "Superhuman", r"Superhuman"),
        ),
        KNOWN,
    ),
    *named(
        (
            (
                "unix-program",
                "a mail program",
                r"\b(?:Evolution|KMail2?|Geary|Claws Mail|Sylpheed|Balsa|Trojita|Kontact|Mutt|NeoMutt|Alpine)[/ ]\d",
            ),
            (
                "phone-program",
                "a mail app",
                (
                    r"(?i)\b(?:K-9(?: ?Mail)?|FairEmail|AquaMail|Aqua Mail|TypeApp|myMail|MailDroid|Samsung ?Email"
                    r"|Edison ?Mail|Spark(?:Desktop|Mail)?|Canary ?Mail|Newton|Boxer|Nine)/"
                ),
            ),
            (
                "desktop-program",
                "a mail program",
                (
                    r"(?i)\b(?:MailMate|Mailplane|Polymail|Unibox|Pegasus ?Mail|IncrediMail|Eudora|Zimbra ?Desktop"
                    r"|Opera ?Mail|Mimestream|MailPilot|Inky|Nylas ?Mail|Hiri|Tutanota|ProtonMail|Becky!|Missive"
                    r"|Kiwi for Gmail)(?:/| |$)"
                ),
            ),
        ),
        replace(
            KNOWN,
            certainty=Certainty.MEDIUM,
            source="RFC 9110 section 10.1.5: the program names itself",
        ),
    ),
    replace(
        KNOWN,
        id="webkit-bare",
        program="Apple Mail or new Outlook",
        pattern=r"AppleWebKit/[\d.+]+ \(KHTML, like Gecko\)$",
        links=Actor.UNKNOWN,
        certainty=Certainty.MEDIUM,
        source="warmbly/warmbly mailclient.go; uap-core calls it Apple Mail",
        reason="the engine of Apple Mail on macOS and of new Outlook without a browser's name; older lists take it "
        "for Apple's prefetch, wrongly",
    ),
    *named(
        (
            (
                "apple-mail-phone",
                "Apple Mail or an app on iOS",
                r"\((?:iPhone|iPad|iPod)[^)\n]*\) AppleWebKit/[^\n]{0,80}Mobile/\w+(?: \(\d+\))?$",
            ),
            ("android-view", "a mail app on Android", r"; wv\) AppleWebKit"),
        ),
        replace(
            KNOWN,
            certainty=Certainty.MEDIUM,
            # Cordova puts the number of its view behind it.
            source="warmbly/warmbly mailclient.go; apache/cordova-ios CDVUserAgentUtil",
            reason="an app's own view without a browser's name, as mail apps use",
        ),
    ),
)
