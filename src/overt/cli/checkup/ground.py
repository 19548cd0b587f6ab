"""This machine: the key file, the disk, whom the collector believes, and how mail comes in. Opens no connection."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from urllib.parse import urlsplit

from overt.cli.checkup.outcome import Check, good, look, skipped, wrong
from overt.cli.house import House
from overt.cli.option import Settings

OTHERS = stat.S_IRWXG | stat.S_IRWXO
RECENT = 200  # sendings that are looked at; a campaign's first show how its mail comes in


def check_ground(house: House) -> Iterator[Check]:
    """Everything that needs no network."""
    yield check_keys(house)
    yield check_disk(house.settings)
    yield check_proxies(house.settings)
    yield check_signing_order(house)


def check_keys(house: House) -> Check:
    """Whether there are keys, for overt's eyes alone."""
    path = house.settings.key_file
    if house.keyring is None:
        return look("keys", f"There is no key file {path} yet.", "Start overt up, or run: overt keys new")
    if path.stat().st_mode & OTHERS:
        return wrong(
            "keys",
            f"{path} can be read by others: who has it can forge tracked links.",
            f"Run: chmod 600 {path}",
        )
    return good("keys", f"{len(house.keyring.keys)} in {path}, readable by its owner alone. Keep a copy elsewhere.")


def check_disk(settings: Settings) -> Check:
    """Whether the relay would take mail."""
    free = shutil.disk_usage(settings.folder if settings.folder.exists() else settings.folder.parent).free
    said = f"{free // 2**20:,} MiB are free for {settings.folder}."
    if free < settings.relay.min_free:
        return wrong("disk", said, "Free some: below relay.min_free the relay takes no mail.")
    if free < 4 * settings.relay.min_free:
        return look("disk", said, "Watch it: the relay stops taking mail at relay.min_free.")
    return good("disk", said)


def check_proxies(settings: Settings) -> Check:
    """Whether hits would all seem to come from the reverse proxy."""
    if urlsplit(settings.base_url).scheme != "https":
        return skipped("proxy-addresses", "The base URL has no https, so there is no reverse proxy in front.")
    if not settings.collector.trusted_proxies:
        return wrong(
            "proxy-addresses",
            "collector.trusted_proxies is empty: every hit would seem to come from your reverse proxy.",
            'Name its network, such as trusted_proxies = ["127.0.0.1"], and let it send X-Forwarded-For.',
        )
    return good(
        "proxy-addresses", f"Client addresses are believed from {len(settings.collector.trusted_proxies)} networks."
    )


def check_signing_order(house: House) -> Check:
    """Whether mail comes in signed, which leaves nothing to measure."""
    counts = house.ledger.reasons(RECENT)
    total, signed = sum(counts.values()), sum(count for why, count in counts.items() if "signed with DKIM" in why)
    if not total:
        return skipped("signing-order", "No mail came in yet.")
    if signed:
        return wrong(
            "signing-order",
            f"{signed} of the last {total} messages came in signed, and went out as they came: not measured.",
            "Let what hands mail to overt not sign, and sign behind it: by [dkim] here, or at the next hop.",
        )
    return good("signing-order", f"None of the last {total} messages came in signed.")
