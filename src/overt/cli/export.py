"""`overt export`: what became of each sending, or each visit, as a table for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from overt.cli.report import make_report
from overt.cli.settings import load_settings
from overt.cli.tabular import Format, choose, save
from overt.measure.people import SENDINGS, VISITS, list_sendings, list_visits

_TABLES = {"sendings": (SENDINGS, list_sendings), "visits": (VISITS, list_visits)}


def export(
    what: Literal["sendings", "visits"],
    campaign: str | None = None,
    /,
    *,
    output: Path | None = None,
    format_: Annotated[Format | None, Parameter(name="--format")] = None,
    settings: Path | None = None,
) -> int:
    """Write a table of recipients who granted to be measured, and did not withdraw.

    Parameters
    ----------
    what
        sendings: a row a message, what became of it; visits: a row each time somebody or something came.
    campaign
        The campaign's name; all of them where it is left out.
    output
        The file, replaced whole: .csv, .jsonl or .parquet. Printed where it is left out.
    format_
        csv, jsonl or parquet, where the file's name does not say it.
    settings
        The settings file.
    """
    choose(output, format_)  # what is wrong is said before anything is counted
    columns, rows = _TABLES[what]
    count = save(columns, rows(make_report(load_settings(settings), campaign)), output, format_)
    if output is not None:
        print(f"{count} rows in {output}", file=sys.stderr)
    return 0
