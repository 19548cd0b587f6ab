"""`overt password`: the argon2 hash of a password, for `relay.users`; and asking for that of a mailbox. Keeps none."""

from __future__ import annotations

import getpass
import os
import sys

from overt.errors import Malformed, Refused


def ask_imap_password(user: str, host: str) -> str:
    """The password of a mailbox: from the environment or whoever sits there; `Refused` where nobody does."""
    told = os.environ.get("OVERT_IMAP_PASSWORD")
    if told is not None:
        return told
    if not sys.stdin.isatty():
        raise Refused("Set OVERT_IMAP_PASSWORD; there is no terminal to ask for the password.")
    return getpass.getpass(f"Password of {user} at {host}: ")


def password() -> int:
    """Print the hash of a password, for relay.users; asks for it, or reads a line of stdin.

    The password has 8 characters at least. Whoever reads the hash can try passwords against it: keep it like one.
    """
    from overt.serve.login import hash_password

    print(hash_password(ask_password()))
    return 0


def ask_password() -> str:
    """A new password: twice from whoever sits there, or a line of stdin; raises `Malformed`."""
    from overt.serve.login import LONGEST_PASSWORD

    if sys.stdin.isatty():
        told = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != told:
            raise Malformed("The two are not the same.")
        return told
    return sys.stdin.readline(LONGEST_PASSWORD + 2).rstrip("\r\n")
