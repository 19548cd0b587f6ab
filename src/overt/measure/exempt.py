"""Which links stay as they are: what must keep working, what nobody may count, and what the sender excluded.

Tables of words and hosts; decides by the destination, the link's text and its markup, and knows nothing of tokens.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from overt.measure.plan import Plan
from overt.message import is_web

# Words for leaving a list, in URLs and link texts. Counting who leaves, or breaking that link, harms the recipient.
_LEAVE = re.compile(
    r"unsubscri|opt[-_ ]?out|list-unsubscribe|abmelden|abbestell|austragen|désabonn|desabonn|désinscri|desinscri"
    r"|disiscri|cancellati|darse de baja|cancelar (?:la )?suscrip|desinscrev|uitschrijv|afmelden|avregistrer|avsluta"
    r"|afmeld|meld av|wypisz|odhl[aá]si|leiratkoz|отпис|відпис|配信停止|登録解除|退订",
    re.IGNORECASE,
)
_PREFERENCES = re.compile(r"email[-_]?preferences|manage[-_]?(?:subscription|preferences)", re.IGNORECASE)
# Others' placeholders: the URL is not there yet.
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{%|%7B%7B|\*\|[^|]*\|\*|\[\[|<%|\$\{", re.IGNORECASE)
# Hosts whose links programs on phones open by themselves (Apple Universal Links, Android App Links): each publishes
# an apple-app-site-association file or says so in its developers' documents.
_APP_HOSTS = frozenset(
    {
        "apps.apple.com", "itunes.apple.com", "play.google.com", "maps.app.goo.gl", "open.spotify.com", "wa.me",
        "t.me", "zoom.us", "teams.microsoft.com", "meet.google.com", "app.link", "onelink.me", "page.link",
        "metamask.app.link", "link.metamask.io",
    }
)  # fmt: skip


def stays(destination: str, text: str, plan: Plan, unsubscribe: Collection[str] = ()) -> bool:
    """Whether the link to `destination` with the text `text` is left as the sender wrote it."""
    if not is_web(destination) or _PLACEHOLDER.search(destination):
        return True
    if destination in unsubscribe or _LEAVE.search(destination) or _LEAVE.search(text) or _PREFERENCES.search(destination):
        return True
    try:
        parts = urlsplit(destination.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return True
    if not host or host == (urlsplit(plan.base_url).hostname or "") or destination.startswith(plan.base_url):
        return host == "" or destination.startswith(plan.base_url + "/")
    if not plan.app_links and (host in _APP_HOSTS or any(host.endswith("." + app) for app in _APP_HOSTS)):
        return True
    if not plan.links.names_sending and ("@" in parts.netloc or _names_recipient(destination, plan.recipient)):
        return True
    return any(fnmatchcase(destination, pattern) or fnmatchcase(host, pattern) for pattern in plan.exclude)


def _names_recipient(destination: str, recipient: str) -> bool:
    if not recipient:
        return False
    lower = destination.lower()
    return any(form in lower for form in (recipient.lower(), recipient.lower().replace("@", "%40")))
