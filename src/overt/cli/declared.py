"""What `overt instrument --manifest` wrote down, read back: campaigns, sendings and links that no ledger knows.

One JSON object a line. Lines of several runs and files add up; the same sending twice is one. Knows no hit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from overt.errors import Malformed
from overt.measure import Campaign, CampaignFacts, Link, Outcome, Sending, Sent, Variant, parse_mode


def read_declared(paths: Iterable[Path]) -> tuple[CampaignFacts, ...]:
    """The facts in manifest files; raises `Malformed` naming file and line."""
    found: dict[Campaign, CampaignFacts] = {}
    for path in paths:
        for place, line in _lines(path):
            try:
                facts = _parse(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError, Malformed) as error:
                raise Malformed(
                    f"{place}: this is no line that overt instrument --manifest writes ({error})"
                ) from error
            known = found.get(facts.campaign)
            found[facts.campaign] = merge_facts(known, facts) if known else facts
    return tuple(found.values())


def merge_facts(first: CampaignFacts, second: CampaignFacts) -> CampaignFacts:
    """Both together; where both know a sending or a link, the first is right."""
    known = {sent.sending for sent in first.sent if sent.sending}
    added = tuple(sent for sent in second.sent if not sent.sending or sent.sending not in known)
    links = {**second.links, **first.links}
    return CampaignFacts(
        first.campaign, first.name or second.name, first.sent + added, links, first.pools or second.pools
    )


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"{path}: a manifest is text in UTF-8") from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield f"{path}:{number}", line


def _parse(values: Mapping[str, Any]) -> CampaignFacts:
    sending = values["sending"]
    sent = Sent(
        sending=Sending(int(sending) if sending is not None else 0),
        recipient=str(values["recipient"] or ""),
        variant=Variant(int(values["variant"])),
        opens=parse_mode(values["opens"]),
        links=parse_mode(values["links_mode"]),
        outcome=Outcome.UNKNOWN,
    )
    links = {Link(int(link["link"])): str(link["destination"]) for link in values["links"]}
    return CampaignFacts(Campaign(int(values["campaign_number"])), str(values["campaign"]), (sent,), links)
