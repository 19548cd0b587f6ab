"""Findings as JSON: the shape that `overt scan --json` promises, documented in `docs/reference/scan.md`.

Shapes only. A message that could not be read has an `error` and no findings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from overt.guard import Finding
from overt.guard.ledger import Summary

SCHEMA: Final = "overt-scan/1"


def describe_finding(finding: Finding) -> dict[str, Any]:
    """One finding, its keys in the documented order."""
    reference, leak = finding.reference, finding.leak
    return {
        "class": finding.kind,
        "vector": reference.vector,
        "raw": reference.raw.strip(),
        "url": reference.url,
        "part": reference.part,
        "span": [reference.span.start, reference.span.end],
        "vendor": finding.vendor or None,
        "rule": finding.rule or None,
        "confidence": round(finding.confidence, 3),
        "because": finding.because,
        "evidence": [
            {"kind": item.kind, "because": item.because, "start": item.start, "end": item.end}
            if item.end >= item.start >= 0
            else {"kind": item.kind, "because": item.because}
            for item in finding.evidence
        ],
        "leak": None
        if leak is None
        else {"address": str(leak.address), "chain": list(leak.chain), "start": leak.start, "end": leak.end},
        "destination": finding.destination,
    }


def describe_message(summary: Summary, ruleset: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """One message with all its findings."""
    return {
        "schema": SCHEMA,
        "ruleset": ruleset,
        "path": summary.path,
        "message_id": summary.message_id or None,
        "sender": summary.sender or None,
        "date": None if summary.date is None else summary.date.isoformat(),
        "findings": [describe_finding(finding) for finding in findings],
    }


def describe_error(path: str, ruleset: str, error: str) -> dict[str, Any]:
    """A message that could not be read."""
    return {
        "schema": SCHEMA,
        "ruleset": ruleset,
        "path": path,
        "message_id": None,
        "sender": None,
        "date": None,
        "findings": [],
        "error": error,
    }


def to_line(value: Mapping[str, Any]) -> str:
    """The value as one line of JSON in ASCII: whatever mail holds, terminals and readers of lines are safe from it."""
    return json.dumps(value, ensure_ascii=True)
