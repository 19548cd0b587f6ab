"""Letters that look like others, and which script a letter is of: enough of Unicode TR39 for the names of hosts.

The table holds the small letters of Cyrillic, Greek, Armenian, Cherokee and Latin's extensions that confusables.txt of
Unicode Technical Standard 39 lists with a Latin letter. It knows no languages and no brands.
"""

from __future__ import annotations

import unicodedata
from typing import Final

#: By Latin letter. Those of `k`, `m` and `t` are not in that file; most fonts draw them as small capitals.
LOOK_ALIKES: Final = {
    "a": "ɑαа", "c": "сꮯ", "d": "ԁ", "e": "ꬲеҽ", "f": "ꬵꞙẝք", "g": "ɡᶃƍց", "h": "һհ", "i": "ıɩιіꙇӏꭵ", "j": "ј",
    "k": "кκ", "m": "м", "n": "ոռ", "o": "ᴑꬽοσоօ", "p": "ρр", "q": "ԛգզ", "r": "ꭇꭈгꮁ", "s": "ƽѕꮪ", "t": "т",
    "u": "ꞟꭎꭒʋυս", "v": "νѵꮩ", "w": "ɯѡԝաꮃ", "x": "х", "y": "ɣᶌỿꭚγуү", "z": "ꮓ",
}  # fmt: skip
_SKELETON: Final = str.maketrans(
    {look: letter for letter, looks in LOOK_ALIKES.items() for look in looks} | {"0": "o", "1": "l"}
)
_SCRIPTS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "HEBREW", "ARABIC", "CHEROKEE", "GEORGIAN")


def skeleton(name: str) -> str:
    """What a name looks like: two names with one skeleton pass for each other (UTS 39 section 4, in short)."""
    decomposed = unicodedata.normalize("NFD", name.lower())
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return bare.translate(_SKELETON).replace("rn", "m").replace("vv", "w")


def scripts(label: str) -> frozenset[str]:
    """The scripts of its letters, of those whose letters are mistaken for each other; digits and hyphens have none."""
    found: set[str] = set()
    for sign in label:
        if sign.isalpha():
            name = unicodedata.name(sign, "")
            found.update(script for script in _SCRIPTS if name.startswith(script + " "))
    return frozenset(found)


def unicode_host(host: str) -> str:
    """A host's name as people read it; labels that are no valid Punycode (RFC 3492) stay as they are."""
    return ".".join(_label(label) for label in host.split("."))


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label
