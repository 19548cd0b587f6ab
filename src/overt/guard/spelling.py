"""How one address may be spelled before anybody encodes or hashes it: cases, no tag, local part.

Each spelling carries its steps, outermost first, so that `overt.guard.proof` can write it again from the address. What
is too ordinary to prove anything (short or common local parts, domains) is no spelling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from overt.guard.encoding import WRITE, from_bytes
from overt.message import Address

WITHOUT_TAG: Final = "without-tag"
LOCAL_PART: Final = "local-part"
#: PrivacyMail searched local parts and domains alone and got false positives (field notes): a bare local part proves
#: something only when nobody would write it by chance. Ours: this long, and with a digit or separator or longer still.
SHORTEST_LOCAL: Final = 8
SURELY_RARE: Final = 12
SHORTEST_HASHED: Final = 5  # a hash of a word is in a URL only because somebody put it there
_ROLES: Final = frozenset(
    "abuse account accounts admin administrator billing contact customer customers feedback hello help helpdesk"
    " hostmaster info information jobs mail mailbox marketing member members newsletter newsletters noreply no-reply"
    " office orders postmaster press privacy registration sales security service services shop support team"
    " unsubscribe user users webmaster subscribe subscription subscriptions accounting".split()
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """`text` is the address after the steps of `chain`, outermost first, one character a byte of its UTF-8."""

    text: str
    chain: tuple[str, ...]

    @property
    def is_local(self) -> bool:
        """Whether it is the local part alone."""
        return LOCAL_PART in self.chain


def spell(address: Address, chain: tuple[str, ...] = ()) -> str:
    """The address after the steps of `chain`, which are all this module's."""
    text = from_bytes(str(address).encode("utf-8", "replace"))
    for step in reversed(chain):
        if step == WITHOUT_TAG:
            local, _, domain = text.rpartition("@")
            text = f"{local.partition('+')[0]}@{domain}"
        elif step == LOCAL_PART:
            text = text.rpartition("@")[0]
        elif step == "lower":
            text = WRITE["lower"](text)
        elif step == "upper":
            text = WRITE["upper"](text)
        else:
            raise ValueError(f"{step!r} is no way of spelling")
    return text


def spellings(address: Address) -> tuple[Spelling, ...]:
    """All spellings, the whole address first, each text once."""
    bases: list[tuple[str, ...]] = [()]
    if address.local.partition("+")[1] and not address.local.startswith("+"):
        bases.append((WITHOUT_TAG,))
    bases.extend((LOCAL_PART, *base) for base in tuple(bases))
    found: dict[str, Spelling] = {}
    for base in bases:
        for chain in (base, ("lower", *base), ("upper", *base)):
            text = spell(address, chain)
            if base[:1] != (LOCAL_PART,) or (len(text) >= SHORTEST_HASHED and text.lower() not in _ROLES):
                found.setdefault(text, Spelling(text, chain))
    return tuple(found.values())


def is_rare(local: str) -> bool:
    """Whether a local part standing alone in a URL points at its owner."""
    mixed = any(sign in "0123456789._-+" for sign in local)
    return len(local) >= (SHORTEST_LOCAL if mixed else SURELY_RARE) and local.lower() not in _ROLES
