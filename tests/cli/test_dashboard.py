"""`overt dashboard` over a socket, and beside `overt up` once there is an account."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from overt.cli.main import main
from tests.cli.world import free_ports, running_world, write_settings


def wait_for(url: str) -> str:
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_it_is_served_and_ends_in_order(folder: Path) -> None:
    smtp, http, port = free_ports(3)
    write_settings(folder, smtp, http, more=f'[dashboard]\nlisten = "127.0.0.1:{port}"\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "overt.cli.main", "dashboard"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        page = wait_for(f"http://127.0.0.1:{port}/")
        assert "<h1>Log in</h1>" in page
        assert "overt account add" in page
    finally:
        process.terminate()
        out, err = process.communicate(timeout=30)
    assert f"http://127.0.0.1:{port}" in out
    assert err == ""
    assert process.returncode == 0


def test_it_runs_beside_the_rest_once_somebody_may_log_in(folder: Path) -> None:
    (port,) = free_ports(1)
    more = f'[dashboard]\nlisten = "127.0.0.1:{port}"\n'
    with running_world(folder, more) as world:
        assert any("not running; it wants an account" in line for line in world.said)
    assert main(["account", "add", "ann", "--generate"]) == 0
    with running_world(folder, more) as world:
        assert any(f"dashboard  http 127.0.0.1:{port}" in line for line in world.said)
        assert "Log in" in wait_for(f"http://127.0.0.1:{port}/")
