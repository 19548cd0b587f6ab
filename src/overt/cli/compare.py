"""`overt compare`: which subject or content did better, in a way that may be looked at as often as one likes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, validators
from rich.console import Console
from rich.table import Table

from overt.cli.report import make_report
from overt.cli.settings import load_settings
from overt.errors import Refused
from overt.measure import CampaignReport, Individual, Variant
from overt.measure.sequence import Tally

USUAL_RATES = {"clicks": 0.05, "opens": 0.3}  # where an interval is to be shortest; any that is fixed before is right


def compare(
    campaign: str,
    /,
    *,
    of: Literal["clicks", "opens"] = "clicks",
    control: int = 1,
    rate: Annotated[float | None, Parameter(validator=validators.Number(gt=0, lt=1))] = None,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    settings: Path | None = None,
) -> int:
    """Compare the variants of a campaign, among recipients who granted to be measured.

    Intervals and decisions hold at this look and at all others together, so looking early is safe. Clicks are the
    better measure: machines that load pictures make every subject look alike.

    Parameters
    ----------
    campaign
        The campaign's name; it was sent with two subjects or contents, or more.
    of
        clicks or opens: what counts as a success, once for each recipient.
    control
        The number of the variant that the others are compared with.
    rate
        About which share succeeds: 0.05 of clicks, 0.3 of opens if not given. Choose it before you look.
    json_
        Print JSON.
    settings
        The settings file.
    """
    (made,) = make_report(load_settings(settings), campaign).campaigns
    found = run_comparison(made, of, control, rate)
    if json_:
        head = {"campaign": campaign, "of": of, "control": control, "alpha": found.alpha, "sample_ratio": found.ratio}
        print(json.dumps({**head, "variants": found.rows}, ensure_ascii=False, indent=2))
    else:
        _show(found.rows, of, control, found.alpha)
    return 0


@dataclass(frozen=True, slots=True)
class Compared:
    """A row for each variant, the control first; `ratio` is the p-value of the arms' sizes."""

    rows: list[dict[str, Any]]
    alpha: float
    ratio: float


def run_comparison(made: CampaignReport, of: str, control: int, rate: float | None = None) -> Compared:
    """The campaign's variants against one of them; raises `Refused` where there is nothing to compare."""
    from overt.measure.experiment import Arm, Experiment
    from overt.measure.experiment import compare as run

    if made.individual is None:
        raise Refused(
            f'"{made.name}" has no recipients who granted to be measured, so its variants cannot be compared.'
        )
    tallies = tally(made.individual, of)
    if len(tallies) < 2 or control not in tallies:
        there = ", ".join(map(str, tallies)) or "none"
        raise Refused(f"There is nothing to compare with variant {control}; variants that were sent: {there}.")
    arms = {number: Arm(str(number), found) for number, found in tallies.items()}
    planned = Experiment(
        arms[Variant(control)],
        tuple(arm for number, arm in arms.items() if number != control),
        expected=max(1, made.sent // len(arms)),
        rate=rate or USUAL_RATES[of],
    )
    result = run(planned)
    rows: list[dict[str, Any]] = [
        {"variant": int(arm.name), "sendings": arm.tally.sendings, of: arm.tally.successes, "rate": arm.tally.rate,
         "expected_loss": round(result.losses[arm.name], 6)}
        for arm in planned.arms
    ]  # fmt: skip
    for row in rows[1:]:
        found = next(one for one in result.comparisons if one.name == str(row["variant"]))
        row["difference"] = {
            "value": found.difference.value,
            "low": found.difference.low,
            "high": found.difference.high,
        }
        row |= {"chance": found.chance, "decided": found.decided}
    return Compared(rows, result.alpha, result.ratio)


def tally(half: Individual, of: str) -> dict[Variant, Tally]:
    """Successes by variant, of the delivered sendings that are measured one by one."""
    found = {}
    for variant, (opens, clicks) in half.variants.items():
        successes, sendings = (clicks.people, clicks.of) if of == "clicks" else (opens.least, opens.of)
        if sendings:
            found[variant] = Tally(successes, sendings)
    return found


def _show(rows: list[dict[str, Any]], of: str, control: int, alpha: float) -> None:
    table = Table("variant", "sendings", of, "rate", f"against {control}", "", "loss", box=None, pad_edge=False)
    for row in rows:
        between, said = "", "the control"
        if "difference" in row:
            between = f"{100 * row['difference']['low']:+.1f} to {100 * row['difference']['high']:+.1f} points"
            better = "better" if (row["difference"]["value"] or 0) > 0 else "worse"
            said = better if row["decided"] else "not decided"
        share = f"{row['rate']:.1%}" if row["rate"] is not None else ""
        loss = f"{100 * row['expected_loss']:.1f}"
        table.add_row(str(row["variant"]), str(row["sendings"]), str(row[of]), share, between, said, loss)
    console = Console(highlight=False)
    console.print(table)
    console.print(
        f"Intervals and decisions hold at all looks together with {1 - alpha:.0%}. The loss is what choosing that "
        "variant is expected to cost, in points. Of recipients who granted it alone."
    )
