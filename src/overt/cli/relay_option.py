"""What an operator can decide about mail: who hands it in, and where it goes on.

Values only, each with its default and description; files they name are read by `overt.cli.route`.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Literal

from pydantic import ByteSize, Field, SecretStr, field_validator

from overt.cli.value import Endpoint, Listen, Networks, NextHop, SettingsTable, Words


class Relay(SettingsTable):
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
        description="Networks that may hand in mail without logging in; others need a user of `relay.users` and TLS.",
    )
    hostname: str = Field(default="", description="The name the relay says it has; the machine's own where empty.")
    campaign_field: str = Field(
        default="X-Overt-Campaign",
        pattern=r"^[!-9;-~]+$",
        description="The header field in which your newsletter program names the campaign, such as "
        "`X-Listmonk-Campaign`; where it is missing `X-Overt-Campaign` is read.",
    )
    users: dict[str, str] = Field(
        default={},
        description="Who may log in: names with argon2 hashes, which `overt password` makes.",
        repr=False,
    )
    users_file: str = Field(default="", description="A file with more users, a line `name:hash` each.")
    tls_certificate: str = Field(
        default="", description="The relay's certificate with its chain (PEM); with `tls_key` STARTTLS is offered."
    )
    tls_key: str = Field(default="", description="The certificate's key (PEM).")
    max_connections: int = Field(default=100, ge=1, le=10_000, description="SMTP connections at once.")
    max_recipients: int = Field(default=1000, ge=100, le=100_000, description="Recipients of one message.")
    max_queue: int = Field(
        default=100_000,
        ge=1,
        description="Messages in the queue, a recipient each, from which clients are told to wait.",
    )
    min_free: ByteSize = Field(
        default=ByteSize(268_435_456), ge=0, description="Free disk space below which clients are told to wait."
    )


class Hop(SettingsTable):
    tls: Literal["auto", "verify", "opportunistic", "none"] = Field(
        default="auto",
        description="TLS to the next hop: `verify` checks its certificate, `opportunistic` takes what is offered, "
        "`auto` is `verify` but for this machine itself.",
    )
    ca_file: str = Field(default="", description="Certificates to trust in place of the system's (PEM).")
    user: str = Field(default="", description="The name to log in with at the next hop.")
    password: SecretStr = Field(default=SecretStr(""), description="Its password; rather use `password_file`.")
    password_file: str = Field(default="", description="A file that holds the password.")
    auth: Literal["auto", "plain", "login"] = Field(default="auto", description="The mechanism for passwords.")
    token_command: Words = Field(
        default=(), description="A program that prints an OAuth access token (XOAUTH2): words, the program first."
    )
    token_file: str = Field(
        default="",
        description="JSON with `token_url`, `client_id`, `refresh_token` and perhaps `client_secret`, to get access "
        "tokens with (XOAUTH2).",
    )
    connections: int = Field(default=4, ge=1, le=100, description="Connections to the next hop at once.")

    @field_validator("token_command")
    @classmethod
    def _absolute(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value and not value[0].startswith("/"):
            raise ValueError('write the program with its whole path, such as ["/usr/local/bin/token", "--gmail"]')
        return value


class Dkim(SettingsTable):
    domain: str = Field(
        default="", description="Mail whose author is at this domain or below it is signed; needs `selector` and `key`."
    )
    selector: str = Field(default="", description="The name under which the public key stands in DNS.")
    key: str = Field(default="", description="A file with the private key (PEM), RSA or Ed25519.")
