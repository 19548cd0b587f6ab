"""One finding for every reference of a message: the evidence of all detectors, weighed.

The verdict is two questions of a reference that loads on display (does it show nothing and is there to report? does its
URL single the recipient out?) and one of a link (does it go through somebody, or name the recipient?). Evidence adds up
in log-odds by the table in `overt.guard.weight`; the confidence is the probability that comes out. It opens no
connection, and no message makes it fail.
"""

from __future__ import annotations

import math
from typing import Final

from overt.guard.case import Case
from overt.guard.detectors import DETECTORS
from overt.guard.examine import examine
from overt.guard.finding import Class, Evidence, Finding
from overt.guard.leakindex import LeakIndex
from overt.guard.redirect import Unwrapped
from overt.guard.rule import RuleSet
from overt.guard.weight import PRIOR, WEIGHTS, Weight
from overt.message import Message, Reference
from overt.message.vector import RECEIPTS

#: Without a proof or a known endpoint nothing is surer than this.
_SUREST: Final = 0.97
_PROOF: Final = frozenset({"leak", "known-redirector", "known-beacon", "known-link", "known-image", "known-content"})


def detect(message: Message, *, rules: RuleSet | None, leaks: LeakIndex | None = None) -> tuple[Finding, ...]:
    """A finding for each reference of `walk(message)`, in its order.

    `rules` None: no vendor is known, neither endpoint nor redirector. `leaks`: the index of the reader's addresses,
    in which every URL is looked up; None proves nothing.
    """
    return tuple(
        _weigh(case) if isinstance(case, Case) else _receipt(case) if case.vector in RECEIPTS else _idle(case)
        for case in examine(message, rules, leaks)
    )


def _receipt(reference: Reference) -> Finding:
    because = f"the field {reference.attribute} asks for a receipt"
    return Finding(reference, "receipt", 0.99, (Evidence("receipt-asked", because),), because)


def _idle(reference: Reference) -> Finding:
    because = "nothing asks for it over the network"
    return Finding(reference, "plain", 0.97, (Evidence("nobody-asks", because),), because)


def _weigh(case: Case) -> Finding:
    evidence = tuple(found for detector in DETECTORS for found in detector(case))
    weights = [WEIGHTS[found.kind] for found in evidence]
    kind, odds = _of_load(weights) if case.loads else _of_link(weights, evidence)
    confidence = 1 / (1 + math.exp(-abs(odds)))
    if not any(found.kind in _PROOF for found in evidence):
        confidence = min(confidence, _SUREST)
    rule, way = case.rule, case.way
    if rule is not None:
        vendor, name = rule.vendor, rule.id
    else:
        vendor, name = (_owner(way), way.rule) if way is not None and way.rule else ("", "")
    return Finding(
        case.reference,
        kind,
        round(confidence, 3),
        evidence,
        _because(kind, evidence),
        vendor,
        name,
        case.leak,
        way.destination if way is not None and kind == "wrapped-link" else None,
    )


def _owner(way: Unwrapped) -> str:
    return way.hops[0].by if way.hops else way.known_only_to or ""


def _of_load(weights: list[Weight]) -> tuple[Class, float]:
    report = PRIOR.report + sum(weight.report for weight in weights)
    person = PRIOR.person + sum(weight.person for weight in weights)
    if report > 0:
        return "beacon", report
    if person > 0:
        return "identified", min(person, -report)
    return "remote", min(-person, -report)


def _of_link(weights: list[Weight], evidence: tuple[Evidence, ...]) -> tuple[Class, float]:
    link = PRIOR.link + sum(weight.link for weight in weights)
    if link > 0:
        return "wrapped-link", link
    if any(found.kind == "campaign-parameter" for found in evidence):
        return "tagged-link", -link
    return "plain", -link


_SENTENCES: Final[dict[Class, str]] = {
    "beacon": "it loads on display and is there to report",
    "identified": "it loads on display and its URL singles the recipient out",
    "remote": "it loads on display, the same for everybody",
    "wrapped-link": "the link goes through somebody who learns of the click, or names the recipient",
    "tagged-link": "the link goes straight to its destination with campaign parameters",
    "receipt": "the message asks for a receipt",
    "plain": "nothing points at tracking",
}


def _because(kind: Class, evidence: tuple[Evidence, ...]) -> str:
    """The verdict and the two heaviest reasons for it."""
    question = (
        "link" if kind in ("wrapped-link", "tagged-link", "plain") else "report" if kind == "beacon" else "person"
    )
    sign = -1 if kind in ("plain", "tagged-link", "remote") else 1
    heavy = sorted(evidence, key=lambda found: -sign * _asked(WEIGHTS[found.kind], question))
    told = [found.because for found in heavy[:2] if sign * _asked(WEIGHTS[found.kind], question) > 0]
    return _SENTENCES[kind] + (f": {'; '.join(told)}" if told else "")


def _asked(weight: Weight, question: str) -> float:
    return weight.link if question == "link" else weight.report if question == "report" else weight.person
