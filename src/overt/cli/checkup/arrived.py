"""A message as it arrived: whether what overt put in is still there, and whether somebody else wrote over it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from overt.cli.checkup.outcome import Check, good, look, skipped, wrong
from overt.guard import Finding, detect, load_rules, unwrap
from overt.measure import NOTICE, Kind, parse_path
from overt.message import parse


def check_arrived(raw: bytes, base_url: str) -> Iterator[Check]:
    """`raw` is the whole message, as a mail program saves it; `base_url` is the collector's address."""
    message = parse(raw)
    notice = message.field(NOTICE)
    if notice is None:
        yield wrong(
            "arrived",
            "It has no Overt-Notice: it did not pass overt, or went out untouched.",
            "See overt queue and the events.",
        )
        return
    yield good("arrived", f"It passed overt: {' '.join(notice.text.split())}")
    findings = detect(message, rules=load_rules())
    ours = [finding for finding in findings if _kind(finding.reference.url, base_url) is not None]
    links = sum(_kind(finding.reference.url, base_url) is Kind.LINK for finding in ours)
    beacons = len(ours) - links
    yield good("arrived-tracked", f"{beacons} beacons and {links} links of ours are as we wrote them.")
    yield _strangers([finding for finding in findings if finding not in ours], base_url)
    yield _signature(raw)


def _kind(url: str, base_url: str) -> Kind | None:
    if not url.startswith(base_url + "/"):
        return None
    located = parse_path(urlsplit(url[len(base_url) :]).path.encode("utf-8", "replace"))
    return None if located is None else located.kind


def _strangers(findings: list[Finding], base_url: str) -> Check:
    """Somebody behind us wrapped our links again, or put in a beacon of their own."""
    name = "arrived-strangers"
    wrapped = [
        finding
        for finding in findings
        if finding.kind == "wrapped-link" and _leads_to_us(finding.reference.url, base_url)
    ]
    if wrapped:
        host = urlsplit(wrapped[0].reference.url).hostname
        return wrong(
            name,
            f"{len(wrapped)} of our links were wrapped again by {host}: clicks are told to them too.",
            "Switch click tracking off at your next hop (a setting of the provider, or a header field of the message).",
        )
    beacons = sorted(
        {urlsplit(finding.reference.url).hostname or "" for finding in findings if finding.kind == "beacon"}
    )
    if beacons:
        return look(
            name,
            f"Beacons of others are in it: {', '.join(beacons)}.",
            "Switch open tracking off where the message is written, or at the next hop.",
        )
    return good(name, "Nobody wrapped our links again or put in a beacon.")


def _leads_to_us(url: str, base_url: str) -> bool:
    return any(step.url.startswith(base_url + "/") for step in unwrap(url).hops)


def _signature(raw: bytes) -> Check:
    name = "arrived-signature"
    found = re.search(rb"^authentication-results:(?:[^\n]|\n[ \t])*", raw[:65_536], re.IGNORECASE | re.MULTILINE)
    verdict = re.search(rb"\bdkim=(\w+)", found[0], re.IGNORECASE) if found else None
    if verdict is None:
        return skipped(name, "Its receiver says nothing of a DKIM signature.")
    word = verdict[1].decode().lower()
    if word == "pass":
        return good(name, "Its receiver found the DKIM signature good.")
    return wrong(
        name, f"Its receiver says dkim={word}.", "Sign behind overt, for what changes a message breaks the signature."
    )
