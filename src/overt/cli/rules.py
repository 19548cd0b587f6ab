"""`overt rules`: what rules there are, which one knows a URL, and lists of one's own.

Exit codes: 0 done; `test`: 1 where some rule or redirector knows the URL; 2 wrong input.
"""

from __future__ import annotations

import json as json_module
import os
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from overt.cli.rulebook import add_book, added_files, choose_rules, read_book, remove_book, say_mistakes
from overt.cli.scan_table import visible
from overt.guard import Redirector, Rule, redirectors, unwrap

app = App(name="rules", help="List and test what is known of endpoints, and add lists of your own.")


@app.command(name="list")
def list_rules(
    *,
    vendor: str = "",
    json: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> int:
    """List the rules that come with overt, the redirectors, and how many rules added lists have.

    Parameters
    ----------
    vendor
        Only those of this vendor, by a part of its name.
    json
        Print one JSON object a rule and line.
    """
    chosen = choose_rules(True, (), os.environ)
    shipped = [rule for rule in (chosen.rules if chosen else ()) if rule.kind != "list"]
    rows = [*map(_of_rule, shipped), *map(_of_redirector, redirectors().rows)]
    rows = [row for row in rows if vendor.lower() in row["vendor"].lower()]
    if json:
        for row in rows:
            print(json_module.dumps(row))
        return 0
    console = Console()
    table = Table(title=f"{len(rows)} rules ({chosen.version if chosen else ''})")
    for column in ("id", "vendor", "kind", "pattern", "source"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(visible(row[key], 60) for key in ("id", "vendor", "kind", "pattern", "source")))
    console.print(table)
    for path in added_files(os.environ):
        book = read_book(path)
        console.print(f"added: {visible(path.name)}, {len(book.content.rules)} rules", highlight=False)
    return 0


@app.command(name="test")
def match_url(
    url: str,
    *,
    as_: Annotated[
        Literal["image", "document", "stylesheet", "font", "script", "media"], Parameter(name="--as")
    ] = "image",
    site: str = "",
    lists: Annotated[tuple[Path, ...], Parameter(name="--list", negative=())] = (),
) -> int:
    """Say which rule knows a URL.

    Parameters
    ----------
    url
        The URL. Nothing is fetched.
    as_
        What it is asked for as: image on display, document on a click.
    site
        The sender's domain, for lists that ask whose request it is.
    lists
        A list in Adblock syntax to test as well.
    """
    console = Console(soft_wrap=True)
    chosen = choose_rules(True, lists, os.environ)
    rule = chosen.match(url, resource=as_, site=site) if chosen else None
    if rule is not None:
        console.print(
            f"{rule.id}: {rule.vendor or rule.source}, {rule.kind}: {rule.reason}", markup=False, highlight=False
        )
    way = unwrap(url)
    if way.rule:
        leads = way.destination or f"known only to {way.known_only_to}"
        console.print(f"{way.rule}: redirector, leads to {visible(leads, 2000)}", markup=False, highlight=False)
    if rule is None and not way.rule:
        console.print("no rule knows it")
    return 1 if rule is not None or way.rule else 0


@app.command
def add(*files: Path) -> int:
    """Add lists in Adblock syntax, or tables of your own (.tsv); they are used from then on.

    Parameters
    ----------
    files
        The lists, as you downloaded or wrote them.
    """
    for path in files:
        book = add_book(path, os.environ)
        say_mistakes(book)
        print(f"{len(book.content.rules)} rules of {path.name} are used from now on")
    return 0


@app.command
def remove(*names: str) -> int:
    """Take added lists away again.

    Parameters
    ----------
    names
        Their names, as `overt rules list` shows them.
    """
    for name in names:
        print(f"removed {remove_book(name, os.environ)}")
    return 0


def _of_rule(rule: Rule) -> dict[str, str]:
    return {
        "id": rule.id, "vendor": rule.vendor, "kind": rule.kind, "pattern": rule.pattern, "source": rule.source,
        "reason": rule.reason,
    }  # fmt: skip


def _of_redirector(row: Redirector) -> dict[str, str]:
    pattern = f"{' '.join(row.hosts)} {row.path.pattern}"
    return {
        "id": row.id, "vendor": row.vendor, "kind": f"redirector: {row.kind}", "pattern": pattern, "source": row.source,
        "reason": row.reason,
    }  # fmt: skip
