"""Security scanners that say who they are. Most do not: they wear an ordinary browser's name, and only the second
look, at bursts over a whole message, can find them.
"""

from __future__ import annotations

from dataclasses import replace

from overt.measure.clues.row import Row, named
from overt.measure.reading import Actor, Certainty, Client

KNOWN = Row(
    id="barracuda-sentinel",
    program="Barracuda Sentinel",
    client=Client.SCANNER,
    pattern=r"Barracuda",
    opens=Actor.MACHINE,
    links=Actor.MACHINE,
    certainty=Certainty.HIGH,
    source="matomo-org/device-detector regexes/bots.yml@3856a28; Braze, bot filtering",
    reason="a security scanner that names itself looks at the message before or beside its reader",
)

ROWS = (
    KNOWN,
    *named(
        (
            ("kaspersky", "Kaspersky", r"Kaspersky Lab CFR link resolver|KasperskyLab"),
            ("google-safety", "Google Safety", r"Google-Safety"),
            ("virustotal", "VirusTotal", r"virustotalcloud|VirusTotal"),
        ),
        KNOWN,
    ),
    *named(
        (
            ("exchange-check", "Exchange check", r"\(Exchange check\)"),
            ("twinwave", "Splunk Attack Analyzer", r"^TwinWaveScanner"),
            ("phishbucket", "PhishBucket", r"PhishBucket"),
            (
                "self-named-scanner",
                "a security scanner",
                r"(?i)\b(?:url|link|mail|phish\w*|threat|malware)[ -]?scan(?:ner)?\b",
            ),
        ),
        replace(
            KNOWN,
            certainty=Certainty.MEDIUM,
            source="matomo-org/device-detector regexes/bots.yml@3856a28; monperrus/crawler-user-agents@7c7f9f2; "
            "else RFC 9110 section 10.1.5: the program names itself",
        ),
    ),
    *named(
        (
            ("cortex", "cortex", r"^cortex/1\.0$"),
            ("scmguard", "SCMGUARD", r"^SCMGUARD$"),
        ),
        replace(KNOWN, certainty=Certainty.LOW, source="a production list of GMass, as copied by others"),
    ),
    # Mail programs that show messages with the old engine carry their own name in the same string.
    Row(
        id="old-explorer",
        program="Internet Explorer 8",
        client=Client.SCANNER,
        pattern=r"^(?![^\n]*(?:Outlook|MSOffice|ms-office))[^\n]*MSIE 8\.0;[^\n]*Trident/4\.0",
        opens=Actor.UNKNOWN,
        links=Actor.MACHINE,
        certainty=Certainty.LOW,
        source="a French-language field study, second-hand",
        reason="a browser of 2009; Safe Links was seen with it, and few people still are",
    ),
)
