"""What to put into one message: decided before, checked once, at birth.

A plan for a mode that points at one recipient needs the reference of the grant it rests on; without it it cannot be
made (law 5). The number of the sending may come later, one for each copy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from overt.errors import Malformed, Refused
from overt.measure.mode import Mode
from overt.measure.named import NOBODY, Named
from overt.measure.token import Campaign, Sending, Variant


class Language(StrEnum):
    """Languages that the disclosure line is written in."""

    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """How the line that says so is worded. `sentence` replaces overt's own; its link text stays `link_text`."""

    language: Language = Language.ENGLISH
    sentence: str = ""
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`base_url` is the collector's address without a slash at its end; `exclude` holds patterns of URLs to leave.

    In a pattern `*` stands for any characters; it is compared with the whole destination and with its host.
    `app_links` also wraps links that programs on phones open by themselves (Universal Links); wrapping breaks that.
    `named` knows whom copies go to, as far as the caller does: in `shared` links that name one of them stay.
    """

    base_url: str
    campaign: Campaign
    variant: Variant = Variant(0)
    opens: Mode = Mode.SHARED
    links: Mode = Mode.SHARED
    sending: Sending | None = None
    grant: str = ""
    text_links: bool = False
    exclude: tuple[str, ...] = ()
    app_links: bool = False
    named: Named = NOBODY
    disclosure: Disclosure = field(default_factory=Disclosure)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or self.base_url.endswith("/"):
            raise Malformed(f'the base URL is like "https://t.example.org", not "{self.base_url}"')
        if parts.query or parts.fragment or not self.base_url.isascii() or set(self.base_url) & set("\"'<>& \t\r\n"):
            raise Malformed("the base URL has no query, no fragment and only the plain characters of a URL")
        if self.links in (Mode.POOLED, Mode.HYGIENE):
            raise Refused(f"mode {self.links.word} is one of opens; for links use shared")
        for mode in (self.opens, self.links):
            if mode.names_sending and not self.grant.strip():
                raise Refused(f"mode {mode.word} needs a recorded grant of this recipient; without one use shared")

    @property
    def silent(self) -> bool:
        """Whether nothing at all is to be put in."""
        return self.opens is Mode.OFF and self.links is Mode.OFF
