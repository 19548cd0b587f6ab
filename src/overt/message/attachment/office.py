"""What a Word, Excel or PowerPoint file asks for: the external relationships of its package (ECMA-376 part 2, 9.3).

Every member `*.rels` is read, and embedded packages one inside the other. XML is read by expat, element by element; a
document type, which a package must not have (part 2, M1.18), ends the reading before any entity exists. Fields and
formulas that ask by themselves (INCLUDEPICTURE, WEBSERVICE) are not read, nor is the binary format before 2007.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from xml.parsers import expat

from overt.message.attachment.archive import EACH, Budget, members
from overt.message.attachment.sighting import OFFICE_NAMES, Sighting

#: By the last word of a relationship's type, in lower case: transitional and strict names end alike.
RELATIONSHIPS: Final = {
    "attachedtemplate": "office-template",
    "image": "office-image",
    "hyperlink": "office-link",
    "hlinkclick": "office-link",
    "oleobject": "office-object",
    "package": "office-object",
    "control": "office-object",
    "externallinkpath": "office-workbook",
    "xlpathmissing": "office-workbook",
    "externallink": "office-workbook",
    "frame": "office-frame",
    "subdocument": "office-frame",
    "audio": "office-media",
    "video": "office-media",
    "media": "office-media",
    "mailmergesource": "office-data",
    "mailmergeheadersource": "office-data",
    "connections": "office-data",
}
#: An embedded file in an embedded file: programs write one; the second is there to be found.
MOST_DEPTH: Final = 2
#: Of one document: a workbook may hold 65,530 links (Excel specifications and limits); the first are enough to judge.
MOST_SIGHTINGS: Final = 4096


class _Enough(Exception):
    """Ends the reading of one member."""


def find_in_package(data: bytes, budget: Budget | None = None, depth: int = 0, outer: str = "") -> Iterator[Sighting]:
    """Every external target once, member after member."""
    shared = budget if budget is not None else Budget()
    seen: set[tuple[str, str]] = set()

    def wanted(name: str) -> bool:
        return name.lower().endswith((".rels", *OFFICE_NAMES) if depth < MOST_DEPTH else ".rels")

    for name, content in members(data, shared, wanted):
        inside = f"{outer}{name}"
        if not name.lower().endswith(".rels"):
            found = find_in_package(content, shared, depth + 1, f"{inside}/")
        else:
            found = _relationships(content, inside)
        for sighting in found:
            key = sighting.vector, sighting.raw
            if key in seen:
                continue
            if len(seen) >= MOST_SIGHTINGS or shared.left <= 0:
                return
            seen.add(key)
            shared.take(EACH)
            yield sighting


def _relationships(content: bytes, inside: str) -> Iterator[Sighting]:
    found: list[Sighting] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(" ")[2] != "Relationship" or attributes.get("TargetMode", "").lower() != "external":
            return
        target = attributes.get("Target", "").strip()
        word = attributes.get("Type", "").rpartition("/")[2].lower()
        if target:
            found.append(Sighting(target, RELATIONSHIPS.get(word, "office-other"), inside))
        if len(found) >= MOST_SIGHTINGS:
            raise _Enough

    try:
        _read(content, start)
    except (expat.ExpatError, _Enough, ValueError, LookupError):
        pass  # what stands before the fault counts
    yield from found


def _read(content: bytes, start: Callable[[str, dict[str, str]], None]) -> None:
    def refuse(*_: object) -> None:
        raise _Enough

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.Parse(content, True)
