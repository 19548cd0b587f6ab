"""Programs and systems by ua-parser's tables, for mixes in reports. Whether a machine asked is never asked here.

Loads some 45 MB of compiled expressions with the first question: processes that carry traffic must not import this
module.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ua_parser import parse

from overt.measure.clues.row import USER_AGENT_READ
from overt.measure.device import Described, Device

REMEMBERED: Final = 8192

# Their names for systems, and ours: the maker's, without version. Versions in User-Agents are frozen (Windows 11 says
# 10, macOS 26 says 10.15), so none is told.
SYSTEMS: Final = {
    "Mac OS X": ("macOS", Device.COMPUTER),
    "Windows": ("Windows", Device.COMPUTER),
    "Chrome OS": ("ChromeOS", Device.COMPUTER),
    **dict.fromkeys(
        ("Linux", "Ubuntu", "Debian", "Fedora", "Red Hat", "SUSE", "Gentoo", "Arch Linux", "Linux Mint", "CentOS"),
        ("Linux", Device.COMPUTER),
    ),
    **{name: (name, Device.COMPUTER) for name in ("FreeBSD", "OpenBSD", "NetBSD", "Solaris")},
    **{
        name: (name, Device.PHONE)
        for name in ("Windows Phone", "BlackBerry OS", "KaiOS", "Symbian OS", "Windows Mobile")
    },
}
# developer.apple.com: the device stands in the first brackets.
APPLE: Final = {"iPhone": Device.PHONE, "iPod": Device.PHONE, "iPad": Device.TABLET}


@lru_cache(REMEMBERED)
def describe(user_agent: str) -> Described:
    """What ua-parser knows of it; empty where it knows nothing."""
    # Bytes that were no UTF-8 are half characters here, and no Rust.
    found = parse(user_agent[:USER_AGENT_READ].encode(errors="replace").decode())
    program = found.user_agent.family if found.user_agent else ""
    if found.os is None:
        return Described(program)
    family = found.os.family
    if family == "Android":
        return Described(program, family, _android(user_agent))
    if family == "iOS":
        model = found.device.family if found.device else ""
        return Described(
            program, family, next((kind for name, kind in APPLE.items() if model.startswith(name)), Device.UNKNOWN)
        )
    system, kind = SYSTEMS.get(family, (family, Device.UNKNOWN))
    return Described(program, system, kind)


def _android(user_agent: str) -> Device:
    """Browsers on phones say "Mobile", those on tablets do not (developer.chrome.com, and MDN of Firefox)."""
    if not user_agent.startswith("Mozilla/"):
        return Device.UNKNOWN
    return Device.PHONE if "Mobile" in user_agent else Device.TABLET
