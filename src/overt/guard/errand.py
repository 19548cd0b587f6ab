"""Whether a URL does something for its reader (log in, confirm, unsubscribe), so that it has to stay as it is.

Reads words in the path and names of parameters; what a server makes of them it cannot know. In doubt it says yes: a
parameter too many left in place costs less than a link that no longer works.
"""

from __future__ import annotations

import re
from typing import Final

MOST_WORDS: Final = 3  # of a path segment that is an action and not a title: `reset-password`, `confirm_email`
_SPLIT: Final = re.compile(r"[^a-z0-9]+")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEGMENT: Final = re.compile(r"[/;]")

#: Beginnings of words, by what the URL does. English, German, French, Spanish, Italian, Portuguese, Dutch.
ACTIONS: Final = {
    "unsubscribe": (
        "unsub", "optout", "opt-out", "listunsub", "abmeld", "abbestell", "austragen", "desabon", "desinscri",
        "darsedebaja", "cancelarsuscripcion", "cancelar", "disiscri", "descadastr", "afmeld", "uitschrijv",
        "preference", "preferencia", "einstellungen", "manage", "mailing-preferences",
    ),
    "log in": ("login", "logon", "signin", "sign-in", "log-in", "anmeld", "connexion", "oauth", "saml", "authent",
               "authoriz", "magic", "session", "2fa"),
    "reset": ("reset", "forgot", "passwor", "passwd", "kennwort", "recover", "unlock", "zuruecksetz"),
    "confirm": ("confirm", "verif", "activat", "aktivier", "bestaetig", "bestatig", "doubleopt", "double-opt",
                "validat", "approve", "optin", "opt-in", "subscribe", "signup", "sign-up", "register", "registrier"),
    "invite": ("invit", "einlad", "rsvp", "accept", "decline", "join", "referral"),
    "ticket": ("ticket", "boarding", "checkin", "check-in", "booking", "reservation", "buchung", "voucher", "coupon",
               "redeem", "giftcard"),
    "account": ("account", "konto", "compte", "cuenta", "billing", "invoice", "rechnung", "checkout", "payment",
                "order", "bestellung", "track-order", "download", "survey", "feedback"),
}  # fmt: skip
#: Whole words that begin others too: `auth` and `author`.
WORDS: Final = {
    "auth": "log in", "sso": "log in", "otp": "log in", "doi": "confirm", "baja": "unsubscribe", "pay": "account",
    "vote": "account",
}  # fmt: skip
_ACTION_OF: Final = {word: action for action, words in ACTIONS.items() for word in words}
_ACTION: Final = re.compile("|".join(sorted(map(re.escape, _ACTION_OF), key=len, reverse=True)))
_ACTION_NAMES: Final = frozenset(
    {"unsubscribe", "unsub", "optout", "opt_out", "login", "reset", "confirm", "verify", "activate", "invite"}
    | {"mkt_unsubscribe", "password_token", "reset_token", "confirmation_token", "invitation_token", "otp"}
)
#: Parameters that sign the others: with one of them gone the rest is refused.
SIGNATURES: Final = frozenset(
    {"x-amz-signature", "x-goog-signature", "signature", "sig", "hmac", "hdnea", "policy", "key-pair-id", "jwt"}
)


def find_errand(path: str, names: frozenset[str]) -> str | None:
    """What the URL does, a key of `ACTIONS` (`account` where only a parameter's name tells), or None.

    `names` are the names of its parameters, in lower case.
    """
    for segment in _SEGMENT.split(path):
        words = _SPLIT.split(_CAMEL.sub("-", segment).lower().strip("-_."))
        if not segment or len(words) > MOST_WORDS:
            continue
        for written in (*words, "-".join(words), "".join(words)):
            if written in WORDS:
                return WORDS[written]
            found = _ACTION.match(written)
            if found:
                return _ACTION_OF[found[0]]
    return "account" if names & _ACTION_NAMES else None
