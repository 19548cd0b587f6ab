"""`overt password`: the argon2 hash of a password, for `relay.users`. The password itself is kept nowhere."""

from __future__ import annotations

import getpass
import sys

from overt.errors import Malformed
from overt.serve.login import LONGEST_PASSWORD, hash_password


def password() -> int:
    """Print the hash of a password, for relay.users; asks for it, or reads a line of stdin.

    The password has 8 characters at least. Whoever reads the hash can try passwords against it: keep it like one.
    """
    if sys.stdin.isatty():
        told = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != told:
            raise Malformed("The two are not the same.")
    else:
        told = sys.stdin.readline(LONGEST_PASSWORD + 2).rstrip("\r\n")
    print(hash_password(told))
    return 0
