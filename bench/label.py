"""How often the detector is right on mail that was labelled by reading, beside the rules that peers decide by.

The labels (`labels.tsv`) were made before a detector ran on them, by two readings of each message's source, its
references and the boxes that Chromium gave them. They name messages and URLs by the first 12 digits of their SHA-256
alone; the mail is in `OVERT_DATA` or `../shared/data`. Intervals are Clopper's and Pearson's at 95 %: references of one
message are alike, so the true ones are wider.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from overt.guard import RuleSet, detect, load_rules
from overt.measure.rate import Method, rate
from overt.message import Element, parse
from overt.message.reference import Reference, walk_leaves

LABELS: Final = Path(__file__).with_name("labels.tsv")
DIGITS: Final = 12
#: Where a URL stands more than once in a message, the strongest verdict on it is what a reader is told.
STRENGTH: Final = ("beacon", "identified", "remote", "wrapped-link", "tagged-link", "plain", "receipt")
CLASSES: Final = ("beacon", "identified", "wrapped-link", "tagged-link", "remote", "plain")
Key = tuple[str, str, str]  # message, display or click, URL


@dataclass(frozen=True, slots=True)
class Label:
    """What a reference is. `sure`: both readings said so, and neither doubted."""

    kind: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Of one class: found rightly, missed, and wrongly called so."""

    right: int
    missed: int
    wrong: int

    @property
    def recall(self) -> str:
        return _say(self.right, self.right + self.missed)

    @property
    def precision(self) -> str:
        return _say(self.right, self.right + self.wrong)


def run() -> None:
    """Print the detector's table, with rules and without, and the peers' on beacons."""
    labels, mail = read_labels(), find_mail()
    tables = {"all rules": judge(mail, load_rules()), "no rules": judge(mail, None)}
    table = Table(title=f"{len(mail)} messages, {len(labels)} references; sure labels, in brackets all")
    for column in ("class", "with", "recall", "precision", "recall (all)", "precision (all)"):
        table.add_column(column)
    for kind in CLASSES:
        for name, said in tables.items():
            sure, every = score(labels, said, kind, sure=True), score(labels, said, kind, sure=False)
            table.add_row(kind, name, sure.recall, sure.precision, every.recall, every.precision)
    console = Console()
    console.print(table)
    beacons = Table(title="Beacons, beside the rules of others on the same references")
    for column in ("rule", "recall", "precision"):
        beacons.add_column(column)
    peers = {name: judge_by(mail, rule) for name, rule in PEERS.items()}
    for name, said in {**tables, **peers, **judge_by_list(mail)}.items():
        found = score(labels, said, "beacon", sure=True)
        beacons.add_row(name, found.recall, found.precision)
    console.print(beacons)


def read_labels() -> dict[Key, Label]:
    """The labels by message, whether it loads or is clicked, and URL."""
    with LABELS.open(encoding="ascii", newline="") as file:
        rows = csv.reader((line for line in file if not line.startswith("#")), delimiter="\t")
        return {(message, when, url): Label(kind, doubt == "sure") for message, when, url, kind, doubt in rows}


def find_mail() -> Mapping[str, bytes]:
    """The labelled messages that are there, by their digests."""
    folder = find_folder()
    wanted = {message for message, _, _ in read_labels()}
    found: dict[str, bytes] = {}
    if (folder / "manifest.tsv").exists():
        with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["sha256"][:DIGITS] in wanted:
                    found[row["sha256"][:DIGITS]] = (folder / row["path"]).read_bytes()
    if not found:
        raise SystemExit("the labelled mail is not here; set OVERT_DATA to a folder with a manifest.tsv")
    return found


def find_folder() -> Path:
    """Where the mail lies, if it lies there."""
    return Path(os.environ.get("OVERT_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


def judge(mail: Mapping[str, bytes], rules: RuleSet | None) -> dict[Key, str]:
    """The detector's class of every reference."""
    said: dict[Key, set[str]] = defaultdict(set)
    for digest, raw in mail.items():
        for finding in detect(parse(raw), rules=rules):
            if finding.reference.fetch != "never":
                said[key_of(digest, finding.reference)].add(finding.kind)
    return {key: min(kinds, key=STRENGTH.index) for key, kinds in said.items()}


def judge_by(mail: Mapping[str, bytes], is_beacon: Callable[[Element], bool]) -> dict[Key, str]:
    """What a rule that looks at `<img>` alone calls a beacon."""
    said: dict[Key, str] = {}
    for digest, raw in mail.items():
        for leaf in walk_leaves(parse(raw)):
            for reference, holder in zip(leaf.references, leaf.holders, strict=True):
                if reference.fetch == "display":
                    hit = holder is not None and holder.tag == "img" and is_beacon(holder)
                    key = key_of(digest, reference)
                    said[key] = "beacon" if hit or said.get(key) == "beacon" else "remote"
    return said


def judge_by_list(mail: Mapping[str, bytes]) -> dict[str, dict[Key, str]]:
    """What adblock-rust, a browser's blocker, blocks with EasyPrivacy; nothing where one of them is not there."""
    lists = sorted((find_folder() / "lists").glob("easyprivacy*.txt"))
    try:
        import adblock
    except ImportError:
        return {}
    if not lists:
        return {}
    rules = adblock.FilterSet()
    rules.add_filter_list(lists[-1].read_text("utf-8"))
    engine = adblock.Engine(rules)
    said: dict[Key, str] = {}
    for digest, raw in mail.items():
        for leaf in walk_leaves(parse(raw)):
            for reference in leaf.references:
                if reference.fetch == "display":
                    blocked = engine.check_network_urls(reference.url, "https://mail.example.org/", "image").matched
                    said[key_of(digest, reference)] = "beacon" if blocked else "remote"
    return {"adblock-rust with EasyPrivacy": said}


def key_of(digest: str, reference: Reference) -> Key:
    """The key of a reference in a message."""
    url = hashlib.sha256(reference.raw.encode("utf-8", "surrogatepass")).hexdigest()
    return digest, str(reference.fetch), url[:DIGITS]


def score(labels: Mapping[Key, Label], said: Mapping[Key, str], kind: str, *, sure: bool) -> Score:
    """How one class fares; what is not sure may be left out. Of messages that are not there nothing counts."""
    counts: Counter[tuple[bool, bool]] = Counter()
    for key, label in labels.items():
        if key in said and (label.sure or not sure):
            counts[label.kind == kind, said[key] == kind] += 1
    return Score(counts[True, True], counts[True, False], counts[False, True])


def _say(part: int, whole: int) -> str:
    if not whole:
        return "none"
    found = rate(part, whole, level=0.95, method=Method.CLOPPER_PEARSON)
    return f"{part / whole:.1%} ({found.low:.1%} to {found.high:.1%})"


# What others decide by, as their programs did it in 2026; written anew from what they do.


def _side(element: Element, name: str) -> float | None:
    """A side as its attribute or, where there is none, its inline style has it, in pixels."""
    attribute = element.get(name)
    text = attribute.value if attribute is not None else ""
    if not text:
        text = next(iter(re.findall(rf"(?:^|[;\s]){name}\s*:\s*([\d.]+)(?:px)?", _style(element))), "")
    found = re.match(r"\s*([\d.]+)\s*(?:px)?\s*\Z", text)
    try:
        return float(found[1]) if found else None
    except ValueError:
        return None


def _attribute(element: Element, name: str) -> float | None:
    attribute = element.get(name)
    found = re.match(r"\s*(\d+)", attribute.value) if attribute is not None else None
    return float(found[1]) if found else None


def _style(element: Element) -> str:
    attribute = element.get("style")
    return attribute.value.lower() if attribute is not None else ""


def _by_width(element: Element) -> bool:
    width = _side(element, "width")
    return width is not None and width <= 1


def _by_small_sides(element: Element) -> bool:
    width, height = _attribute(element, "width"), _attribute(element, "height")
    return width is not None and height is not None and width < 5 and height < 5


def _by_area(element: Element) -> bool:
    if re.search(r"max-(?:width|height)\s*:\s*[01](?:\.\d+)?px", _style(element)):
        return True
    width, height = _attribute(element, "width"), _attribute(element, "height")
    return width is not None and height is not None and max(width, 1) * max(height, 1) <= 25


def _by_any_side(element: Element) -> bool:
    if re.search(r"display\s*:\s*none|visibility\s*:\s*hidden", _style(element)):
        return True
    return any(side is not None and side <= 3 for side in (_attribute(element, "width"), _attribute(element, "height")))


PEERS: Final[Mapping[str, Callable[[Element], bool]]] = {
    "width of 0 or 1 (MailTrackerBlocker)": _by_width,
    "both sides under 5 (Nextcloud Mail)": _by_small_sides,
    "area up to 25 (FairEmail)": _by_area,
    "a side up to 3, or hidden (Trocker)": _by_any_side,
}
