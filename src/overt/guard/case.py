"""One reference with all that is known around it, and what is known of the message as a whole.

Facts only: what they mean is for `overt.guard.detectors`. Nothing here is more than linear in the message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from overt.guard.appearance import Appearance, Page
from overt.guard.finding import Leak
from overt.guard.identifier import Anatomy
from overt.guard.redirect import Unwrapped
from overt.guard.rule import Rule
from overt.message import Element, Message, Reference, find_addresses, registrable_domain

#: Fields that name the sender's side, and the recipient's.
_SENDER_FIELDS: Final = ("from", "sender", "return-path", "reply-to", "list-unsubscribe", "list-id", "dkim-signature")
_WEB: Final = frozenset({"http", "https"})
#: Bits from which a token is one of its own in a message; less is shared by chance.
_OWN: Final = 16.0

domain_of = lru_cache(maxsize=4096)(registrable_domain)


@dataclass(frozen=True, slots=True)
class Case:
    """A reference, its URL cut up, the element that holds it, what that shows, and the rule that knows its endpoint.

    `way`: where a link leads, None for what loads on display. `edge`: among the first or last of what the message
    loads on display. `page` is None outside HTML.
    """

    reference: Reference
    anatomy: Anatomy
    element: Element | None
    page: Page | None
    look: Appearance | None
    rule: Rule | None
    way: Unwrapped | None
    leak: Leak | None
    edge: bool
    whole: Whole

    @property
    def loads(self) -> bool:
        return self.reference.fetch == "display"


class Whole:
    """What is known of the message as a whole, from its header and all of its references."""

    def __init__(self, message: Message, references: Sequence[Reference], anatomies: Sequence[Anatomy]) -> None:
        self._message = message
        self.displayed = Counter(r.url for r in references if r.fetch == "display")
        self.display_hosts = Counter(
            a.host for r, a in zip(references, anatomies, strict=True) if r.fetch == "display" and a.host
        )
        self._links = [
            a for r, a in zip(references, anatomies, strict=True) if r.fetch == "click" and a.scheme in _WEB and a.host
        ]
        self._anatomies = anatomies

    @cached_property
    def sender_domains(self) -> frozenset[str]:
        """The registrable domains that the header names on the sender's side."""
        found: set[str] = set()
        for item in self._message.root.fields:
            if item.lower in _SENDER_FIELDS:
                for address in find_addresses(item.text[:2000]):
                    domain = domain_of(address.domain)
                    if domain:
                        found.add(domain)
        return frozenset(found)

    @cached_property
    def site(self) -> str:
        """The domain of the author, for rules that ask whose request it is."""
        item = self._message.field("From")
        found = find_addresses(item.text[:2000]) if item is not None else ()
        return found[0].domain if found else ""

    @cached_property
    def tokens(self) -> Counter[str]:
        """In how many different URLs each token stands."""
        seen: set[str] = set()
        found: Counter[str] = Counter()
        for anatomy in self._anatomies:
            if anatomy.url not in seen:
                seen.add(anatomy.url)
                found.update({anatomy.url[t.start : t.end] for t in anatomy.tokens if t.bits >= _OWN})
        return found

    @cached_property
    def click_hosts(self) -> frozenset[str]:
        """Hosts to which most links of the message go, each link with a token of its own: at least three of them."""
        urls = {anatomy.url: anatomy for anatomy in self._links}
        hosts = Counter(a.host for a in urls.values())
        own = Counter(a.host for a in urls.values() if a.extension not in _PICTURES and a.bits("path", "query") >= 40)
        return frozenset(
            host
            for host, number in own.items()
            if number >= 3 and number >= 0.7 * hosts[host] and number * 3 >= len(urls)
        )

    @cached_property
    def picture_hosts(self) -> Counter[str]:
        """How many different picture files each host serves on display."""
        urls = {a.url: a for a in self._anatomies if a.extension in _PICTURES and a.url in self.displayed}
        return Counter(a.host for a in urls.values())


_PICTURES: Final = frozenset({"png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "avif"})
