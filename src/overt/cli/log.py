"""What processes that carry mail say on standard error: a line for a person, with nobody's mail address in it.

Faults of other libraries and the next server's words quote addresses as they like, so they are taken out of the
finished line: message, traceback and all.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from types import TracebackType

HIDDEN = "[address]"
LONGEST = 20_000  # characters of one record; a traceback has some thousand
# A word is what stands between characters that an address cannot have unquoted (RFC 5321 section 4.1.2). Words are
# found whole, so no text makes this slow.
_WORD = re.compile(r"""[^\s<>()\[\],;"]+""")
_INNER = re.compile(r".(?:@|%40).", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r""""(?:[^"\\\r\n]|\\.){1,130}"(?:@|%40)\S{1,255}""", re.IGNORECASE)  # "ann lee"@example.org


class Redacting(logging.Formatter):
    """Formats like its base, and takes out addresses and what is too long."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as it is written."""
        return redact(super().format(record))


def redact(text: str) -> str:
    """The text without mail addresses, plain, quoted, percent-encoded or inside of others (VERP)."""
    if len(text) > LONGEST:
        # Without the words that the cut goes through: half an address is one no more, and still tells.
        head, tail = text[: LONGEST // 2].rsplit(maxsplit=1), text[-LONGEST // 2 :].split(maxsplit=1)
        text = "\n[...]\n".join((head[0] if len(head) > 1 else "", tail[1] if len(tail) > 1 else ""))
    return _WORD.sub(_hide, _QUOTED.sub(HIDDEN, text))


def start_logging() -> None:
    """From now on everything that this process logs, and every fault that nobody caught, goes out redacted."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.raiseExceptions = False  # a line that cannot be formatted would be printed as it is
    sys.excepthook = _log_fault
    threading.excepthook = lambda fault: _log_fault(fault.exc_type, fault.exc_value, fault.exc_traceback)
    sys.unraisablehook = lambda fault: _log_fault(fault.exc_type, fault.exc_value, fault.exc_traceback)


def _log_fault(kind: type[BaseException], value: BaseException | None, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical("a fault in the program", exc_info=(kind, value or kind(), traceback))


def _hide(word: re.Match[str]) -> str:
    return HIDDEN if _INNER.search(word[0]) else word[0]
