"""What systemd hands over and wants to hear."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from overt.errors import Malformed
from overt.serve.systemd import notify, take_socket

UNITS = Path(__file__).resolve().parents[2] / "packaging" / "systemd"

# As systemd does it: the handle is number 3, and the variables name the process that is to take it.
CHILD = """
import os, sys
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = "1"
os.dup2(int(sys.argv[1]), 3)
from overt.serve.systemd import take_socket
sock = take_socket(os.environ, os.getpid())
sock.setblocking(True)
connection, _ = sock.accept()
connection.sendall(connection.recv(100).upper())
"""


def test_a_socket_that_another_process_bound_is_taken_and_listened_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(server.fileno())], pass_fds=[server.fileno()])
        with socket.create_connection(server.getsockname(), 10) as client:
            client.sendall(b"hello")
            assert client.recv(100) == b"HELLO"
        assert child.wait(10) == 0


def test_what_is_meant_for_another_process_is_left_alone() -> None:
    assert take_socket({}, 7) is None
    assert take_socket({"LISTEN_PID": "8", "LISTEN_FDS": "1"}, 7) is None
    assert take_socket({"LISTEN_PID": "7", "LISTEN_FDS": "0"}, 7) is None


def test_more_than_one_socket_is_refused() -> None:
    with pytest.raises(Malformed, match="more than one"):
        take_socket({"LISTEN_PID": "7", "LISTEN_FDS": "2"}, 7)


@pytest.mark.parametrize("there", ["path", "@overt-test-notify"])
def test_systemd_hears_that_the_work_began(tmp_path: Path, there: str) -> None:
    name = str(tmp_path / "notify") if there == "path" else f"{there}-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hearing:
        hearing.bind("\0" + name[1:] if name.startswith("@") else name)
        hearing.settimeout(5)
        notify({"NOTIFY_SOCKET": name}, "READY=1")
        assert hearing.recv(100) == b"READY=1"


def test_a_deaf_or_missing_systemd_is_no_trouble(tmp_path: Path) -> None:
    notify({}, "READY=1")
    notify({"NOTIFY_SOCKET": str(tmp_path / "gone")}, "READY=1")


def test_the_units_are_sound_and_tight() -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    units = sorted(map(str, UNITS.iterdir()))
    verify = [analyze, "verify", "--man=no", *units]
    said = subprocess.run(verify, capture_output=True, text=True, timeout=60, check=False)
    assert [line for line in said.stderr.splitlines() if str(UNITS) in line] == []
    # systemd.exec(5): `security` scores 0 (shut) to 10 (open); under 2.5 is what it calls OK.
    services = [unit for unit in units if unit.endswith(".service")]
    assert len(services) == 2
    security = [analyze, "security", "--offline=yes", "--threshold=25", *services]
    tight = subprocess.run(security, capture_output=True, text=True, timeout=60, check=False)
    if "Unknown" in tight.stderr or "unrecognized" in tight.stderr:
        pytest.skip("this systemd-analyze cannot judge a unit that is not installed")
    assert tight.returncode == 0, tight.stdout
