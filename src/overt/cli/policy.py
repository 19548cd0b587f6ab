"""`overt policy`: the section on measuring for a privacy notice, written from the settings in force.

What it says holds for this version with these settings; whether it is enough in law, it does not say.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from cyclopts import Parameter

from overt.cli.option import Settings
from overt.cli.settings import load_settings
from overt.measure import Language, Mode, about_url, modes_up_to, parse_mode
from overt.serve.pages.words import Words, read_words

LanguageName = Literal["en", "de", "fr"]


def policy(
    *,
    language: LanguageName | None = None,
    html: Annotated[bool, Parameter(negative=())] = False,
    settings: Path | None = None,
) -> int:
    """Write the section on measuring for your privacy notice, from the settings in force. Not legal advice.

    Parameters
    ----------
    language
        en, de or fr; disclosure.language if not given.
    html
        HTML in place of Markdown.
    settings
        The settings file.
    """
    loaded = load_settings(settings, needed=("base_url",))
    lines = say_policy(loaded, read_words(Language(language) if language else loaded.disclosure.language))
    print("\n".join(_html(lines)) if html else "\n\n".join(_markdown(lines)))
    return 0


def say_policy(settings: Settings, words: Words) -> Iterator[tuple[int, str]]:
    """Headings (levels 2 and 3), list items (level 1) and paragraphs (level 0), in order."""
    opens, links = parse_mode(settings.modes.opens), parse_mode(settings.modes.links)
    contact = settings.sender.contact or next(iter(settings.sender.addresses), "") or settings.sender.name
    yield 2, words.say("policy.title")
    if opens is links is Mode.OFF:
        yield 0, words.say("policy.nothing")
        return
    yield 0, words.say("policy.who", sender=settings.sender.name or contact, contact=contact)
    yield 0, words.say("policy.how", host=urlsplit(settings.base_url).netloc)
    for title, most in (("openings", opens), ("clicks", links)):
        yield 3, words.say(f"policy.{title}")
        for mode in modes_up_to(most, opens=title == "openings"):
            yield 1, words.say(f"kept.{mode.word}")
    if max(opens, links) >= Mode.INDIVIDUAL:
        yield 0, words.say("policy.permission")
        yield 0, _retention(settings, words)
        if settings.places.database or settings.places.networks:
            yield 0, words.say("policy.places")
    if settings.pages.enabled:
        yield 0, words.say("policy.withdraw", page=about_url(settings.pages_url))
    else:
        yield 0, words.say("policy.write", contact=contact)
    yield 0, words.say("policy.others")


def _retention(settings: Settings, words: Words) -> str:
    hits, counts = settings.retention.hits_days, settings.retention.counts_days
    kept = words.say("policy.days", days=counts) if counts else words.say("policy.unlimited")
    return words.say("policy.keeping", days=hits, counts=kept) if hits else words.say("policy.forever", counts=kept)


def _markdown(lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    marks = {0: "", 1: "- ", 2: "## ", 3: "### "}
    return (marks[level] + text for level, text in lines)


def _html(lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    tags = {0: "<p>{}</p>", 1: "<ul><li>{}</li></ul>", 2: "<h2>{}</h2>", 3: "<h3>{}</h3>"}
    return (tags[level].format(escape(text)) for level, text in lines)
