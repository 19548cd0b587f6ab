"""The dashboard's pages as HTML. Whatever came from a stranger is text; scripts and styles are files of our own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from jinja2 import Environment, PackageLoader, StrictUndefined

from overt.serve.board.entry import Visitor
from overt.serve.board.view import moment, percent, second

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
STATIC: Final[Mapping[str, tuple[str, str]]] = {
    name: (kind, (files("overt.serve.board") / "static" / name).read_text(encoding="utf-8"))
    for name, kind in (("board.css", "text/css"), ("board.js", "text/javascript"), ("icon.svg", "image/svg+xml"))
}
ZONES: Final = (
    "UTC",
    *sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))),
)
UTC_ZONE: Final = ZoneInfo("UTC")


def read_zone(name: str) -> ZoneInfo:
    """The time zone of that name; UTC where there is none."""
    return ZoneInfo(name) if name in ZONES else UTC_ZONE


class Pages:
    """Templates with what all of them need. `at` is the path of the base URL, without its last slash."""

    def __init__(self, at: str) -> None:
        self.at = at
        self._environment = Environment(
            loader=PackageLoader("overt.serve.board", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"number": lambda count: f"{count:,}", "percent": percent}

    def write(
        self, template: str, /, *, title: str, visitor: Visitor | None, zone: ZoneInfo, path: str = "", **values: object
    ) -> str:
        """The page `template`; moments are told in `zone`."""
        shown: dict[str, object] = {"scripts": (), "again": 0, "here": "", "as_of": ""}
        shown |= {"title": title, "visitor": visitor, "at": self.at, "zone": zone.key, "zones": ZONES, "path": path}
        environment = self._environment.overlay()
        environment.filters = {
            **self._environment.filters,
            "moment": lambda at: moment(at, zone),
            "second": lambda at: second(at, zone),
        }
        return environment.get_template(f"{template}.html").render(shown | values)
