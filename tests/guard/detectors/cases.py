"""Cases as detection makes them, from a few lines of HTML, so that one detector can be asked alone."""

from __future__ import annotations

from overt.guard import LeakIndex, RuleSet
from overt.guard.case import Case
from overt.guard.detectors import Detector
from overt.guard.examine import examine
from overt.message import parse
from overt.testing import make_mail

TOKEN = "Zk3vX0aQm9tT4yLr7cW2bN8d"  # 24 letters and digits as chance would write them
PLAIN = '<p>The first seeds are in.</p><img src="https://cdn.shop.example.org/a.png"><img src="https://cdn.shop.example.org/b.png">'


def cases(html: str, *, rules: RuleSet | None = None, leaks: LeakIndex | None = None) -> list[Case]:
    """Every case of a message with that HTML."""
    message = parse(make_mail(html, None))
    return [case for case in examine(message, rules, leaks) if isinstance(case, Case)]


def case_of(html: str, word: str, *, rules: RuleSet | None = None, leaks: LeakIndex | None = None) -> Case:
    """The only case whose URL holds the word."""
    (found,) = [case for case in cases(html, rules=rules, leaks=leaks) if word in case.reference.url]
    return found


def kinds(detector: Detector, case: Case) -> set[str]:
    """What the detector says of the case, by its ids."""
    return {evidence.kind for evidence in detector(case)}
