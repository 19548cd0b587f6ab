"""Where an address is, coarsely: a country or region and a network's number, from databases that the operator supplies.

Reads MaxMind DB files by maxminddb, in the layouts of MaxMind, DB-IP and ip-location-db. A file is opened at the start
and checked then; whatever is wrong with a single entry later is a place nobody knows. Nothing finer than a region
leaves this module, whatever the file holds.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import maxminddb

from overt.errors import Malformed
from overt.serve.edge import Place

_LOG = logging.getLogger(__name__)
LONGEST_NAME = 6  # ISO 3166-2: two letters, a hyphen, up to three letters or digits
MOST_NETWORK = 0xFFFFFFFF  # RFC 6793: numbers of autonomous systems have 32 bits


class Detail(StrEnum):
    """The finest place that is kept."""

    COUNTRY = "country"
    REGION = "region"


class Atlas:
    """Looks addresses up in a database of places, one of networks, or both. To be used as a `Locate`."""

    def __init__(self, places: Path | None, networks: Path | None, *, detail: Detail = Detail.COUNTRY) -> None:
        """Open them; raises `Malformed` for a file that is none."""
        self._places = _open(places)
        self._networks = _open(networks)
        self._detail = detail
        self._broken = False

    def __call__(self, address: IPv4Address | IPv6Address) -> Place:
        return Place(
            read_name(self._find(self._places, address), self._detail),
            read_network(self._find(self._networks, address)),
        )

    def _find(self, reader: maxminddb.Reader | None, address: IPv4Address | IPv6Address) -> Mapping[str, Any]:
        if reader is None:
            return {}
        try:
            found = reader.get(address)
        except (maxminddb.InvalidDatabaseError, ValueError, UnicodeError) as error:
            if not self._broken:
                _LOG.error("a place could not be looked up, its database is broken: %s", error)
            self._broken = True
            return {}
        return found if isinstance(found, dict) else {}


def read_name(found: Mapping[str, Any], detail: Detail = Detail.COUNTRY) -> str:
    """`DE` or, where asked for and known, `DE-BY` (ISO 3166); an empty string where nothing is known."""
    country = _code(_inside(found, "country", "iso_code") or found.get("country_code"))
    if detail is Detail.COUNTRY or not country:
        return country
    parts = found.get("subdivisions")
    region = _code(_inside(parts[0], "iso_code") if isinstance(parts, list) and parts else None, 3)
    return f"{country}-{region}" if region else country


def read_network(found: Mapping[str, Any]) -> int:
    """The number of the autonomous system, 0 where it is not known."""
    number = found.get("autonomous_system_number", found.get("asn"))
    if isinstance(number, str) and number.upper().removeprefix("AS").isdecimal():
        number = int(number.upper().removeprefix("AS")[:11])
    return number if isinstance(number, int) and 0 <= number <= MOST_NETWORK else 0


def _open(path: Path | None) -> maxminddb.Reader | None:
    if path is None:
        return None
    try:
        reader = maxminddb.open_database(path)
        reader.get("192.0.2.1")
    except (OSError, maxminddb.InvalidDatabaseError, ValueError) as error:
        raise Malformed(f"{path} cannot be used as a MaxMind DB file: {error}") from error
    return reader


def _inside(found: object, *names: str) -> object:
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _code(value: object, longest: int = 2) -> str:
    fits = isinstance(value, str) and value.isascii() and value.isalnum() and len(value) <= longest
    return str(value).upper() if fits else ""
