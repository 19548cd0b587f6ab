"""The detectors: each looks at one side of a case and says what it sees.

A detector is a function of one `Case` that yields evidence of the kinds in `overt.guard.weight`; none of them decides.
`DETECTORS` is all of them, in the order in which their evidence is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from overt.guard.case import Case
from overt.guard.detectors.company import look_at_company
from overt.guard.detectors.endpoint import look_at_endpoint
from overt.guard.detectors.look import look_at_look
from overt.guard.detectors.naming import look_at_names
from overt.guard.detectors.nesting import look_at_nesting
from overt.guard.detectors.proof import look_at_proof
from overt.guard.detectors.singling import look_at_tokens
from overt.guard.finding import Evidence


class Detector(Protocol):
    """Looks at one side of a case; `__name__` is how it is told from the others."""

    def __call__(self, case: Case, /) -> Iterable[Evidence]: ...


DETECTORS: Final[tuple[Detector, ...]] = (
    look_at_endpoint,
    look_at_proof,
    look_at_look,
    look_at_tokens,
    look_at_names,
    look_at_nesting,
    look_at_company,
)
