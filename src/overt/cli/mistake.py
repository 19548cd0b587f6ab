"""Mistakes in the settings as an operator reads them: where it stands, what is wrong, what to write instead.

Points into the settings file with a caret, or at the environment variable a value came from. Decides nothing.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails

from overt.cli.caret import Place, draw, find_key, find_place
from overt.cli.option import PREFIX, Settings, setting_fields, setting_names


class Source(NamedTuple):
    """The settings file: its path, its text, and what TOML makes of it."""

    path: Path
    text: str
    values: Mapping[str, Any]


def say_missing(source: Source, key: str) -> str:
    field = Settings.model_fields.get(key)
    what = field.description if field else ""
    variable = PREFIX + key.upper().replace(".", "__")
    return (
        f"{source.path}: {key} is not set. {what}\n"
        f'      Write  {key} = "https://t.example.org"  with your own host into {source.path}, or set {variable}.\n'
        f'      To try overt on this machine:  {key} = "http://127.0.0.1:8080"'
    )


def say_mistake(source: Source, detail: ErrorDetails) -> str:
    path = [part for part in detail["loc"] if isinstance(part, str) and part in setting_names()] or [
        str(detail["loc"][0])
    ]
    unknown = detail["type"] == "extra_forbidden"
    if unknown:
        path = [str(part) for part in detail["loc"]]
    what = _unknown(path) if unknown else _plain(detail)
    variable, value = find_variable(path)
    if value is not None:
        return f"{variable}: {what}\n      {variable}={value}\n{' ' * (len(variable) + 7)}{'^' * max(1, len(value))}"
    place = (find_key if unknown else find_place)(source.text, path)
    return point_at(source.path, source.text, place, f"{'.'.join(path)}: {what}")


def say_unparsed(words: str) -> str:
    """A variable whose value should have been JSON, in the words pydantic-settings has for it."""
    match = re.search(r'field "([^"]+)"', words)
    variable = f"{PREFIX}{match[1].upper()}" if match else f"{PREFIX}..."
    return f"{variable}: should be a table; set its entries, each by a variable {variable}__NAME"


def point_at(path: Path, text: str, place: Place, what: str) -> str:
    return f"{path}:{place.line}:{place.column}: {what}\n{draw(text, place)}"


def _plain(detail: ErrorDetails) -> str:
    if detail["type"] in ("model_type", "model_attributes_type"):
        return f"is a table; write [{detail['loc'][0]}] on a line, and its settings below"
    text = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return text if detail["type"] == "value_error" else f"should be {text}" if text != detail["msg"] else text


def _unknown(path: Sequence[str]) -> str:
    near = difflib.get_close_matches(".".join(path), list(setting_fields()), n=1, cutoff=0.6)
    return f"there is no such setting{f'; did you mean {near[0]}?' if near else ''}"


def find_variable(path: Sequence[str]) -> tuple[str, str | None]:
    """The variable that set `path` or one of its tables, and its value."""
    environment = {name.upper(): (name, value) for name, value in os.environ.items()}
    for length in range(len(path), 0, -1):
        name = PREFIX + "__".join(path[:length]).upper()
        if name in environment:
            return environment[name]
    return "", None
