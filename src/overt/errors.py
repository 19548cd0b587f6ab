"""Errors that say who can put them right.

Every error overt raises on purpose is one of three: the author of the input (`Malformed`), the caller (`Refused`), or
nobody but time (`Unavailable`). `public` is what a stranger may read: it names no rule, key or address. Bad mail is
not an error at all: it is data with defects.
"""

from __future__ import annotations


class OvertError(Exception):
    """What went wrong, for the operator; `public` is the sentence for strangers."""

    default_public = "Something went wrong."

    def __init__(self, message: str, *, public: str = "") -> None:
        super().__init__(message)
        self.public = public or self.default_public


class Malformed(OvertError):
    """The input is not what its author claims it is; the author can mend it."""

    default_public = "That could not be read."


class Refused(OvertError):
    """The input is fine, but what was asked for is not allowed; the caller can ask for something else."""

    default_public = "That is not allowed."


class Unavailable(OvertError):
    """It would work at another time: a disk, a database or another host is out of reach."""

    default_public = "Not available now; please try again later."
