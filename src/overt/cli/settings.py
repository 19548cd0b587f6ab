"""Reads `overt.toml` and the environment into `Settings`, checked whole before anything starts.

All mistakes are reported at once, each with its file, line and caret, or the variable it came from.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from overt.cli.caret import Place
from overt.cli.mistake import Source, find_variable, point_at, say_missing, say_mistake, say_unparsed
from overt.cli.option import PREFIX, Settings
from overt.errors import Malformed

FILE = "overt.toml"


def load_settings(path: Path | None = None, *, needed: Sequence[str] = ()) -> Settings:
    """The settings from `path`, else the file named by OVERT_SETTINGS, else `overt.toml` here if there is one.

    `needed` names keys that may be empty elsewhere but not for this command. Raises `Malformed` with every mistake.
    """
    source = _read_file(path)
    mistakes: list[str] = []
    settings: Settings | None = None
    try:
        settings = Settings(**source.values)
    except ValidationError as error:
        mistakes = [say_mistake(source, detail) for detail in error.errors()]
    except SettingsError as error:
        mistakes = [say_unparsed(str(error))]
    for key in needed:
        if not _stands(source, key):
            mistakes.append(say_missing(source, key))
    if settings is None or mistakes:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        raise Malformed(f"{count} in the settings:\n\n" + "\n\n".join(mistakes))
    folder = (source.path.parent / settings.folder.expanduser()).resolve()
    return settings.model_copy(
        update={"folder": folder, "keys": settings.keys.expanduser(), "master": settings.master.expanduser()}
    )


def _read_file(path: Path | None) -> Source:
    chosen = path or (Path(named) if (named := os.environ.get(f"{PREFIX}SETTINGS")) else None)
    place = chosen or Path(FILE)
    if chosen is None and not place.exists():
        return Source(place, "", {})
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Malformed(f"The settings file {place} cannot be read: {reason}. Name another with --settings.") from error
    try:
        return Source(place, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        last = text.count("\n") + 1
        spot = Place(int(at[1]), int(at[2]), 1) if at else Place(last, len(text.rsplit("\n", 1)[-1]) + 1, 1)
        what = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise Malformed(f"1 mistake in the settings:\n\n{point_at(place, text, spot, f'not TOML: {what}')}") from error


def _stands(source: Source, key: str) -> bool:
    value: Any = source.values
    for name in key.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return bool(value) or bool(find_variable(key.split("."))[1])
