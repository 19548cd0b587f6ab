"""From outside: the names, the certificate, and what answers there. Asks only the hosts that the settings name."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from overt.cli.checkup.outcome import Check, good, look, skipped, wrong
from overt.cli.option import Settings

SECONDS = 10.0
MOST_BODY = 65_536  # bytes read of an answer; a beacon has 43, a page under 10,000
EXPIRES_SOON = 14  # days; ACME clients renew at 30


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, fields in small letters, and the beginning of the body."""

    status: int
    fields: dict[str, str]
    body: bytes


def check_reach(settings: Settings) -> Iterator[Check]:
    """Names, certificate, collector and pages, each as a recipient meets them."""
    for name, url in dict.fromkeys((("collector", settings.base_url), ("pages", settings.pages_url))):
        if name == "pages" and (not settings.pages.enabled or settings.pages_url == settings.base_url):
            continue
        yield check_name(name, url)
        yield check_certificate(name, url)
    yield check_collector(settings.base_url)
    if settings.pages.enabled:
        yield check_pages(settings.pages_url)


def check_name(what: str, url: str) -> Check:
    """Whether DNS knows the host."""
    host = urlsplit(url).hostname or ""
    try:
        found = {str(row[4][0]) for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError as error:
        return wrong(f"{what}-dns", f"{host} is not found: {error.strerror}.", "Add an A or AAAA record for it in DNS.")
    return good(f"{what}-dns", f"{host} is at {', '.join(sorted(found))}.")


def check_certificate(what: str, url: str) -> Check:
    """Whether browsers would take the certificate, and for how long."""
    parts = urlsplit(url)
    name = f"{what}-tls"
    if parts.scheme != "https":
        return skipped(name, "The address has no https: for this machine alone.")
    try:
        with (
            socket.create_connection((parts.hostname, parts.port or 443), SECONDS) as bare,
            ssl.create_default_context().wrap_socket(bare, server_hostname=parts.hostname) as secure,
        ):
            found = secure.getpeercert()
    except ssl.SSLCertVerificationError as error:
        return wrong(
            name, f"The certificate is not good: {error.verify_message}.", "Get one for this name, such as by ACME."
        )
    except OSError as error:
        return wrong(name, f"No TLS there: {error.strerror or error}.", "Let the reverse proxy listen on that port.")
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str((found or {}).get("notAfter"))), UTC)
    days = (ends - datetime.now(UTC)).days
    if days < EXPIRES_SOON:
        return look(name, f"The certificate ends in {days} days.", "See why it was not renewed yet.")
    return good(name, f"The certificate is good for {days} days more.")


def check_collector(url: str) -> Check:
    """Whether beacons are answered there as the collector answers them, and hits can be kept."""
    name = "collector"
    asked = _ask(f"{url}/healthz")
    if isinstance(asked, str):
        return wrong(
            name, f"{url} does not answer: {asked}.", "Start overt up, and let the reverse proxy pass requests on."
        )
    if asked.status != 200 or not asked.body.startswith((b"ok", b"degraded")):
        return wrong(
            name,
            f"Something else answers at {url}/healthz ({asked.status}).",
            "Let the proxy pass it to collector.listen.",
        )
    if asked.body.startswith(b"degraded"):
        return wrong(name, "The collector answers, but cannot keep hits.", "See its log: the disk or the ledger.")
    beacon = _ask(f"{url}/b/{'A' * 30}.gif")
    if isinstance(beacon, str) or not beacon.body.startswith(b"GIF89a"):
        return wrong(name, "Beacons are not answered with their picture.", "Let the proxy pass /b/ on as it is.")
    if "no-store" not in beacon.fields.get("cache-control", ""):
        return wrong(name, "The proxy takes Cache-Control away: openings would be missed.", "Let it pass fields on.")
    return good(name, f"{url} answers, and hits are kept.")


def check_pages(url: str) -> Check:
    """Whether recipients reach their pages, and not the collector's page in place of them."""
    name = "pages"
    asked = _ask(f"{url}/you")
    if isinstance(asked, str):
        return wrong(
            name, f"{url}/you does not answer: {asked}.", "Start overt up, and let the proxy pass /you and /u/ on."
        )
    if "form-action 'self'" not in asked.fields.get("content-security-policy", ""):
        return wrong(
            name,
            f"{url}/you is not the recipients' page.",
            "Let the proxy pass /you and /u/ to pages.listen, or set pages.base_url.",
        )
    if b"<form" not in asked.body:
        return look(name, "The page cannot send mail, so nobody can ask.", "Set pages.address or sender.addresses.")
    return good(name, f"{url}/you answers.")


def _ask(url: str) -> Answer | str:
    """The answer to a GET, redirects not followed, or why there is none."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request("GET", parts.path, headers={"User-Agent": "overt-doctor", "DNT": "1"})
        answer = connection.getresponse()
        fields = {key.lower(): value for key, value in answer.getheaders()}
        return Answer(answer.status, fields, answer.read(MOST_BODY))
    except (OSError, http.client.HTTPException) as error:
        return str(getattr(error, "strerror", None) or type(error).__name__)
    finally:
        connection.close()
