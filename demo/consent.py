"""Grants, recorded as an operator would: by `overt consent add`, in this process to spare two hundred starts."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path

from demo.people import Person
from overt.cli.main import main


def grant_all(people: Sequence[Person], settings: Path) -> None:
    """Record what each of them agreed to; raises RuntimeError with the command's own words where it was refused."""
    for person in people:
        words = ["consent", "add", person.address, "--settings", str(settings)]
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = main(words)
        if code != 0:
            raise RuntimeError(f"overt {' '.join(words)}: {said.getvalue()}")
