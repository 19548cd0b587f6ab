"""The way out: the next hop up to its login, and whether the key that signs is published. Sends no mail."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator

from overt.cli.checkup.outcome import Check, good, look, skipped, wrong
from overt.cli.option import Settings
from overt.cli.route import open_signer, open_way_out
from overt.errors import OvertError
from overt.serve.hop import Verdict, greet

Txt = Callable[[str], tuple[str, ...] | None]
SECONDS = 10.0


def check_way(settings: Settings, *, txt: Txt | None = None) -> Iterator[Check]:
    """Next hop and signature. `txt` gives the TXT records of a name, None where DNS does not answer."""
    yield check_hop(settings)
    yield check_signature(settings, txt or ask_txt)


def check_hop(settings: Settings) -> Check:
    """Whether the next hop lets us in."""
    try:
        out = open_way_out(settings)
        attempt = asyncio.run(greet(out.hop, hostname=out.hostname, credential=out.credential, seconds=SECONDS))
    except OvertError as error:
        return wrong("next-hop", str(error), "Mend it in the settings, [relay] and [hop].")
    if attempt.verdict is not Verdict.DELIVERED:
        return wrong(
            "next-hop",
            f"{settings.relay.next_hop} does not let us in: {attempt.reason}.",
            "Look at relay.next_hop, hop.tls and hop.user; see how-to/next-hop.",
        )
    return good("next-hop", f"{settings.relay.next_hop} lets us in{' and logs us in' if out.credential else ''}.")


def check_signature(settings: Settings, txt: Txt) -> Check:
    """Whether receivers find the public key that belongs to ours."""
    name = "dkim"
    try:
        signer = open_signer(settings)
    except OvertError as error:
        return wrong(name, str(error), "Mend it in the settings, [dkim].")
    if signer is None:
        return skipped(name, "overt signs nothing: let the next hop sign, or set [dkim].")
    records = txt(signer.name)
    if records is None:
        return look(name, f"DNS does not answer for {signer.name}.", "Try again later.")
    for record in records:
        tags = dict(tag.strip().partition("=")[::2] for tag in record.split(";") if "=" in tag)
        try:
            published = base64.b64decode("".join(tags.get("p", "").split()), validate=True)
        except ValueError:
            continue
        if published == signer.public:
            return good(name, f"{signer.name} holds the key that signs.")
    said = "holds another key" if records else "has no TXT record"
    return wrong(name, f"{signer.name} {said}: signatures will not verify.", f"Publish there: {signer.record}")


def ask_txt(name: str) -> tuple[str, ...] | None:
    """The TXT records of a name, by the system's resolver."""
    import dns.exception
    import dns.resolver

    try:
        found = dns.resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError):
        return None
    return tuple(b"".join(row.strings).decode("utf-8", "replace") for row in found)
