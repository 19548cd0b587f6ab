"""Systems and devices of User-Agents as vendors document them."""

from __future__ import annotations

import pytest

from overt.measure.device import Described, Device
from overt.measure.uaparser import describe

# developer.apple.com, developer.chrome.com, learn.microsoft.com and developer.mozilla.org show these.
CHROME = "(KHTML, like Gecko) Chrome/120.0.0.0"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1"


@pytest.mark.parametrize(
    ("user_agent", "system", "device"),
    [
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) {SAFARI} Mobile/15E148 Safari/604.1", "iOS", "phone"),
        (f"Mozilla/5.0 (iPad; CPU OS 16_1 like Mac OS X) {SAFARI} Mobile/15E148 Safari/604.1", "iOS", "tablet"),
        # An iPad that asks for pages as computers do says the same.
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Safari/605.1.15", "macOS", "computer"),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 {CHROME} Mobile Safari/537.36",
            "Android",
            "phone",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 {CHROME} Safari/537.36",
            "Android",
            "tablet",
        ),
        ("Mozilla/5.0 (Android 14; Mobile; rv:120.0) Gecko/120.0 Firefox/120.0", "Android", "phone"),
        ("Mozilla/5.0 (Android 14; Tablet; rv:120.0) Gecko/120.0 Firefox/120.0", "Android", "tablet"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0", "Windows", "computer"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.6.0", "Linux", "computer"),
        (
            f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 {CHROME} Safari/537.36",
            "ChromeOS",
            "computer",
        ),
        ("Android-Gmail/20231126 (Linux; Android 14)", "Android", "unknown"),
    ],
)
def test_a_documented_user_agent_has_its_system_and_kind(user_agent: str, system: str, device: str) -> None:
    found = describe(user_agent)
    assert (found.system, found.device) == (system, device)


@pytest.mark.parametrize("user_agent", ["", "something new", "\0\udcff", "(" * 100_000])
def test_what_nobody_knows_stays_unknown(user_agent: str) -> None:
    assert describe(user_agent) == Described("", "", Device.UNKNOWN)


def test_a_program_is_named_without_its_version() -> None:
    assert (
        describe("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.6.0").program
        == "Thunderbird"
    )
