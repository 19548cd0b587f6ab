"""`overt send`: one message to everybody in a CSV file, through the relay, each with a variant drawn by chance.

What was accepted is written down beside the list, so that the same command run again goes on where it stopped.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from random import Random
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from overt.cli.fill import check_columns
from overt.cli.mailing import Mailing, Served, Summary, make_mailing, submit_all
from overt.cli.option import Endpoint, Settings
from overt.cli.recipients import Recipients, Row, read_recipients
from overt.cli.settings import load_settings
from overt.cli.submit import Submission
from overt.cli.variant import combine
from overt.clock import SystemClock
from overt.errors import Malformed, Refused
from overt.measure import Mode, parse_mode
from overt.measure.pool import plan_pools

OpensMode = Literal["off", "shared", "pooled", "hygiene", "individual"]
LinksMode = Literal["off", "shared", "individual"]
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 where a server listens is not where a client goes
SHOWN = 10  # faults printed one by one; --json has all of them

Many = Parameter(negative=())


def send(
    message: Path,
    recipients: Path,
    /,
    *,
    campaign: str,
    subject: Annotated[tuple[str, ...], Many] = (),
    content: Annotated[tuple[Path, ...], Many] = (),
    to: str = "",
    from_: Annotated[str, Parameter(name="--from")] = "",
    opens: OpensMode | None = None,
    links: LinksMode | None = None,
    relay: str = "",
    seed: int | None = None,
    sent: Path | None = None,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    settings: Path | None = None,
) -> int:
    """Send a message to everybody in a CSV file, through the relay.

    {{ column }} in the subject or the text is filled from the recipient's row; {{ column | words }} has words for an
    empty cell.

    Parameters
    ----------
    message
        The message, a file as mail programs save it (.eml).
    recipients
        The list: CSV in UTF-8 whose first line names the columns.
    campaign
        The campaign's name; hits are reported under it.
    subject
        A subject in place of the message's own; give several to compare them.
    content
        Another message to compare with the first; may be given more than once.
    to
        The column with addresses, where it is not called email.
    from_
        The envelope's sender, where it is not the message's From.
    opens
        The most opens may tell; can only be stricter than the settings.
    links
        The most clicks may tell; can only be stricter than the settings.
    relay
        HOST:PORT of the relay, where it is not the one in the settings.
    seed
        A number that makes the drawing of variants repeatable.
    sent
        The file that notes who was served; RECIPIENTS.CAMPAIGN.sent by default.
    dry_run
        Check everything, show what would be sent, send nothing.
    json_
        Print the summary as JSON.
    settings
        The settings file.
    """
    place = _place(relay, settings)
    contents = [message.read_bytes(), *(path.read_bytes() for path in content)]
    variants = combine(len(subject), len(contents))
    listed = read_recipients(recipients, to)
    fields = [f"X-Overt-{name}: {mode}" for name, mode in (("Opens", opens), ("Links", links)) if mode]
    fields.append(f"X-Overt-Size: {len(listed.rows)}")
    mailing = make_mailing(campaign, contents, subject, variants, sender=from_, fields=fields)
    check_columns(mailing.templates.values(), listed.columns)
    served = Served(sent or recipients.with_name(f"{recipients.name}.{_safe(campaign)}.sent"), mailing.campaign)
    rows = [row for row in listed.rows if row.address not in served]
    chance = secrets.SystemRandom() if seed is None else Random(seed)  # noqa: S311 a repeatable drawing, no secret
    names = [message, *content]
    if not relay and opens not in ("off", "shared") and not json_:
        print(tell_pools(len(listed.rows), load_settings(settings)))
    if dry_run:
        return _show_plan(mailing, listed, rows, names, chance, as_json=json_)
    summary = _submit(mailing, rows, served, place, chance, quiet=json_)
    summary.already = len(listed.rows) - len(rows)
    _show_summary(mailing, summary, listed, names, as_json=json_)
    if summary.broken or (summary.later and not summary.accepted):
        return 75
    return 1 if listed.faults or summary.refused or summary.later else 0


def tell_pools(recipients: int, settings: Settings) -> str:
    """What pools would say of opens before anything is sent, and at what cost in accuracy; or why there are none."""
    if parse_mode(settings.modes.opens) < Mode.POOLED:
        return f"Opens are measured in {settings.modes.opens}: this is what the settings allow."
    fewest = settings.modes.fewest
    if recipients < fewest:
        return f"Fewer than {fewest} recipients: only those who granted it are measured (setting modes.fewest)."
    try:
        plan = plan_pools(recipients, size=settings.pools.size, expected=settings.pools.expected_rate)
    except Refused as refused:
        return f"Opens are counted in shared, without a rate. {refused}"
    identified = sqrt(plan.rate * (1 - plan.rate) / recipients)
    return (
        f"Opens of those who granted nothing are pooled: {plan.pools} pools of {plan.size}, {plan.carried:.0%} of the "
        f"copies carry the beacon. At a rate of {plan.rate:.0%} one standard deviation is {100 * plan.spread:.1f} "
        f"points; a beacon of its own for each would have {100 * identified:.1f}."
    )


def _place(relay: str, settings: Path | None) -> Endpoint:
    if relay:
        host, _, port = relay.rpartition(":")
        if not host or not port.isdigit():
            raise Malformed("--relay: write HOST:PORT, such as 127.0.0.1:2525.")
        return Endpoint(host.strip("[]"), int(port))
    listen = load_settings(settings).relay.listen
    return Endpoint(EVERYWHERE.get(listen.host, listen.host), listen.port)


def _safe(campaign: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in campaign)


def _submit(
    mailing: Mailing, rows: Sequence[Row], served: Served, place: Endpoint, chance: Random, *, quiet: bool
) -> Summary:
    copies = mailing.copies(rows, chance, SystemClock().now(), lambda: secrets.token_hex(12))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with (
        Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress,
        served,
        Submission(place.host, place.port) as submission,
    ):
        task = progress.add_task(f"Sending {mailing.campaign}", total=len(rows))
        return submit_all(
            copies,
            len(rows),
            lambda address, raw: submission.submit(mailing.sender, address, raw),
            served,
            lambda: progress.advance(task),
        )


def _label(mailing: Mailing, names: Sequence[Path]) -> list[dict[str, Any]]:
    return [
        {
            "variant": variant.number,
            "subject": mailing.templates[variant].subject,
            "content": str(names[variant.content]),
        }
        for variant in mailing.variants
    ]


def _show_summary(
    mailing: Mailing, summary: Summary, listed: Recipients, names: Sequence[Path], *, as_json: bool
) -> None:
    labels = [{**label, "accepted": summary.accepted[label["variant"]]} for label in _label(mailing, names)]
    if as_json:
        found = {
            "campaign": mailing.campaign,
            "accepted": summary.accepted.total(),
            "already_sent": summary.already,
            "variants": labels,
            "refused": summary.refused,
            "later": summary.later,
            "unsent": summary.unsent,
            "broken": summary.broken,
            "faults": list(listed.faults),
        }
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    if len(labels) > 1:
        console.print(_table(labels, ("variant", "subject", "content", "accepted")))
    print(f"{mailing.campaign}: {summary.accepted.total()} accepted by the relay.")
    if summary.already:
        print(f"{summary.already} had it already and were left out.")
    _list("refused by the relay", summary.refused)
    _list("put off by the relay", summary.later)
    _list("of the list could not be used", listed.faults)
    if summary.broken:
        print(f"The relay went away ({summary.broken}); {summary.unsent} are left.", file=sys.stderr)
    if summary.unsent or summary.later:
        print("Run the same command again to go on with those that are left.", file=sys.stderr)
    elif summary.accepted:
        print("See what happens: overt watch, or: overt report")


def _show_plan(
    mailing: Mailing, listed: Recipients, rows: Sequence[Row], names: Sequence[Path], chance: Random, *, as_json: bool
) -> int:
    """What would be sent: how many, which variants, and the first copy of each as bytes would go out."""
    labels = _label(mailing, names)
    counts = {label["variant"]: 0 for label in labels}
    samples: dict[int, str] = {}
    for _, variant, raw in mailing.copies(rows, chance, SystemClock().now(), lambda: "dry-run"):
        counts[variant.number] += 1
        samples.setdefault(variant.number, raw.decode("utf-8", "replace"))
    for label in labels:
        label["recipients"] = counts[label["variant"]]
    if as_json:
        found = {"campaign": mailing.campaign, "variants": labels, "samples": samples, "faults": list(listed.faults)}
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        Console(highlight=False).print(_table(labels, ("variant", "subject", "content", "recipients")))
        _list("of the list could not be used", listed.faults)
        print(f"{mailing.campaign}: {len(rows)} would be sent; nothing was. --json shows a copy of each variant.")
    return 1 if listed.faults else 0


def _table(labels: Sequence[dict[str, Any]], columns: Sequence[str]) -> Table:
    table = Table(*columns)
    for label in labels:
        table.add_row(*(Text(str(label[column])) for column in columns))
    return table


def _list(what: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    print(f"{len(lines)} {what}:", file=sys.stderr)
    for line in lines[:SHOWN]:
        print(f"  {line}", file=sys.stderr)
    if len(lines) > SHOWN:
        print(f"  and {len(lines) - SHOWN} more (--json shows all)", file=sys.stderr)
