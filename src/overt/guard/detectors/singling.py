"""Whether the URL could tell one recipient from another, and by which of its characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from overt.guard.case import Case
from overt.guard.finding import Evidence
from overt.guard.identifier import STATIC, Token

#: Parameters that speak of the file, its version or its shape, not of who asks.
SIGNED: Final = re.compile(
    r"sig|signature|expires|exp|x-amz-.*|x-goog-.*|_nc_.*|ccb|oh|oe|stp|policy|key-pair-id|hmac|itok|etag|cb|cachebuster"
)
#: The same, where the value is short: a number, a day, a short hash.
CONTENT: Final = re.compile(
    r"v|ver|version|rev|revision|_v|w|h|width|height|size|sz|q|quality|fit|format|fm|auto|crop|dpr|cache|ts|t|time"
    r"|timestamp|updated(?:_?at)?|modified|mtime|hash|se|sp|sr|sv|family|display|subset|text|color|colour|lang|locale|hl"
    r"|s|si|_|ixlib|ixid|rnd|rand|random"
)
_SHORT_VALUE: Final = 64.5  # bits; 16 hexadecimal digits
#: Parameters whose numbers name a thing: an article, a product, a page of a shop.
THING: Final = re.compile(
    r"(?:product|prod|item|article|story|news|category|cat|page|post|sku|isbn|asin|film|video|event|thread|topic)"
    r"(?:[_-]?(?:id|no|nr|num|number|code|key))?"
)
#: Parameters that speak of a person, a copy of a message or an address.
PERSON: Final = re.compile(
    r"(?:.*[_.-])?(?:u|uid|uuid|user|userid|user_?id|usr|e|em|eid|email|e-?mail|email_?id|mail|mailid|addr|address|r|rcpt|rid|recipient"
    r"|recipient_?id|subscriber|subscriber_?id|sub_?id|sid|sub|contact|contact_?id|customer|customer_?id|member"
    r"|member_?id|person|lead|lead_?id|profile|visitor|guid|upn|mid|msgid|message_?id|mail_?id|token|tok|tk|to|md5|sha1"
    r"|sha256|lctg|ot|enc|encoded|ecid|_t|_e|_m|mi_u|jwt)"
)
_STRONG, _SOME = 40.0, 16.0  # bits: a list of 65,000, and any two of a thousand million with room to spare


def look_at_tokens(case: Case) -> Iterator[Evidence]:
    """The strongest tokens of path, query and host, told apart from versions and names of files."""
    anatomy = case.anatomy
    static = anatomy.extension in STATIC
    look = case.look
    unseen = look is not None and _shows_nothing(look.width, look.height, look.hidden)
    bits = 0.0
    best: Token | None = None
    filed: Token | None = None
    version: Token | None = None
    person: Token | None = None
    for token in anatomy.tokens:
        if token.place == "host" or token.place == "user":
            continue
        if token.place == "fragment" and case.loads:
            continue  # never sent
        if token.place == "path" and static:
            filed = token if filed is None or token.bits > filed.bits else filed
            continue
        if token.place == "query" and token.shape == "digits" and THING.fullmatch(token.name):
            continue
        if token.place == "query" and _keeps_fresh(token, static=static and not unseen):
            version = token
            continue
        bits += token.bits
        if best is None or token.bits > best.bits:
            best = token
        if token.name and PERSON.fullmatch(token.name):
            person = token
    host = next((t for t in anatomy.tokens if t.place == "host" and t.bits >= 60), None)
    if best is not None and bits >= _SOME:
        kind = "token" if bits >= _STRONG else "short-token"
        yield Evidence(
            kind, f"{_shown(anatomy.url, best)} is no word: {best.shape}, {bits:.0f} bits", best.start, best.end
        )
        if (case.loads or bits >= _STRONG) and case.whole.tokens[anatomy.url[best.start : best.end]] > 1:
            yield Evidence("shared-token", "the same stands in other URLs of the message", best.start, best.end)
    if person is not None:
        name = anatomy.url[max(0, person.start - 40) : person.start].rpartition("&")[2].rpartition("?")[2]
        yield Evidence("person-parameter", f"{name} speaks of a person", person.start, person.end)
    if filed is not None:
        if unseen and filed.bits >= _SOME:
            yield Evidence("hidden-token", "what shows nothing has a name of its own", filed.start, filed.end)
        elif best is None:
            yield Evidence("file-name-token", "a token in the name or folder of a file", filed.start, filed.end)
    if version is not None and best is None:
        yield Evidence("version", "it keeps old copies away", version.start, version.end)
    if host is not None and not static and case.rule is None:
        yield Evidence("host-token", f"{_shown(anatomy.url, host)} in the host's name is no word", host.start, host.end)
    if best is None and filed is None and host is None:
        yield Evidence("no-token", "nothing in it tells recipients apart")


def _keeps_fresh(token: Token, *, static: bool) -> bool:
    """Whether a token in a query says which copy of a file is meant, not who asks."""
    if SIGNED.fullmatch(token.name):
        return True
    return token.bits <= _SHORT_VALUE and ((static and not token.name) or CONTENT.fullmatch(token.name) is not None)


def _shows_nothing(width: float | None, height: float | None, hidden: str) -> bool:
    if hidden and "display" not in hidden:
        return True
    sides = [side for side in (width, height) if side is not None]
    return bool(sides) and max(sides) <= 5.5


def _shown(url: str, token: Token) -> str:
    text = url[token.start : token.end]
    return f"“{text[:24]}…”" if len(text) > 25 else f"“{text}”"
