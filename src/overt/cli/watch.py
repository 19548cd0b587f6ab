"""`overt watch`: hits as they come in, each with its reading; of `shared` only sums, and that they grew.

Polls what collectors write. A hit is shown by a first look: what turns out to be a machine's burst looks like a
person's at first, and the report may say otherwise.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from overt.cli.known import gather_near
from overt.cli.option import Settings
from overt.cli.settings import load_settings
from overt.cli.wording import clean
from overt.measure import FEWEST, Actor, Campaign, CampaignFacts, Hit, Kind, Sending, read_hit, recipient_of, see_again
from overt.measure.clues import Egress
from overt.store import Layout
from overt.store.tail import Change, Tail

EVERY_SECONDS = 0.5  # soon enough to be called live, rare enough to cost nothing
STYLES = {Actor.HUMAN: "green", Actor.PROXY: "green", Actor.PREFETCH: "yellow", Actor.MACHINE: "dim"}


def watch(
    campaign: str | None = None,
    /,
    *,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    from_start: Annotated[bool, Parameter(negative=())] = False,
    manifest: Annotated[tuple[Path, ...], Parameter(negative=())] = (),
    settings: Path | None = None,
) -> int:
    """Show hits as they come in, until interrupted. Of shared messages only growing sums are shown.

    Parameters
    ----------
    campaign
        Only this campaign.
    json_
        Print one JSON object a line.
    from_start
        Begin with what is in the log already.
    manifest
        What overt instrument wrote with --manifest; may be given more than once.
    settings
        The settings file.
    """
    loaded = load_settings(settings)
    console = Console(highlight=False)
    if not json_:
        console.print("Waiting for hits; end with Ctrl-C.", style="dim")
    for line in follow(loaded, campaign, manifest, from_start=from_start):
        if json_:
            print(json.dumps(line, ensure_ascii=False), flush=True)
        else:
            console.print(draw(line))
    return 0


def follow(
    settings: Settings,
    campaign: str | None = None,
    manifests: tuple[Path, ...] = (),
    *,
    from_start: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[dict[str, Any]]:
    """Lines for ever: what came in, as plain data. The ledger is asked again each time, for it may have grown."""
    tail = Tail(Layout(settings.folder), from_start=from_start)
    while True:
        yield from tell_news(tail, settings, campaign, manifests)
        sleep(EVERY_SECONDS)


def tell_news(
    tail: Tail, settings: Settings, campaign: str | None = None, manifests: tuple[Path, ...] = ()
) -> Iterator[dict[str, Any]]:
    """What came in since the last call with this tail."""
    hits, changes = list(tail.hits()), list(tail.changes())
    if not hits and not changes:
        return
    near: dict[Campaign, set[Sending]] = {change.campaign: set() for change in changes}
    for hit in hits:
        near.setdefault(hit.campaign, set()).add(hit.sending)
    known = gather_near(settings, manifests, near)
    people = {sent.sending: sent.recipient for facts in known.campaigns.values() for sent in facts.sent}
    for hit in hits:
        facts = known.campaigns.get(hit.campaign)
        if recipient_of(hit.sending) not in known.withdrawn and _is_wanted(facts, campaign):
            yield tell_hit(hit, facts, people.get(hit.sending, ""), known.egress)
    for change in changes:
        facts = known.campaigns.get(change.campaign)
        if _is_wanted(facts, campaign):
            yield tell_change(change, facts)


def tell_hit(hit: Hit, facts: CampaignFacts | None, recipient: str, egress: Egress | None = None) -> dict[str, Any]:
    """One hit with its reading."""
    reading = read_hit(see_again(hit), egress)
    destination = facts.links.get(hit.link, "") if facts and hit.kind is Kind.LINK else ""
    return {
        "at": datetime.fromtimestamp(hit.at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "campaign": facts.name if facts else "",
        "kind": hit.kind.name.lower(),
        "recipient": recipient,
        "sending": int(hit.sending),
        "link": int(hit.link),
        "destination": destination,
        "actor": reading.actor.value,
        "class": reading.client.value,
        "program": reading.program,
        "reason": reading.reason,
        "certainty": reading.certainty.value,
        "place": hit.place,
    }


def tell_change(change: Change, facts: CampaignFacts | None) -> dict[str, Any]:
    """One sum that grew; below `FEWEST` the sum is not told, for a single request could be put to a person."""
    few = change.number < FEWEST
    return {
        "campaign": facts.name if facts else "",
        "kind": "clicks" if change.kind is Kind.LINK else "loads",
        "total": None if few else change.number,
        "grew": None if few else change.grew,
    }


def draw(line: dict[str, Any]) -> Text:
    """One line for the terminal."""
    name = clean(line["campaign"]) or "?"
    if "at" not in line:
        total = (
            f"{line['total']:,} {line['kind']} (+{line['grew']:,})"
            if line["total"]
            else f"{line['kind']}: under {FEWEST}"
        )
        return Text.assemble(("   shared  ", "cyan"), f"{name}  {total}")
    who = clean(line["recipient"]) or f"sending {line['sending']:016x}"
    actor = Actor(line["actor"])
    what = "link  " if line["kind"] == "link" else "beacon"
    words = [clean(word) for word in (line["program"] or line["class"], line["place"], line["destination"]) if word]
    return Text.assemble(
        (f"{line['at'][11:19]}  ", "dim"),
        (f"{actor.value:8}  ", STYLES.get(actor, "")),
        f"{what}  {name}  {who}  ",
        " · ".join(words),
    )


def _is_wanted(facts: CampaignFacts | None, campaign: str | None) -> bool:
    return campaign is None or (facts is not None and facts.name == campaign)
