"""What an operator can decide: every setting with its type, default and description.

Each value is checked alone here; `overt.cli.settings` reads them from `overt.toml` and the environment. Builds
nothing: `compose` turns these values into things that run.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from overt.cli.base_url import read_base_url
from overt.cli.relay_option import Dkim, Hop, Relay
from overt.cli.value import Endpoint, Listen, Networks, SettingsTable, Words
from overt.measure import FEWEST, Language
from overt.measure.pool import SMALLEST

__all__ = [
    "PREFIX",
    "Collector",
    "Disclosure",
    "Endpoint",
    "Links",
    "Modes",
    "Pools",
    "Relay",
    "Sender",
    "Settings",
    "setting_fields",
    "setting_names",
]

PREFIX = "OVERT_"
FEWEST_HIT_DAYS = 8  # with fewer, a hit of a Monday would go on its day

BaseUrl = Annotated[str, BeforeValidator(read_base_url)]
OwnUrl = Annotated[str, BeforeValidator(lambda value: value and read_base_url(value))]
OpensMode = Literal["off", "shared", "pooled", "hygiene", "individual"]
LinksMode = Literal["off", "shared", "individual"]


class Sender(SettingsTable):
    name: str = Field(
        default="", description="Who sends, as recipients know them; shown on the page that explains the measuring."
    )
    contact: str = Field(default="", description="Where recipients ask about their data: an address or a web page.")
    addresses: Words = Field(default=(), description="Your own addresses: copies to them go out untouched.")


class Collector(SettingsTable):
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


class Places(SettingsTable):
    database: str = Field(
        default="", description="A MaxMind DB file of countries or cities, to look up places of hits in `individual`."
    )
    networks: str = Field(default="", description="A MaxMind DB file of autonomous systems, likewise.")
    detail: Literal["country", "region"] = Field(default="country", description="The finest place that is kept.")


class Pages(SettingsTable):
    enabled: bool = Field(default=True, description="Whether `overt up` runs the recipients' pages.")
    listen: Listen = Field(
        default=Endpoint("127.0.0.1", 8081),
        description="Where the recipients' pages are answered over HTTP: paths `/you` and `/u/`.",
    )
    base_url: OwnUrl = Field(
        default="", description="Their address as recipients reach it; that of the collector where empty."
    )
    address: str = Field(
        default="", description="What mails of the pages come from; the first of `sender.addresses` where empty."
    )


class Metrics(SettingsTable):
    enabled: bool = Field(default=False, description="Whether `overt up` answers Prometheus.")
    listen: Listen = Field(
        default=Endpoint("127.0.0.1", 9464), description="Where Prometheus asks, over HTTP; for your own network alone."
    )


class Dashboard(SettingsTable):
    enabled: bool = Field(
        default=True, description="Whether `overt up` runs the dashboard, once there is an account to log in with."
    )
    listen: Listen = Field(
        default=Endpoint("127.0.0.1", 8082), description="Where the dashboard and the API are answered over HTTP."
    )
    base_url: OwnUrl = Field(
        default="", description="Their address as your own people reach it; `http://` and `listen` where empty."
    )


class Unsubscribe(SettingsTable):
    add: bool = Field(
        default=False,
        description="Whether messages without fields to unsubscribe by (RFC 8058) get them.",
    )


class Modes(SettingsTable):
    opens: OpensMode = Field(
        default="individual",
        description="The most an open may tell: `individual` of recipients who granted it; of others `pooled` where the"
        " list's size was declared and is large enough, else `shared`.",
    )
    fewest: int = Field(
        default=FEWEST,
        ge=1,
        le=10_000,
        description="A campaign declared to have fewer recipients goes out untouched to all who granted nothing.",
    )
    links: LinksMode = Field(
        default="individual",
        description="The most a click may tell: `individual` for recipients who granted it, others get `shared`.",
    )


class Pools(SettingsTable):
    size: int = Field(default=20, ge=SMALLEST, le=10_000, description="The fewest recipients that share a pool.")
    expected_rate: float = Field(
        default=0.3, gt=0, lt=1, description="About which share opens; pools are planned for it before sending."
    )


class Links(SettingsTable):
    text: bool = Field(default=False, description="Whether links in plain text are tracked too.")
    app: bool = Field(
        default=False, description="Whether links that open a program on phones are tracked too, which breaks that."
    )
    exclude: Words = Field(
        default=(), description="Links that stay as they are: patterns with `*`, compared with the URL and its host."
    )


class Retention(SettingsTable):
    hits_days: int = Field(
        default=396,
        ge=0,
        le=36_500,
        description="No hit is kept longer than so many days; it goes with its week, up to 7 days before. 0: no limit.",
    )
    counts_days: int = Field(
        default=0, ge=0, le=36_500, description="Counters are kept for so many days. 0: no limit, nobody is in them."
    )
    words_days: int = Field(
        default=396,
        ge=0,
        le=36_500,
        description="Events, and of each message its Message-ID, the grant's reference and the next server's words, are"
        " kept for so many days. 0: no limit.",
    )

    @field_validator("hits_days")
    @classmethod
    def _long_enough(cls, value: int) -> int:
        if 0 < value < FEWEST_HIT_DAYS:
            raise ValueError(f"hits go week by week: write {FEWEST_HIT_DAYS} days or more, or 0 for no limit")
        return value


class Disclosure(SettingsTable):
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
    master: Path = Field(
        default=Path("master.key"),
        description="The file with the key under which recipients' own keys are sealed, counted from `folder`; made at"
        " first start, mode 0600.",
    )
    master_key: SecretStr = Field(
        default=SecretStr(""),
        description="That key itself, 64 hexadecimal digits, in place of the file; best given as `OVERT_MASTER_KEY`.",
    )
    compact_every: float = Field(
        default=60.0, gt=0, le=86_400, description="Seconds between two compactions of the hit log."
    )
    sender: Sender = Field(default_factory=Sender)
    relay: Relay = Field(default_factory=Relay)
    hop: Hop = Field(default_factory=Hop)
    dkim: Dkim = Field(default_factory=Dkim)
    collector: Collector = Field(default_factory=Collector)
    places: Places = Field(default_factory=Places)
    pages: Pages = Field(default_factory=Pages)
    dashboard: Dashboard = Field(default_factory=Dashboard)
    metrics: Metrics = Field(default_factory=Metrics)
    unsubscribe: Unsubscribe = Field(default_factory=Unsubscribe)
    modes: Modes = Field(default_factory=Modes)
    pools: Pools = Field(default_factory=Pools)
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
    def pages_url(self) -> str:
        """Where recipients reach their pages."""
        return self.pages.base_url or self.base_url

    @property
    def dashboard_url(self) -> str:
        """Where the sender's own people reach the dashboard."""
        return self.dashboard.base_url or f"http://{self.dashboard.listen}"

    @property
    def key_file(self) -> Path:
        return self.folder / self.keys

    @property
    def master_file(self) -> Path:
        return self.folder / self.master


def setting_fields() -> Mapping[str, Any]:
    """Every setting by its dotted name: the pydantic field with its type, default and description."""
    found: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, SettingsTable):
            found.update({f"{name}.{key}": value for key, value in inner.model_fields.items()})
        else:
            found[name] = field
    return found


def setting_names() -> frozenset[str]:
    """Every table and every last name of a setting."""
    return frozenset(part for key in setting_fields() for part in key.split("."))
