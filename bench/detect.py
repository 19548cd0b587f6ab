"""Detection: newsletters a second, with rules, without, with an address looked for; beside two other ways.

The first is that of forwarding services: the tree of a slow parser, and every rule tried on every address of an image
or link. The second is only what everybody pays: parsing the HTML. The newsletter is that of `bench.leak`: 58 KB, 30
links, each with a token.
"""

from __future__ import annotations

import re

from rich.console import Console
from rich.table import Table

from bench.leak import tracked_newsletter
from bench.timing import time_in_turns
from overt.guard import build_leak_index, detect, load_rules
from overt.message import Address, parse, parse_html, walk

RULES = 3000  # domains, as many as a forwarding service's list of trackers has


def rule_by_rule(html: str, rules: list[re.Pattern[str]]) -> int:
    """How many addresses some rule fits, each rule tried on each."""
    import html5lib

    tree = html5lib.parse(html, namespaceHTMLElements=False)
    urls = [element.get("src") or element.get("href") or "" for element in tree.iter() if isinstance(element.tag, str)]
    return sum(any(rule.search(url) for rule in rules) for url in urls if url)


def run() -> None:
    """Print a table."""
    raw = tracked_newsletter()
    html = raw.split(b"\r\n\r\n", 1)[1].decode()
    known = load_rules()
    leaks = build_leak_index([Address("ada.lovelace", "example.org")])
    rules = [re.compile(rf"https?://([\w-]+\.)*tracker{number}\.example\.net/") for number in range(RULES)]
    spans = time_in_turns(
        {
            "overt, no rules": lambda: detect(parse(raw), rules=None),
            "overt, all rules": lambda: detect(parse(raw), rules=known),
            "overt, all rules, one address": lambda: detect(parse(raw), rules=known, leaks=leaks),
            "overt, walking alone": lambda: list(walk(parse(raw))),
            "turbohtml's parse alone": lambda: parse_html(html).tree,
            f"html5lib and {RULES} rules one by one": lambda: rule_by_rule(html, rules),
        }
    )
    table = Table("what", "ms", "messages a CPU second", "MB a CPU second", title="detection")
    for name, seconds in spans.items():
        table.add_row(name, f"{seconds * 1e3:.2f}", f"{1 / seconds:.0f}", f"{len(raw) / seconds / 1e6:.1f}")
    Console().print(table)
