"""Sync agents: services that keep mailboxes, calendars and documents in step, and look at links while doing so."""

from __future__ import annotations

from overt.measure.clues.row import Row, named
from overt.measure.reading import Actor, Certainty, Client

KNOWN = Row(
    id="dataaccessd",
    program="Apple account sync",
    client=Client.SYNC_AGENT,
    pattern=r"\bdataaccessd/|\baccountsd/|\bremindd/|\bcalaccessd\b",
    opens=Actor.MACHINE,
    links=Actor.MACHINE,
    certainty=Certainty.HIGH,
    source="a production list of GMass, as copied by others; user-agents.net",
    reason="a service that syncs an account or looks whether a document exists; nobody is looking",
)

ROWS = (
    KNOWN,
    *named(
        (
            ("exchange", "Microsoft Exchange", r"^Microsoft Exchange/|ExchangeServicesClient|^ExchangeWebServices"),
            ("office-discovery", "Office link probe", r"Microsoft Office (?:Existence|Protocol) Discovery"),
            ("office-connectors", "Office 365 Connectors", r"Office 365 Connectors"),
            (
                "webdav",
                "Windows WebDAV",
                r"Microsoft-WebDAV-MiniRedir|Microsoft Data Access Internet Publishing|^davfs2/|WebDAVFS/",
            ),
            ("cryptoapi", "Windows certificate check", r"^Microsoft-CryptoAPI|^Microsoft (?:BITS|NCSI)"),
            ("hubspot", "HubSpot Connect", r"^HubSpot Connect"),
            ("activesync", "ActiveSync", r"^Apple-iP(?:hone|ad)\d|^MSFT-(?:WP|WIN|PPC)/|^TouchDown|\bEAS/\d"),
            (
                "davx5",
                "a calendar sync",
                r"^DAVx5/|^iOS/[\d.]+ \(\w+\) \w+d/|\b(?:CalendarAgent|AddressBookCore|caldav)\b",
            ),
            (
                "podcast",
                "a feed reader",
                r"(?i)\b(?:feedly|feedbin|inoreader|newsblur|miniflux|freshrss|tiny tiny rss|apple-?podcasts?)\b",
            ),
        ),
        KNOWN,
    ),
)
