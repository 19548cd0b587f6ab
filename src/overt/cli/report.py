"""`overt report`: clicks, loads and opens of campaigns, as tables, JSON or CSV.

Reads what collectors write, also while they write it, and changes nothing. What is said is decided in
`overt.measure`; the stable output is described in `docs/reference/report.md`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from overt.cli.known import gather
from overt.cli.option import Settings
from overt.cli.plot import save_report
from overt.cli.settings import load_settings
from overt.cli.summary import NOTHING_YET, show_campaign, show_overview
from overt.clock import Clock, SystemClock
from overt.errors import Refused
from overt.measure import (
    COLUMNS,
    FEWEST,
    RECIPIENT_COLUMNS,
    RULESET,
    Campaign,
    CampaignReport,
    Hit,
    Report,
    as_dict,
    as_recipient_rows,
    as_rows,
    report_campaign,
)
from overt.measure.group import Split
from overt.measure.heat import draw_heat, links_of, read_letter, say_heat
from overt.measure.table import write_table

Flag = Parameter(negative=())


def report(
    campaign: str | None = None,
    /,
    *,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    csv: Path | None = None,
    plot: Path | None = None,
    message: Path | None = None,
    by_recipient: Annotated[bool, Flag] = False,
    manifest: Annotated[tuple[Path, ...], Flag] = (),
    settings: Path | None = None,
) -> int:
    """Show clicks, loads and opens: when, where, how often, how sure.

    Parameters
    ----------
    campaign
        The campaign's name; all of them where it is left out.
    json_
        Print JSON: stable and documented. Recipients are in it with --by-recipient.
    csv
        Write a table to this file: a row a number, or with --by-recipient a row a recipient.
    plot
        Draw loads and clicks by time into this file: .png, .svg, .pdf, .html or .json (Vega-Lite).
    message
        The campaign's message (.eml or .html); with --plot links.html its links are drawn with their clicks.
    by_recipient
        Tell of each recipient who granted it.
    manifest
        What overt instrument wrote with --manifest; may be given more than once.
    settings
        The settings file.
    """
    made = make_report(load_settings(settings), campaign, manifest)
    if csv is not None:
        rows, columns = (as_recipient_rows(made), RECIPIENT_COLUMNS) if by_recipient else (as_rows(made), COLUMNS)
        csv.write_text(write_table(columns, rows), encoding="utf-8", newline="")
    if json_:
        print(json.dumps(as_dict(made, by_recipient=by_recipient), ensure_ascii=False, indent=2))
    if plot is not None:
        if len(made.campaigns) != 1:
            raise Refused("say which campaign is to be drawn: overt report NAME --plot FILE")
        if message is not None:
            _draw_over(message, plot, made.campaigns[0])
        else:
            save_report(made.campaigns[0], plot)
    if not (json_ or csv or plot):
        show(made, Console(highlight=False), by_recipient=by_recipient)
    return 0


def _draw_over(message: Path, target: Path, made: CampaignReport) -> None:
    if target.suffix.lower() not in (".html", ".htm"):
        raise Refused(f"links over the message are drawn into an .html file, not {target.name}")
    heat = draw_heat(read_letter(message.read_bytes()), links_of(made))
    target.write_text(heat.html, encoding="utf-8", newline="")
    print(say_heat(heat), file=sys.stderr)


def make_report(
    settings: Settings, campaign: str | None = None, manifests: Iterable[Path] = (), *, clock: Clock | None = None
) -> Report:
    """The report on one campaign, or on all, the newest first."""
    known = gather(settings, manifests, wanted=campaign)
    hits = known.hits(next(iter(known.campaigns)) if len(known.campaigns) == 1 else None)
    by_campaign: dict[Campaign, list[Hit]] = {number: [] for number in known.campaigns}
    for hit in hits:
        if hit.campaign in by_campaign:
            by_campaign[hit.campaign].append(hit)
    history = known.history()
    from overt.measure.uaparser import describe

    reports = [
        estimate(report_campaign(facts, by_campaign[number], known.counts, history, known.egress, describe))
        for number, facts in known.campaigns.items()
    ]
    reports.sort(
        key=lambda one: (one.last_sent is None, -(one.last_sent.timestamp() if one.last_sent else 0), one.name)
    )
    return Report((clock or SystemClock()).now(), RULESET, tuple(reports), known.egress_version)


def estimate(made: CampaignReport) -> CampaignReport:
    """With what is believed of the open rate, or why nothing is."""
    half = made.individual
    if half is None or not half.opens.of:
        return made
    if half.split.groups is None:
        return replace(made, unestimated=why_no_groups(half.split))
    from overt.measure.estimate import estimate_opens

    try:
        return replace(made, estimate=estimate_opens(half.split.groups))
    except Refused as refused:
        return replace(made, unestimated=str(refused))


def why_no_groups(split: Split) -> str:
    """Why a campaign's recipients cannot be compared."""
    if not split.ahead + split.observable:
        return "No recipient's program is known from an earlier campaign yet, so there is nothing to compare with."
    return (
        f"Too few are known from earlier campaigns: {split.ahead} who are fetched for ahead and {split.observable} "
        f"others. It takes {FEWEST} of each, and one of the others who opened."
    )


def show(made: Report, console: Console, *, by_recipient: bool = False) -> None:
    """Print the report: one campaign in full, several as a table."""
    if not made.campaigns:
        console.print(NOTHING_YET, markup=False)
    elif len(made.campaigns) == 1:
        console.print(show_campaign(made.campaigns[0], by_recipient=by_recipient))
    else:
        console.print(show_overview(made))
        if by_recipient:
            for one in made.campaigns:
                console.print(show_campaign(one, by_recipient=True))
