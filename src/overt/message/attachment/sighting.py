"""What an attached document mentions, and by which name or type a part is such a document.

Values and a table; the files of this folder read each kind. Nothing here looks into a document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["", "calendar", "office", "pdf"]

_OFFICE_TYPES: Final = ("application/vnd.openxmlformats-", "application/vnd.ms-word.", "application/vnd.ms-excel.",
                        "application/vnd.ms-powerpoint.")  # fmt: skip
#: The names of ECMA-376 packages, those with macros and templates too ([MS-OFFMACRO2]).
OFFICE_NAMES: Final = (
    ".docx", ".docm", ".dotx", ".dotm", ".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xlam", ".pptx", ".pptm", ".potx",
    ".potm", ".ppsx", ".ppsm", ".ppam", ".sldx", ".vsdx",
)  # fmt: skip
_ANYTHING: Final = frozenset({"application/octet-stream", "application/zip", "application/x-zip-compressed"})
_URL: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:[^\s]|[/\\]{2}[^\s/\\]|www\.[^\s]")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A URL in a document: as written, by which vector, and `inside` which of its members or objects it stands."""

    raw: str
    vector: str
    inside: str


def kind_of(content_type: str, filename: str) -> Kind:
    """How the part is to be read: by its name, else by its type; "" where it is none of these documents."""
    name = filename.lower().rstrip(" .")
    if name.endswith(".pdf") or content_type in ("application/pdf", "application/x-pdf"):
        return "pdf"
    if name.endswith(OFFICE_NAMES) or content_type.startswith(_OFFICE_TYPES):
        return "office"
    if content_type in ("text/calendar", "application/ics") or name.endswith((".ics", ".ifb", ".vcs")):
        return "calendar"
    return ""


def sniff(content_type: str, data: bytes) -> Kind:
    """For a part that says nothing of itself: what its first bytes say (PDF 32000-1 7.5.2, APPNOTE 4.3.7)."""
    if content_type not in _ANYTHING:
        return ""
    return "pdf" if data.startswith(b"%PDF-") else "office" if data.startswith(b"PK\x03\x04") else ""


def leads_out(raw: str) -> bool:
    """Whether it names another place: a scheme of two letters or more (one is a drive), a share, or `www.`."""
    return _URL.match(raw) is not None
