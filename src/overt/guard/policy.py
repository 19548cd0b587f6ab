"""What cleaning does with each class of finding: three policies, each a table.

`trackers` takes out what is there to report and leaves what is there to be seen. `identified` also hides pictures whose
URL names the recipient. `strict` leaves nothing that a program would load by itself. No policy touches what a reader
has to be able to do: a link whose destination is unknown stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from overt.errors import Refused


class Action(Enum):
    """What becomes of a reference."""

    KEEP = "keep"
    OUT = "out"  # the element, where it is nothing else; else its URL
    HIDE = "hide"  # the place stays, the URL goes
    STRAIGHTEN = "straighten"  # the link leads where it led, without the detour and what identifies


_TRACKERS: Final[Mapping[str, Action]] = {
    "beacon": Action.OUT,
    "wrapped-link": Action.STRAIGHTEN,
    "tagged-link": Action.STRAIGHTEN,
    "receipt": Action.OUT,
}
#: By the policy's name.
ACTIONS: Final[Mapping[str, Mapping[str, Action]]] = {
    "trackers": _TRACKERS,
    "identified": {**_TRACKERS, "identified": Action.HIDE},
    "strict": {**_TRACKERS, "identified": Action.HIDE, "remote": Action.HIDE},
}


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy by its name. `proxy` gives hidden pictures another URL; without it they become a transparent one."""

    name: str = "trackers"
    proxy: Callable[[str], str] | None = None

    def __post_init__(self) -> None:
        if self.name not in ACTIONS:
            raise Refused(f"there is no policy {self.name}; there are: {', '.join(ACTIONS)}")

    @property
    def strict(self) -> bool:
        """Whether nothing at all may load by itself."""
        return self.name == "strict"

    def action(self, kind: str, fetch: str) -> Action:
        """What becomes of a reference of class `kind` that programs fetch at `fetch`."""
        found = ACTIONS[self.name].get(kind, Action.KEEP)
        loads = self.strict and fetch == "display"
        return Action.HIDE if loads and found is not Action.OUT else found
