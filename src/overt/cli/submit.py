"""Messages into an SMTP server, one after another over one connection, each with its outcome.

Knows SMTP replies (RFC 5321 section 4.2.1): 2 is accepted, 4 is later, 5 is never. Retries nothing itself.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from overt.errors import Unavailable

SECONDS = 60.0  # the relay answers within milliseconds; a minute bounds a busy disk
GONE = 421  # the server closes the connection (RFC 5321 section 4.2.2)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the server said: its code, 0 where the connection broke, and its words."""

    code: int
    words: str = ""

    @property
    def accepted(self) -> bool:
        return 200 <= self.code < 300

    @property
    def broken(self) -> bool:
        """Whether the connection is no more."""
        return self.code in (0, GONE)


class Submission:
    """A connection to an SMTP server, opened on entering; raises `Unavailable` where nobody answers."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._smtp = smtplib.SMTP(timeout=SECONDS)

    def __enter__(self) -> Self:
        try:
            self._smtp.connect(self._host, self._port)
            self._smtp.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(
                f"No relay answers at {self._host}:{self._port} ({error}). Start one with: overt up"
            ) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()

    def submit(self, sender: str, recipient: str, raw: bytes) -> Outcome:
        """Hand over one message; never raises for what the server or the network does."""
        try:
            self._smtp.sendmail(sender, [recipient], raw, self._options(sender, recipient, raw))
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return Outcome(code, _read(words))
        except smtplib.SMTPResponseException as error:
            return Outcome(error.smtp_code, _read(error.smtp_error))
        except smtplib.SMTPNotSupportedError as error:
            return Outcome(550, str(error))
        except (OSError, smtplib.SMTPException) as error:
            return Outcome(0, str(error) or type(error).__name__)
        return Outcome(250)

    def _options(self, sender: str, recipient: str, raw: bytes) -> Sequence[str]:
        options = []
        if not raw.isascii() and self._smtp.has_extn("8bitmime"):  # RFC 6152
            options.append("BODY=8BITMIME")
        if not (sender + recipient).isascii():  # RFC 6531
            options.append("SMTPUTF8")
        return options


def _read(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())
