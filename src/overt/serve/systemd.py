"""What systemd hands over and wants to hear: a listening socket, and when the work begins and ends.

The protocols of sd_listen_fds(3) and sd_notify(3), which need no library: environment variables, a file handle and a
datagram. Without systemd there is nothing to take and nobody to tell.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping

from overt.errors import Malformed

FIRST_HANDLE = 3  # sd_listen_fds(3): handed over from there on


def take_socket(environment: Mapping[str, str], pid: int) -> socket.socket | None:
    """The listening socket meant for this process, or None. `Malformed` where it is something else, or one of many."""
    if environment.get("LISTEN_PID") != str(pid) or environment.get("LISTEN_FDS", "0") == "0":
        return None
    if environment["LISTEN_FDS"] != "1":
        raise Malformed("systemd handed over more than one socket; the collector takes one")
    try:
        found = socket.socket(fileno=FIRST_HANDLE)
        listening = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise Malformed(f"systemd handed over something that is no socket: {error.strerror}") from error
    if not listening or found.type != socket.SOCK_STREAM:
        raise Malformed("systemd handed over a socket that takes no connections; use ListenStream=")
    found.set_inheritable(False)
    found.setblocking(False)
    return found


def notify(environment: Mapping[str, str], state: str) -> None:
    """Tell systemd `READY=1` or `STOPPING=1`, where it wants to hear it; a deaf one is no reason to stop."""
    path = environment.get("NOTIFY_SOCKET", "")
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as told:
        try:
            told.sendto(state.encode(), "\0" + path[1:] if path.startswith("@") else path)
        except OSError:
            return
