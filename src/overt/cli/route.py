"""From settings to the ways of mail: who may hand it in, and where and how it goes on.

Reads the files that settings name, once, at the start, so that a missing one is told before anything listens. No secret
is ever part of an error.
"""

from __future__ import annotations

import os
import socket
import ssl
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from overt.cli.option import Settings
from overt.cli.relay_option import Relay
from overt.errors import Malformed
from overt.serve.credential import Cached, Credential, read_refresh_file, refresh, run_command
from overt.serve.hop import Carrier, NextHop, open_carrier, parse_next_hop
from overt.serve.login import Logins, read_users
from overt.serve.notice import Notices
from overt.serve.relay import RelayLimits

if TYPE_CHECKING:
    from overt.serve.place import Atlas
    from overt.serve.signature import Signer


@dataclass(frozen=True, slots=True)
class WayOut:
    """The next hop, what it is told to let us in, and in whose name reports are made."""

    hop: NextHop
    hostname: str
    notices: Notices
    credential: Credential | None = field(default=None, repr=False)

    def open_carrier(self) -> Carrier:
        return open_carrier(self.hop, hostname=self.hostname, credential=self.credential)


def open_way_out(settings: Settings) -> WayOut:
    """The way to the next hop; raises `Malformed` where a file that the settings name is missing or wrong."""
    authority = str(find_file(settings, settings.hop.ca_file)) if settings.hop.ca_file else ""
    if authority and not os.access(authority, os.R_OK):
        raise Malformed(f"hop.ca_file: {authority} cannot be read")
    hop = parse_next_hop(settings.relay.next_hop, tls=settings.hop.tls, authority=authority)
    hostname = settings.relay.hostname or socket.gethostname()
    return WayOut(hop, hostname, Notices(hostname, hop.host), open_credential(settings))


def open_credential(settings: Settings) -> Credential | None:
    """What the next hop is told to let us in; None where nothing is set."""
    hop = settings.hop
    named = [bool(hop.password.get_secret_value() or hop.password_file), bool(hop.token_command), bool(hop.token_file)]
    if not any(named):
        if hop.user:
            raise Malformed("hop.user needs hop.password_file, hop.token_command or hop.token_file")
        return None
    if sum(named) > 1 or not hop.user:
        raise Malformed("a next hop needs hop.user and one of hop.password_file, hop.token_command and hop.token_file")
    if hop.token_command:
        return Credential(hop.user, source=Cached(lambda: run_command(hop.token_command)))
    if hop.token_file:
        path = find_file(settings, hop.token_file)
        read_refresh_file(path)
        return Credential(hop.user, source=Cached(partial(refresh, path)))
    password = hop.password.get_secret_value() or read_secret(find_file(settings, hop.password_file))
    return Credential(hop.user, password, way=hop.auth)


def open_logins(settings: Settings) -> Logins | None:
    """Who may log in, or None where nobody is named."""
    users = dict(settings.relay.users)
    if settings.relay.users_file:
        users |= read_users(find_file(settings, settings.relay.users_file))
    if users and not settings.relay.tls_certificate:
        raise Malformed("relay.users need relay.tls_certificate and relay.tls_key: no password goes in the clear")
    return Logins(users) if users else None


def open_tls(settings: Settings) -> ssl.SSLContext | None:
    """The relay's own certificate, or None where none is set."""
    certificate, key = settings.relay.tls_certificate, settings.relay.tls_key
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise Malformed("relay.tls_certificate and relay.tls_key go together")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996
    try:
        context.load_cert_chain(find_file(settings, certificate), find_file(settings, key))
    except (OSError, ssl.SSLError) as error:
        raise Malformed(f"relay.tls_certificate and relay.tls_key cannot be used: {error}") from error
    return context


def open_signer(settings: Settings) -> Signer | None:
    """What signs mail after instrumenting, or None where nothing is set; raises `Malformed`."""
    dkim = settings.dkim
    named = [bool(dkim.domain), bool(dkim.selector), bool(dkim.key)]
    if not any(named):
        return None
    if not all(named):
        raise Malformed("dkim.domain, dkim.selector and dkim.key go together")
    from overt.serve.signature import read_signer

    path = find_file(settings, dkim.key)
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise Malformed(f"dkim.key: {path} cannot be read: {error.strerror}") from None
    try:
        return read_signer(dkim.domain, dkim.selector, pem)
    except Malformed as error:
        raise Malformed(f"dkim: {error}") from None


def open_atlas(settings: Settings) -> Atlas | None:
    """What looks up places and networks, or None where no database is named; raises `Malformed`."""
    places = settings.places
    if not places.database and not places.networks:
        return None
    from overt.serve.place import Atlas, Detail

    return Atlas(
        find_file(settings, places.database) if places.database else None,
        find_file(settings, places.networks) if places.networks else None,
        detail=Detail(places.detail),
    )


def make_limits(relay: Relay) -> RelayLimits:
    return RelayLimits(
        size=int(relay.max_size), recipients=relay.max_recipients, connections=relay.max_connections
    )  # fmt: skip


def find_file(settings: Settings, name: str) -> Path:
    """A file that a setting names; relative ones count from the data folder."""
    return settings.folder / Path(name).expanduser()


def read_secret(path: Path) -> str:
    """The first line of a file that holds a secret; raises `Malformed`."""
    try:
        text = path.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(f"the secret in {path} cannot be read: {type(error).__name__}") from None
    if not text or "\n" in text:
        raise Malformed(f"{path} holds no secret of one line")
    return text
