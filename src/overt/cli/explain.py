"""`overt explain`: each finding of one message in a sentence, and what the message would tell its sender.

URLs come with the characters that identify marked: underlined in a terminal, between brackets elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from overt.cli.inspection import Wish, judge, read_address
from overt.cli.scan_table import visible
from overt.cli.source import STDIN
from overt.cli.stream import read_one
from overt.guard import Finding
from overt.guard.explain import explain, identifying, tell
from overt.guard.ledger import TELLING
from overt.guard.phishing import find_signals
from overt.message import parse

MOST_SHOWN = 2000  # characters of a URL; longer ones are read by nobody


def explain_command(
    message: Annotated[Path, Parameter(allow_leading_hyphen=True)] = Path(STDIN),
    /,
    *,
    everything: Annotated[bool, Parameter(name="--all", negative=())] = False,
    rules: bool = True,
    lists: Annotated[tuple[Path, ...], Parameter(name="--list", negative=())] = (),
    address: Annotated[tuple[str, ...], Parameter(negative=())] = (),
) -> int:
    """Explain what one message reports back, finding by finding.

    Parameters
    ----------
    message
        The message; - or nothing is stdin.
    everything
        Harmless references too.
    rules
        Use what is known of vendors; --no-rules judges by structure alone.
    lists
        A list in Adblock syntax to use as well; may be given more than once.
    address
        Another address of yours to look for in URLs; may be given more than once.
    """
    wish = Wish(rules, tuple(str(path) for path in lists), tuple(read_address(text) for text in address))
    read = parse(read_one(message))
    findings = judge(read, wish)
    console = Console(soft_wrap=True)
    shown = [finding for finding in findings if everything or finding.kind in TELLING or finding.leak is not None]
    for number, finding in enumerate(shown, 1):
        console.print(Text(f"{number}. {finding.kind}", style="bold"), Text(f"({finding.reference.vector})", "dim"))
        console.print(Text("   ") + mark_url(finding, marks=not console.is_terminal))
        console.print(Text(f"   {visible(explain(finding), 2000).plain}"))
        for item in finding.evidence:
            console.print(Text(f"   - {visible(item.because, 400).plain}", style="dim"))
    told = tell(findings)
    console.print(
        Text("What this message would tell its sender:" if told else "This message tells its sender nothing.")
    )
    for sentence in told:
        console.print(Text(f"- {visible(sentence, 2000).plain}"))
    signals = find_signals(read)
    if signals:
        console.print(Text("What else to be wary of:"))
        for signal in signals:
            console.print(Text(f"- {visible(signal.because, 2000).plain}"))
    return 1 if any(finding.kind in TELLING for finding in findings) else 0


def mark_url(finding: Finding, *, marks: bool) -> Text:
    """The URL with what identifies the reader marked: by style, and by brackets where `marks`."""
    url, shown, at = finding.reference.url[:MOST_SHOWN], Text(), 0
    for start, end in identifying(finding):
        if start >= len(url):
            break
        shown.append_text(visible(url[at:start], MOST_SHOWN))
        piece = visible(url[start:end], MOST_SHOWN).plain
        shown.append(f"[{piece}]" if marks else piece, style="bold underline")
        at = end
    return shown.append_text(visible(url[at:], MOST_SHOWN))
