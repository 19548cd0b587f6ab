"""Rules about endpoints, and an immutable set of them that finds the one for a URL.

A rule is data: whose endpoint it is, what for, and how its URLs read. Patterns are Adblock's: `||host` holds for a
host and all below it, `^` is a sign that ends a word, `*` anything, `|` the end. The set looks hosts up in a dict and
everything else in one Aho-Corasick automaton, so that thousands of rules cost what one costs. No regular expression
is ever made from a rule: a list cannot make a scan slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import ahocorasick

from overt.message import registrable_domain

#: What an endpoint is for: `beacon` and `link` are followed by a person's name, `image` shows something made for one
#: recipient, `content` is a store of files that are the same for everybody, `list` is a row of a user's own list.
RuleKind = Literal["beacon", "link", "image", "content", "list"]

#: Characters of a URL that a rule looks at; patterns are about the beginning, the longest of EasyPrivacy has 90.
_LOOKED_AT: Final = 4096
#: An automaton's key shorter than this is in every URL.
_SHORTEST_KEY: Final = 3
_WORD: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-.%")


@dataclass(frozen=True, slots=True)
class Limits:
    """Adblock's options: where a rule holds. Empty sets hold everywhere; `third_party` None does not ask."""

    resources: frozenset[str] = frozenset()
    not_resources: frozenset[str] = frozenset()
    third_party: bool | None = None
    sites: tuple[str, ...] = ()
    not_sites: tuple[str, ...] = ()

    def allow(self, host: str, resource: str, site: str) -> bool:
        """Whether a rule holds for a request of that kind to `host`, by something from `site`."""
        if (self.resources and resource not in self.resources) or resource in self.not_resources:
            return False
        if self.third_party is not None:
            third = not site or (registrable_domain(host) or host) != (registrable_domain(site) or site)
            if third is not self.third_party:
                return False
        if self.sites and not any(_below(site, name) for name in self.sites):
            return False
        return not any(_below(site, name) for name in self.not_sites)


EVERYWHERE: Final = Limits()


def _below(host: str, name: str) -> bool:
    return host == name or host.endswith(f".{name}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `pattern` is in Adblock's language, `source` says who says so, `reason` what it is for."""

    id: str
    vendor: str
    kind: RuleKind
    pattern: str
    source: str
    reason: str
    allows: bool = False
    limits: Limits = EVERYWHERE


@dataclass(frozen=True, slots=True)
class _Matcher:
    """A rule's pattern, cut at its stars."""

    rule: Rule
    pieces: tuple[str, ...]
    anchored: bool
    ended: bool

    def fits(self, text: str, at: int) -> bool:
        """Whether the pattern is in `text`: at `at` if it is anchored, else from there on."""
        first = self.anchored
        for piece in self.pieces:
            at = _find(text, piece, at, here=first)
            if at < 0:
                return False
            first = False
        if not self.ended or at == len(text):
            return True
        last = self.pieces[-1]
        return len(self.pieces) > 1 and bool(last) and _find(text, last, len(text) - len(last), here=True) == len(text)


def _find(text: str, piece: str, at: int, *, here: bool) -> int:
    """Behind the first place from `at` (or only there) where the piece stands; -1 for none. `^` may be the end."""
    if "^" not in piece:
        if here:
            return at + len(piece) if text.startswith(piece, at) else -1
        found = text.find(piece, at)
        return -1 if found < 0 else found + len(piece)
    head, _, _ = piece.partition("^")
    while at <= len(text):
        start = at if here or not head else text.find(head, at)
        if start < 0:
            return -1
        behind = _stands(text, piece, start)
        if behind >= 0:
            return behind
        if here:
            return -1
        at = start + 1
    return -1


def _stands(text: str, piece: str, at: int) -> int:
    for sign in piece:
        if sign == "^":
            if at < len(text) and text[at] in _WORD:
                return -1
        elif at >= len(text) or text[at] != sign:
            return -1
        at += 1
    return min(at, len(text))


class RuleSet:
    """Rules, compiled once. Of several that fit, the first in the order given wins; an exception beats them all."""

    __slots__ = ("_automaton", "_hosts", "_keys", "_rest", "rules", "version")

    def __init__(self, rules: Iterable[Rule], version: str) -> None:
        self.rules: tuple[Rule, ...] = tuple(rules)
        self.version = version
        self._hosts: dict[str, list[tuple[int, _Matcher]]] = {}
        self._keys: list[list[tuple[int, _Matcher]]] = []
        self._rest: list[tuple[int, _Matcher]] = []
        keys: dict[str, list[tuple[int, _Matcher]]] = {}
        for order, rule in enumerate(self.rules):
            self._compile(order, rule, keys)
        automaton = ahocorasick.Automaton()
        for key, matchers in keys.items():
            automaton.add_word(key, matchers)
        if keys:
            automaton.make_automaton()
        self._automaton = automaton if keys else None

    def _compile(self, order: int, rule: Rule, keys: dict[str, list[tuple[int, _Matcher]]]) -> None:
        pattern = rule.pattern.lower()
        ended = pattern.endswith("|") and pattern != "|"
        pattern = pattern.removesuffix("|") if ended else pattern
        if pattern.startswith("||"):
            size = next((i for i, sign in enumerate(pattern[2:]) if sign in "/^*?:|"), len(pattern) - 2)
            host, rest = pattern[2 : 2 + size], pattern[2 + size :]
            # A name that a star cuts is no name to look up.
            if host and not rest.startswith("*") and not host.endswith("."):
                pieces = tuple(rest.rstrip("*").split("*")) if not ended else tuple(rest.split("*"))
                self._hosts.setdefault(host.strip("."), []).append((order, _Matcher(rule, pieces, True, ended)))
                return
            pattern = f"*{host}{rest}"
        anchored = pattern.startswith("|")
        pattern = pattern[1:] if anchored else pattern.lstrip("*")
        pieces = tuple((pattern if ended else pattern.rstrip("*")).split("*"))
        matcher = (order, _Matcher(rule, pieces, anchored, ended))
        key = max(re.split(r"[*^]", pattern), key=len)
        if len(key) < _SHORTEST_KEY:
            self._rest.append(matcher)
        else:
            keys.setdefault(key, []).append(matcher)

    def match(self, url: str, *, resource: str = "", site: str = "") -> Rule | None:
        """The rule for an absolute URL, asked for as `resource` (Adblock's word) by something from `site`."""
        text = url[:_LOOKED_AT].lower()
        start = text.find("://") + 3
        end = text.find("/", start)
        if end < 0:
            end = len(text)
        host = text[start:end]
        if "@" in host or ":" in host or "?" in host:
            host, start, end = _host(text, start)
        best: Rule | None = None
        first = len(self.rules)
        hosts = self._hosts
        name = host
        while name:
            for order, matcher in hosts.get(name, ()):
                if (order < first or matcher.rule.allows) and matcher.fits(text, end):
                    rule = matcher.rule
                    if rule.limits is EVERYWHERE or rule.limits.allow(host, resource, site):
                        if rule.allows:
                            return None
                        best, first = rule, order
            _, _, name = name.partition(".")
        if self._automaton is not None:
            for _, matchers in self._automaton.iter(text):
                for order, matcher in matchers:
                    if (order < first or matcher.rule.allows) and matcher.fits(text, 0):
                        rule = matcher.rule
                        if rule.limits is EVERYWHERE or rule.limits.allow(host, resource, site):
                            if rule.allows:
                                return None
                            best, first = rule, order
        for order, matcher in self._rest:
            if (order < first or matcher.rule.allows) and matcher.fits(text, 0):
                rule = matcher.rule
                if rule.limits.allow(host, resource, site):
                    if rule.allows:
                        return None
                    best, first = rule, order
        return best

    def __len__(self) -> int:
        return len(self.rules)

    def __add__(self, other: RuleSet) -> RuleSet:
        """Both, this one's rules first."""
        return RuleSet((*self.rules, *other.rules), f"{self.version}+{other.version}")


def _host(text: str, start: int) -> tuple[str, int, int]:
    """Host of a URL with userinfo or port, where it starts, and where the path begins."""
    ends = [at for sign in "/?#" if (at := text.find(sign, start)) >= 0]
    end = min(ends, default=len(text))
    start = text.rfind("@", start, end) + 1 or start
    return text[start:end].partition(":")[0], start, end
