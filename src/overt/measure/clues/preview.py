"""Link previews: somebody pasted or received the link in a chat, and the chat's server looks at it first."""

from __future__ import annotations

from dataclasses import replace

from overt.measure.clues.row import Row, named
from overt.measure.reading import Actor, Certainty, Client

KNOWN = Row(
    id="imessage",
    program="iMessage",
    client=Client.LINK_PREVIEW,
    pattern=r"facebookexternalhit/1\.1 Facebot Twitterbot/1\.0",
    opens=Actor.MACHINE,
    links=Actor.MACHINE,
    certainty=Certainty.HIGH,
    source="matomo-org/device-detector regexes/bots.yml@3856a28; monperrus/crawler-user-agents@7c7f9f2; "
    "alaz/legitbot#56",
    reason="a preview that the device itself makes of a link it received, under the names of other previews",
)

ROWS = (
    KNOWN,
    *named(
        (
            ("slack", "Slack", r"Slackbot|Slack-ImgProxy"),
            ("facebook", "Facebook", r"(?i)facebookexternal(?:hit|ua)|Facebot|facebook(?:catalog|scraper|platform)"),
            ("x", "X", r"Twitterbot/"),
            ("linkedin", "LinkedIn", r"LinkedInBot/"),
            ("teams", "Skype or Teams", r"SkypeUriPreview"),
            ("microsoft-preview", "Microsoft preview", r"MicrosoftPreview/|BingPreview/"),
            ("whatsapp", "WhatsApp", r"^WhatsApp/"),
            ("telegram", "Telegram", r"TelegramBot"),
            ("discord", "Discord", r"Discordbot/"),
            ("viber", "Viber", r"ViberUrlDownloader|^Viber/"),
            ("snap", "Snapchat", r"Snap URL Preview"),
            ("yahoo-preview", "Yahoo", r"Yahoo Link Preview|Yahoo:LinkExpander"),
            ("embedly", "Embedly", r"Embedly/"),
            ("google-messages", "Google Messages", r"GoogleMessages/"),
        ),
        replace(KNOWN, reason="a chat or network fetches the link to show a preview of it"),
    ),
    *named(
        (
            ("iframely", "Iframely", r"(?i)\biframely/"),
            ("mastodon", "a Fediverse server", r"\b(?:Mastodon|Pleroma|Misskey|Akkoma|Lemmy)/"),
            ("signal", "Signal", r"^Signal(?:-\w+)?/"),
            ("bluesky", "Bluesky", r"(?i)Bluesky Cardyb"),
            ("pinterest", "Pinterest", r"^Pinterest(?:bot)?/|Pinterestbot"),
            ("line", "LINE", r"LINE-Poker|facebookexternalhit/1\.1;line-poker"),
            ("kakao", "KakaoTalk", r"(?i)kakaotalk-scrap"),
            ("zoom", "Zoom", r"^ZoomWebhook|Zoombot"),
            ("notion", "Notion", r"NotionEmbedder|Notionbot"),
            (
                "other-preview",
                "a link preview",
                r"(?i)\b(?:link|url|uri)[ -]?(?:preview|expander|unfurl)\w*|unfurl(?:er|ing|ist)?\b",
            ),
        ),
        replace(
            KNOWN,
            certainty=Certainty.MEDIUM,
            source="RFC 9110 section 10.1.5: the program names itself",
            reason="calls itself a maker of link previews",
        ),
    ),
)
