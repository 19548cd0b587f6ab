"""How one value of the settings is written: endpoints, networks, lists of words, next hops. Each is checked alone."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_settings import NoDecode

Network = IPv4Network | IPv6Network


class Endpoint(NamedTuple):
    """A host and a port to listen on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _read_endpoint(value: object) -> Endpoint:
    if isinstance(value, Endpoint):
        return value
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/\[\]]+)):(\d{1,5})", str(value).strip())
    if not match or int(match[3]) > 65535:
        raise ValueError('write HOST:PORT, such as "127.0.0.1:2525" or "[::1]:2525"')
    return Endpoint(match[1] or match[2], int(match[3]))


def _read_next_hop(value: object) -> str:
    text = str(value).strip()
    parts = urlsplit(text)
    _ = parts.port  # raises where it is no number
    if parts.scheme in ("maildir", "lmtp+unix"):
        sound = len(parts.path) > 1 and not parts.netloc
    else:
        sound = parts.scheme in ("smtp", "smtps", "lmtp") and bool(parts.hostname) and not parts.username
    if not sound:
        raise ValueError('write "smtp://host:port", "lmtp://host:port" or "maildir:///folder"')
    return text


def _read_networks(value: object) -> tuple[Network, ...]:
    items = re.split(r"[,\s]+", value) if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        raise ValueError('write a list of networks, such as ["127.0.0.1", "10.0.0.0/8"]')  # noqa: TRY004 pydantic's word
    found = []
    for item in items:
        try:
            found += [ip_network(str(item))] if item else []
        except ValueError:
            raise ValueError(f'"{item}" is no network; write "10.0.0.0/8", "2001:db8::/32" or one address') from None
    return tuple(found)


def _read_words(value: object) -> object:
    return tuple(word for word in re.split(r"[,\s]+", value) if word) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_read_words)]
Listen = Annotated[Endpoint, NoDecode, BeforeValidator(_read_endpoint)]
NextHop = Annotated[str, BeforeValidator(_read_next_hop)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_read_networks)]


class SettingsTable(BaseModel):
    """One table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
