"""Which links stay as they are: what must keep working, what nobody may count, and what the sender excluded.

Tables of words and hosts; decides by the destination, the link's text and its markup, and knows nothing of tokens.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from html import unescape

import ahocorasick

from overt.measure.plan import Plan
from overt.message import is_web, resolve_url, split_url

# Words for leaving a list, in URLs and link texts. Counting who leaves, or breaking that link, harms the recipient.
_LEAVE = (
    "unsubscri", "opt-out", "opt_out", "optout", "opt out", "abmelden", "abbestell", "austragen", "désabonn",
    "desabonn", "désinscri", "desinscri", "disiscri", "cancellati", "darse de baja", "cancelar suscrip",
    "cancelar la suscrip", "uitschrijv", "afmeld", "avregistrer", "avsluta prenum", "meld av", "wypisz",
    "odhlas", "odhlás", "leiratkoz", "отпис", "відпис", "配信停止", "登録解除", "退订", "abmeldung", "annulla iscri",
    "annullare l", "avmeld", "avanmäl", "peruuta tilaus", "dezabon", "abonelikten", "üyelikten", "수신거부",
    "수신 거부", "구독 취소", "إلغاء الاشتراك", "取消订阅", "取消訂閱", "odsubskry", "odjavi", "désabonner",
    "manage preferences", "manage your preferences", "email preferences", "communication preferences",
    "email-preferences", "email_preferences", "emailpreferences", "manage-subscription", "manage_subscription",
    "manage-preferences", "manage_preferences",
)  # fmt: skip
_LEAVING = ahocorasick.Automaton()
for _word in _LEAVE:
    _LEAVING.add_word(_word, True)
_LEAVING.make_automaton()
# Others' placeholders: the URL is not there yet.
_PLACEHOLDER = re.compile(r"[{}]|%7B%7B|\*\|[^|]*\|\*|\[\[|<%|%%\w+%%|%recipient\b|%[a-z_]+\.[a-z_]+%", re.IGNORECASE)
# Hosts whose links programs on phones open by themselves (Apple Universal Links, Android App Links): each publishes
# an apple-app-site-association file or says so in its developers' documents.
_APP_HOSTS = frozenset(
    {
        "apps.apple.com", "itunes.apple.com", "play.google.com", "maps.app.goo.gl", "open.spotify.com", "wa.me",
        "t.me", "zoom.us", "teams.microsoft.com", "meet.google.com", "app.link", "onelink.me", "page.link",
        "metamask.app.link", "link.metamask.io",
    }
)  # fmt: skip

# Nearly every link: nothing that browsers read in a way of their own, so nothing that needs their parser.
_USUAL = re.compile(r"https?://([A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z][A-Za-z0-9-]*)+)(?::\d{1,4})?(?:[/?#][!-~]*)?")
_TAG = re.compile(r"<[^<>]*>")
_APP_SUFFIXES = tuple("." + host for host in _APP_HOSTS)


def speaks_of_leaving(text: str) -> bool:
    """Whether a URL or a link's text has a word for leaving a list or choosing what comes."""
    if "<" in text or "&" in text:
        text = " ".join(unescape(_TAG.sub(" ", text)).split())
    return _has_word(text)


def _has_word(text: str) -> bool:
    return next(_LEAVING.iter(text.lower()), None) is not None


def find_destination(written: str, base: str) -> str:
    """Where a link leads whose URL stands in a message as `written`; `base` is its `<base href>`, or "".

    What is no relative URL yet, a place on the page itself or somebody's placeholder, comes back as it is.
    """
    if not base or not written or written[0] == "#" or is_web(written) or _PLACEHOLDER.search(written):
        return written
    href = resolve_url(written, base)
    return href if href is not None and is_web(href) else written


def stays(destination: str, text: str, plan: Plan, unsubscribe: Collection[str] = ()) -> bool:
    """Whether the link to `destination` with the text `text` is left as the sender wrote it."""
    if not is_web(destination) or _PLACEHOLDER.search(destination):
        return True
    if destination in unsubscribe or _has_word(destination) or speaks_of_leaving(text):
        return True
    if destination.startswith(plan.base_url + "/"):
        return True
    usual = _USUAL.fullmatch(destination)
    host, credentials = (usual[1].lower(), False) if usual else _read_host(destination)
    if not host:
        return True
    if not plan.app_links and (host in _APP_HOSTS or host.endswith(_APP_SUFFIXES)):
        return True
    if not plan.links.names_sending and (credentials or plan.named.is_in(destination)):
        return True
    return any(fnmatchcase(destination, pattern) or fnmatchcase(host, pattern) for pattern in plan.exclude)


def _read_host(destination: str) -> tuple[str, bool]:
    """Host and whether there are credentials, as browsers read them; no host where they read no URL."""
    url = split_url(destination)
    return (url.host, bool(url.username or url.password)) if url is not None else ("", False)
