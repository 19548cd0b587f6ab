"""What there is to report: campaigns of the ledger, of manifests, and those that only their hits tell of.

The one place where reports and the live view put ledger, hits and counters together. Makes no file: where nothing was
ever started there is nothing to know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from overt.cli.declared import merge_facts, read_declared
from overt.cli.egress import find_egress
from overt.cli.house import open_store
from overt.cli.keyfile import read_keyring
from overt.cli.option import Settings
from overt.errors import Malformed
from overt.measure import Campaign, CampaignFacts, Count, Hit, Keyring, RecipientNumber, Sending, derive_campaign
from overt.measure.clues import Egress
from overt.measure.group import History, first_fetched
from overt.store import Layout, Ledger, read_counts
from overt.store.hits import campaigns_with_hits, load_beacon_clients, load_hits


@dataclass(frozen=True, slots=True)
class Known:
    """Campaigns by number, everybody of whom nothing may be told, where the hits are, and Apple's list to read them."""

    layout: Layout
    campaigns: dict[Campaign, CampaignFacts]
    withdrawn: frozenset[RecipientNumber]
    counts: tuple[Count, ...]
    reached: Mapping[RecipientNumber, int]
    egress: Egress | None = None

    @property
    def egress_version(self) -> str:
        """Which of Apple's lists reads the hits; "" where there is none."""
        return self.egress.version if self.egress else ""

    def history(self) -> History:
        """What was seen of recipients in all campaigns."""
        return History(self.reached, first_fetched(load_beacon_clients(self.layout, withdrawn=self.withdrawn)))

    def hits(self, campaign: Campaign | None = None) -> tuple[Hit, ...]:
        return load_hits(self.layout, campaign=campaign, withdrawn=self.withdrawn)


def gather(settings: Settings, manifests: Iterable[Path] = (), *, wanted: str | None = None) -> Known:
    """Everything known, or only the campaign called `wanted`; raises `Malformed` for a name that nothing tells of."""
    layout = Layout(settings.folder)
    keyring = read_keyring(settings.key_file) if settings.key_file.exists() else None
    campaigns: dict[Campaign, CampaignFacts] = {}
    names: Mapping[str, Campaign] = {}
    withdrawn: frozenset[RecipientNumber] = frozenset()
    reached: Mapping[RecipientNumber, int] = {}
    if layout.database.exists():
        engine = open_store(settings)
        try:
            ledger = Ledger(engine, keyring=keyring)
            withdrawn = ledger.withdrawn_recipients()
            names = ledger.campaigns()
            reached = ledger.reached()
            campaigns = {number: ledger.facts(number) for name, number in names.items() if wanted in (None, name)}
        finally:
            engine.dispose()
    for declared in read_declared(manifests):
        known = campaigns.get(declared.campaign)
        campaigns[declared.campaign] = merge_facts(known, declared) if known else declared
    counts = tuple(read_counts(layout.counts))
    seen = campaigns_with_hits(layout) | {count.campaign for count in counts}
    for number in sorted(seen - campaigns.keys() - set(names.values())):
        campaigns[number] = CampaignFacts(number, "")
    if wanted is not None:
        campaigns = _choose(campaigns, wanted, keyring, list(names))
    return Known(layout, campaigns, withdrawn, counts, reached, find_egress(layout.data))


def gather_near(
    settings: Settings, manifests: Iterable[Path], sendings: Mapping[Campaign, Collection[Sending]]
) -> Known:
    """What is known of these sendings and campaigns: for a look at a few hits, which a whole ledger would slow."""
    layout = Layout(settings.folder)
    keyring = read_keyring(settings.key_file) if settings.key_file.exists() else None
    campaigns = {number: CampaignFacts(number, "") for number in sendings}
    withdrawn: frozenset[RecipientNumber] = frozenset()
    if layout.database.exists():
        engine = open_store(settings)
        try:
            ledger = Ledger(engine, keyring=keyring)
            withdrawn = ledger.withdrawn_recipients()
            for number in set(ledger.campaigns().values()) & sendings.keys():
                campaigns[number] = ledger.facts(number, sendings[number])
        finally:
            engine.dispose()
    for declared in read_declared(manifests):
        if declared.campaign in campaigns:
            campaigns[declared.campaign] = merge_facts(campaigns[declared.campaign], declared)
    return Known(layout, campaigns, withdrawn, (), {}, find_egress(layout.data))


def _choose(
    campaigns: dict[Campaign, CampaignFacts], wanted: str, keyring: Keyring | None, others: Sequence[str]
) -> dict[Campaign, CampaignFacts]:
    """Every campaign of that name: of the ledger, and those whose number was derived from the name under some key."""
    derived = {derive_campaign(Keyring(keyring.keys, key), wanted) for key in keyring.keys} if keyring else set()
    found = {
        number: replace(facts, name=facts.name or wanted)
        for number, facts in campaigns.items()
        if facts.name == wanted or (not facts.name and (number in derived or str(number) == wanted))
    }
    if not found:
        names = sorted({*others, *(facts.name or str(number) for number, facts in campaigns.items())})
        there = f"There are: {', '.join(names)}." if names else "Nothing was recorded yet."
        raise Malformed(f'There is no campaign "{wanted}". {there}')
    return found
