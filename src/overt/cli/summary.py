"""A report on the terminal: clicks first, then loads or opens, then who, with what and when.

Turns report values into rich renderables. Every word that came from outside is shown as text, never as markup, and
without characters that could move a cursor. Counts nothing and reads no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import exp

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from overt.cli.chart import bar, new_table, show_times
from overt.cli.pace import tell_delay, tell_following
from overt.cli.wording import cell, clean, moment, number, plural
from overt.measure import (
    FEWEST,
    Actors,
    Bounds,
    CampaignReport,
    Clicks,
    ClientLine,
    Individual,
    Line,
    LinkLine,
    Opens,
    Report,
    Shared,
    Variant,
)
from overt.measure.anchor import Credible
from overt.measure.device import Device, DeviceLine
from overt.measure.group import Split
from overt.measure.pooled import Pooled

WIDEST_LINKS = 15
MOST_CLIENTS = 8

NOTHING_YET = """Nothing recorded yet. To start:

  1. overt up
     runs the relay and the collector; settings are in overt.toml
  2. overt send message.eml recipients.csv --campaign spring
     gives each recipient an instrumented copy; or let your mail
     program send through the relay
  3. overt report
     shows clicks and loads, and opens of recipients whose grant
     you recorded: overt consent add --help"""

LOADS = (
    "Loads are requests for the message's picture, not opens: a mailbox provider may ask once for many people, and "
    "Apple asks whether anybody looks or not. So there is no open rate here. Scanners follow links too; those that a "
    "first look finds are apart from people, those that pretend to be browsers are not."
)
MARGIN = (0, 0, 1, 2)


def show_overview(report: Report) -> RenderableType:
    """All campaigns in one table, the newest first."""
    table = new_table("Sent", "Delivered", "Clicks", "Loads", "Opened", first="Campaign")
    for campaign in report.campaigns:
        shared, individual = campaign.shared, campaign.individual
        clicks = (shared.clicks.people if shared else 0) + (individual.clicks.clicks.people if individual else 0)
        table.add_row(
            Text(clean(name_of(campaign))),
            number(campaign.sent),
            number(campaign.delivered),
            number(clicks),
            number(shared.loads.total) if shared else "",
            f"{opens.low:.0%} to {opens.high:.0%}" if individual and (opens := individual.opens.bounds) else "",
        )
    said = (
        "Clicks are people's, as far as readings tell; loads are of shared beacons; opened is the interval of the "
        "rate, of recipients who granted it. One campaign in full: overt report NAME"
    )
    return Group(Padding(table, MARGIN), note(said))


def show_campaign(campaign: CampaignReport, *, by_recipient: bool) -> RenderableType:
    """One campaign in full."""
    parts: list[RenderableType] = [Rule(Text(clean(name_of(campaign)), style="bold"), align="left"), head(campaign)]
    if campaign.shared:
        parts.append(Group(*shared_parts(campaign.shared)))
    if campaign.pooled:
        parts.append(Group(*pooled_parts(campaign.pooled)))
    if campaign.individual:
        parts.append(Group(*individual_parts(campaign, campaign.individual, by_recipient)))
    if not campaign.shared and not campaign.individual:
        parts.append(Text("  Sent without measuring: there is nothing to report.\n"))
    return Group(*parts)


def head(campaign: CampaignReport) -> Text:
    words = [f"sent {number(campaign.sent)}", f"delivered {number(campaign.delivered)}"]
    for word, count in (("waiting", campaign.waiting), ("failed", campaign.failed), ("not known", campaign.unknown)):
        words += [f"{word} {number(count)}"] if count else []
    lines = [" · ".join(words) if campaign.sent else "This ledger lists no message of this campaign."]
    if campaign.first_sent and campaign.last_sent:
        lines.append(f"{moment(campaign.first_sent)} to {moment(campaign.last_sent)} UTC")
    for what, modes in (("opens", campaign.opens), ("links", campaign.links)):
        if modes:
            said = ", ".join(f"{mode.word} {number(count)}" for mode, count in sorted(modes.items()))
            lines.append(f"{what}: {said}")
    if campaign.delivered:
        lines.append("Delivered means that the next mail server took the message.")
    return Text("\n".join("  " + line for line in lines) + "\n", style="dim")


def shared_parts(shared: Shared) -> Iterator[RenderableType]:
    yield Text("Shared: the same message for everybody, nobody is known", style="bold cyan")
    yield Padding(actor_table((("Clicks", shared.clicks), ("Loads", shared.loads))), MARGIN)
    if shared.few:
        yield note(f"Fewer than {FEWEST} clicks or loads: too few to read anything into.")
    yield from link_parts(shared.links, of=None)
    if len(shared.variants) > 1:
        yield Padding(variant_table(shared.variants), MARGIN)
    yield from client_parts(shared.clients, "Loads")
    yield from show_times(shared.times, "Loads")
    yield note(LOADS)
    cells = [(client.beacons, client.clicks) for client in shared.clients]
    cells += [(time.beacons, time.clicks) for time in shared.times]
    if any(None in pair for pair in cells):
        yield note(f'"few" is fewer than {FEWEST} (or what would give such a number away): too few to show.')


def pooled_parts(pooled: Pooled) -> Iterator[RenderableType]:
    yield Text("Pooled: recipients share a beacon by the pool, nobody is known", style="bold cyan")
    facts = pooled.facts
    lines = [
        f"{number(pooled.pools)} pools of {facts.size}; {facts.carried:.0%} of the copies carry the beacon",
    ]
    if pooled.least is None or pooled.most is None or pooled.spread is None or pooled.identified is None:
        lines.append(f"Fewer than {FEWEST} pools were filled or asked for: too few to show a rate.")
    else:
        least, most = pooled.least, pooled.most
        spread, identified = 100 * pooled.spread, 100 * pooled.identified
        lines += [
            f"opened by {least.value:.0%} to {most.value:.0%} of {number(pooled.of)} recipients",
            f"with pictures on the true rate lies between {least.low:.0%} and {most.high:.0%} ({least.level:.0%} each)",
            f"one standard deviation is {spread:.1f} points; with a beacon for each it would be {identified:.1f}",
        ]
    yield Padding(Text("\n".join(lines)), MARGIN)


def individual_parts(campaign: CampaignReport, half: Individual, by_recipient: bool) -> Iterator[RenderableType]:
    yield Text("Individual: recipients who granted it", style="bold cyan")
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, lines in (
        ("Clicked", tell_clicks(half.clicks)),
        ("Opened", tell_opens(half.opens)),
        ("Estimate", tell_estimate(campaign, half.split)),
        ("Click-to-open", tell_following(half.following)),
        ("First open", tell_delay(half.to_open)),
        ("First click", tell_delay(half.to_click)),
    ):
        for line in lines:
            table.add_row(name, line)
            name = ""  # noqa: PLW2901 said once
    yield Padding(table, MARGIN)
    if half.opens.bounds and half.opens.of < FEWEST:
        yield note(f"Fewer than {FEWEST} recipients: the interval says how little such a rate tells.")
    if half.outside:
        yield note(
            f"{plural(half.outside, 'sending was', 'sendings were')} asked for that this ledger does not list, so it "
            "is not known of how many; name the manifest with --manifest."
        )
    if half.withdrawn:
        yield note(f"Sendings of recipients who withdrew, {number(half.withdrawn)}, are in no number here.")
    yield from link_parts(half.links, of=half.clicks.of)
    if len(half.variants) > 1:
        yield Padding(individual_variant_table(half.variants), MARGIN)
    yield from client_parts(half.clients, "Opens")
    yield from device_parts(half.devices)
    yield from show_times(half.times, "Opens")
    if half.places:
        yield Padding(Text(", ".join(f"{clean(place)} {count}" for place, count in half.places.items())), MARGIN)
    if by_recipient:
        yield Padding(recipient_table(half.recipients), MARGIN)
    elif half.recipients:
        yield note("Each recipient: overt report NAME --by-recipient")


def tell_opens(opens: Opens) -> Iterator[str]:
    """The bounds, the interval, and what they are made of."""
    if not opens.of:
        yield "no beacon was sent"
        return
    yield f"{share(opens.least, opens.most, opens.bounds)}; {plural(opens.displays, 'display')} seen"
    yield from tell_interval(opens.bounds, "with pictures on the true rate")
    unseen = opens.machine + opens.none
    if opens.bounds and unseen:
        yield f"with pictures off {number(unseen)} more may have read"
    for count, what in (
        (opens.human, "asked for by the recipient's own program"),
        (opens.proxy, "by a mailbox provider's proxy, for a person"),
        (opens.clicked, "no beacon, but a person clicked"),
        (opens.prefetch, "fetched ahead (Apple): displayed or not, nobody can tell"),
        (opens.unknown, "by a program that no rule knows"),
        (opens.machine, "by machines only: no open"),
        (opens.none, "nothing: not opened, or read with pictures off"),
    ):
        if count:
            yield f"{number(count):>6}  {what}"


def tell_estimate(campaign: CampaignReport, split: Split) -> Iterator[str]:
    """What is believed of the rate, of whom, and what it hangs on; or why nothing is."""
    found = campaign.estimate
    if found is None:
        yield from (campaign.unestimated,) if campaign.unestimated else ()
        return
    best = found.estimate
    known = split.ahead + split.observable
    yield f"{believed(best.everyone)} of the {number(known)} whose programs earlier mail showed"
    yield f"{believed(best.ahead)} of the {number(split.ahead)} who are fetched for ahead, by their clicks"
    others = "; ".join(
        f"{exp(one.tau):.1f}: {one.everyone.low:.0%} to {one.everyone.high:.0%}" for one in found.sweep if one != best
    )
    yield f"if they click as often per opening as others within a factor of {exp(best.tau):.1f}; {others}"


def believed(rate: Credible) -> str:
    return f"{rate.median:.0%} ({rate.low:.0%} to {rate.high:.0%} at {rate.level:.0%})"


def tell_clicks(clicks: Clicks) -> Iterator[str]:
    if not clicks.of:
        yield "no links were measured"
        return
    yield f"{share(clicks.people, clicks.possible, clicks.bounds)}; {plural(clicks.clicks.people, 'click')}"
    yield from tell_interval(clicks.bounds, "the true rate")


def tell_interval(bounds: Bounds | None, what: str) -> Iterator[str]:
    if bounds:
        yield f"{what} lies between {bounds.low:.0%} and {bounds.high:.0%}, at {bounds.level:.0%} confidence"


def share(least: int, most: int, bounds: Bounds | None) -> str:
    """So many of so many, with the share; without it where it is not known of how many."""
    if not bounds:
        return between(least, most)
    low, high = bounds.lower.value or 0.0, bounds.upper.value or 0.0
    shares = f"{low:.0%}" if least == most else f"{low:.0%} to {high:.0%}"
    return f"{between(least, most)} of {number(bounds.lower.of)} ({shares})"


def short(part: Opens | Clicks) -> str:
    """For a cell: the count between its bounds, and the interval."""
    least, most = (part.least, part.most) if isinstance(part, Opens) else (part.people, part.possible)
    if not part.bounds:
        return between(least, most) if part.of else ""
    return f"{between(least, most)} of {number(part.of)}: {part.bounds.low:.0%} to {part.bounds.high:.0%}"


def between(least: int, most: int) -> str:
    return number(least) if least == most else f"{number(least)} to {number(most)}"


def actor_table(rows: Sequence[tuple[str, Actors]]) -> Table:
    table = new_table("All", "People", "Fetched ahead", "Machines", "Unknown")
    for name, actors in rows:
        numbers = (actors.total, actors.people, actors.prefetch, actors.machines, actors.unknown)
        table.add_row(Text(name, style="bold"), *map(number, numbers))
    return table


def link_parts(lines: Sequence[LinkLine], of: int | None) -> Iterator[RenderableType]:
    """The links by clicks, the most clicked first, with their destinations."""
    if not lines:
        return
    most = max(line.clicks.people for line in lines)
    table = new_table(*(["Recipients"] if of is not None else []), "Clicks", "Machines", first="Link")
    table.add_column("", no_wrap=True)
    ordered = sorted(lines, key=lambda line: (-line.clicks.people, line.link))
    for line in ordered[:WIDEST_LINKS]:
        destination = Text(clean(line.destination) or f"link {line.link}")
        people = [number(line.people or 0)] if of is not None else []
        clicks = line.clicks
        table.add_row(
            destination, *people, number(clicks.people), number(clicks.total - clicks.people), bar(clicks.people, most)
        )
    yield Padding(table, MARGIN)
    if len(lines) > WIDEST_LINKS:
        yield note(f"and {len(lines) - WIDEST_LINKS} links more: --json or --csv has all of them")


def device_parts(lines: Sequence[DeviceLine]) -> Iterator[RenderableType]:
    """Systems and kinds of device of people's own programs."""
    if not lines:
        return
    table = new_table("Recipients", "Opens", "Clicks", first="System")
    for line in lines[:MOST_CLIENTS]:
        name = f"{clean(line.system)} ({line.device})" if line.device is not Device.UNKNOWN else clean(line.system)
        table.add_row(Text(name), number(line.people), number(line.beacons), number(line.clicks))
    yield Padding(table, MARGIN)


def client_parts(lines: Sequence[ClientLine], beacons: str) -> Iterator[RenderableType]:
    if not lines:
        return
    table = new_table("Actor", beacons if beacons == "Loads" else "Beacon", "Clicks", first="Program")
    for line in lines[:MOST_CLIENTS]:
        program = f"{clean(line.program)} ({line.client})" if line.program else line.client
        table.add_row(Text(program), line.actor, cell(line.beacons), cell(line.clicks))
    yield Padding(table, MARGIN)


def variant_table(variants: Mapping[Variant, tuple[Actors, Actors]]) -> Table:
    table = new_table("Clicks, people", "Loads", first="Variant")
    for variant, (clicks, loads) in variants.items():
        table.add_row(str(variant), number(clicks.people), number(loads.total))
    return table


def individual_variant_table(variants: Mapping[Variant, tuple[Opens, Clicks]]) -> Table:
    table = new_table("Clicked", "Opened", first="Variant")
    for variant, (opens, clicks) in variants.items():
        table.add_row(str(variant), short(clicks), short(opens))
    return table


def recipient_table(lines: Sequence[Line]) -> Table:
    table = new_table("Opens", "First, last", "Clicks", first="Recipient")
    table.add_column("Reading")
    table.add_column("With, where", overflow="fold", min_width=10)
    for line in lines:
        times = dict.fromkeys(f"{when:%d %b %H:%M}" for when in (line.first_open, line.last_open) if when)
        table.add_row(
            Text(clean(line.recipient) or f"sending {line.sending:016x}"),
            number(line.opens),
            "\n".join(times),
            number(line.clicks),
            line.verdict,
            Text(clean("; ".join((*line.programs, *line.places)))),
        )
    return table


def note(text: str) -> RenderableType:
    return Padding(Text(text, style="dim"), MARGIN)


def name_of(campaign: CampaignReport) -> str:
    return campaign.name or f"campaign {campaign.campaign}"
