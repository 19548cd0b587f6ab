"""What an operator can decide: every setting with its type, default and description.

Each value is checked alone here; `overt.cli.settings` reads them from `overt.toml` and the environment. Builds
nothing: `compose` turns these values into things that run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ByteSize, ConfigDict, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from overt.cli.base_url import read_base_url
from overt.measure import Language

PREFIX = "OVERT_"
FEWEST_HIT_DAYS = 8  # with fewer, a hit of a Monday would go on its day

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
BaseUrl = Annotated[str, BeforeValidator(read_base_url)]
NextHop = Annotated[str, BeforeValidator(_read_next_hop)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_read_networks)]
ModeName = Literal["off", "shared", "individual"]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Sender(_Table):
    name: str = Field(
        default="", description="Who sends, as recipients know them; shown on the page that explains the measuring."
    )
    contact: str = Field(default="", description="Where recipients ask about their data: an address or a web page.")
    addresses: Words = Field(default=(), description="Your own addresses: copies to them go out untouched.")


class Relay(_Table):
    listen: Listen = Field(default=Endpoint("127.0.0.1", 2525), description="Where mail comes in by SMTP.")
    next_hop: NextHop = Field(
        default="smtp://127.0.0.1:25",
        description="Where mail goes on: `smtp://host:port`, `smtps://…`, `lmtp://…`, `lmtp+unix:///socket`, `maildir:///folder`.",
    )
    max_size: ByteSize = Field(
        default=ByteSize(26_214_400), ge=1024, description="The largest message taken, in bytes, or as `25MiB`."
    )
    clients: Networks = Field(
        default=(ip_network("127.0.0.0/8"), ip_network("::1")),
        description="Networks that may hand in mail; there are no passwords.",
    )
    hostname: str = Field(default="", description="The name the relay says it has; the machine's own where empty.")
    campaign_field: str = Field(
        default="X-Overt-Campaign",
        pattern=r"^[!-9;-~]+$",
        description="The header field in which your newsletter program names the campaign.",
    )


class Collector(_Table):
    listen: Listen = Field(
        default=Endpoint("127.0.0.1", 8080), description="Where beacons and links are answered over HTTP."
    )
    trusted_proxies: Networks = Field(
        default=(),
        description="Networks of your reverse proxies: only from them is a forwarded client address believed.",
    )
    forwarded_field: Literal["x-forwarded-for", "forwarded"] = Field(
        default="x-forwarded-for", description="The field in which your reverse proxy says it: the other is never read."
    )


class Modes(_Table):
    opens: ModeName = Field(
        default="individual",
        description="The most an open may tell: `individual` holds for recipients who granted it, others get `shared`.",
    )
    links: ModeName = Field(default="individual", description="The most a click may tell, likewise.")


class Links(_Table):
    text: bool = Field(default=False, description="Whether links in plain text are tracked too.")
    app: bool = Field(
        default=False, description="Whether links that open a program on phones are tracked too, which breaks that."
    )
    exclude: Words = Field(
        default=(), description="Links that stay as they are: patterns with `*`, compared with the URL and its host."
    )


class Retention(_Table):
    hits_days: int = Field(
        default=396,
        ge=0,
        le=36_500,
        description="No hit is kept longer than so many days; it goes with its week, up to 7 days before. 0: no limit.",
    )
    counts_days: int = Field(
        default=0, ge=0, le=36_500, description="Counters are kept for so many days. 0: no limit, nobody is in them."
    )

    @field_validator("hits_days")
    @classmethod
    def _long_enough(cls, value: int) -> int:
        if 0 < value < FEWEST_HIT_DAYS:
            raise ValueError(f"hits go week by week: write {FEWEST_HIT_DAYS} days or more, or 0 for no limit")
        return value


class Disclosure(_Table):
    language: Language = Field(
        default=Language.ENGLISH, description="The language of the line that says so: `en`, `de`, `fr`."
    )
    sentence: str = Field(default="", description="A sentence of your own in place of overt's.")
    link_text: str = Field(default="", description="The words of its link, in place of overt's.")


class Settings(BaseSettings):
    """Everything an operator can set. Relative paths count from the settings file's folder."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__", str_strip_whitespace=True
    )

    folder: Path = Field(
        default=Path("overt-data"), description="Where overt keeps its database, hits and keys; made at first start."
    )
    base_url: BaseUrl = Field(
        default="", description="The collector's address as recipients reach it. Needed to send and to collect."
    )
    keys: Path = Field(
        default=Path("keys.json"), description="The key file, counted from `folder`; made at first start, mode 0600."
    )
    compact_every: float = Field(
        default=60.0, gt=0, le=86_400, description="Seconds between two compactions of the hit log."
    )
    sender: Sender = Field(default_factory=Sender)
    relay: Relay = Field(default_factory=Relay)
    collector: Collector = Field(default_factory=Collector)
    modes: Modes = Field(default_factory=Modes)
    links: Links = Field(default_factory=Links)
    retention: Retention = Field(default_factory=Retention)
    disclosure: Disclosure = Field(default_factory=Disclosure)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings  # the file's values come as arguments; a variable wins over them

    @property
    def key_file(self) -> Path:
        return self.folder / self.keys


def setting_fields() -> Mapping[str, Any]:
    """Every setting by its dotted name: the pydantic field with its type, default and description."""
    found: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, _Table):
            found.update({f"{name}.{key}": value for key, value in inner.model_fields.items()})
        else:
            found[name] = field
    return found


def setting_names() -> frozenset[str]:
    """Every table and every last name of a setting."""
    return frozenset(part for key in setting_fields() for part in key.split("."))
