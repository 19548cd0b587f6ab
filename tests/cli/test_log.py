"""No mail address comes out of a log, however it got in."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.cli.log import HIDDEN, LONGEST, Redacting, redact
from tests.cli.world import free_ports

LOCALS = st.text("abcXYZ019.!#$%&'*+/=?^_`{|}~-ü", min_size=1, max_size=64).filter(lambda text: text.strip("."))
WRAPS = st.sampled_from(
    ["{}", "<{}>", "'{}'", '"{}"', "({})", "rcpt={}", "mailto:{}?x", "{}: unknown", "a,{};b", "[{}]"]
)


@given(local=LOCALS, wrap=WRAPS, before=st.text(max_size=20), after=st.text(max_size=20), encoded=st.booleans())
def test_addresses_are_hidden_in_any_surroundings(
    local: str, wrap: str, before: str, after: str, encoded: bool
) -> None:
    address = f"{local}@quixwort.example"
    line = redact(f"{before} {wrap.format(quote(address, safe='') if encoded else address)} {after}")
    assert "quixwort" not in line
    assert HIDDEN in line


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("550 5.1.1 <robin@quixwort.example>: no such user", f"550 5.1.1 <{HIDDEN}>: no such user"),
        ('550 "robin quix"@quixwort.example unknown', f"550 {HIDDEN} unknown"),
        ("bounces+robin=quixwort.example@lists.example.org", HIDDEN),
        ("robin%40quixwort.example", HIDDEN),
        ("ROBIN@QUIXWORT.EXAMPLE, kim@x.org", f"{HIDDEN}, {HIDDEN}"),
        ("    @property\n    a @ b", "    @property\n    a @ b"),
        ("the next hop smtp://127.0.0.1:25 does not answer", "the next hop smtp://127.0.0.1:25 does not answer"),
    ],
)
def test_what_is_hidden_and_what_is_left(said: str, written: str) -> None:
    assert redact(said) == written


def test_a_hostile_line_is_cut_and_takes_no_time_that_counts() -> None:
    began = time.process_time()
    for text in ('"' * 10**6, "@" * 10**6, '"a' * 10**6, "a@" * 10**6, "\\" * 10**6, "%40" * 10**6):
        assert len(redact(text)) <= LONGEST + 100
    assert time.process_time() - began < 60  # a quadratic search takes hours


@pytest.mark.parametrize("shift", range(24))
def test_an_address_that_the_cut_goes_through_is_gone(shift: int) -> None:
    half = LONGEST // 2
    line = "x " * (half // 2 - 12) + " " * shift + "robin@quixwort.example " + "y " * half
    assert "robin" not in redact(line)
    assert "quixwort" not in redact(line[::-1].replace("elpmaxe.trowxiuq@nibor", "robin@quixwort.example"))


def test_tracebacks_and_their_causes_are_hidden_too() -> None:
    try:
        try:
            raise ValueError("robin@quixwort.example")
        except ValueError as cause:
            raise RuntimeError("no mail for kim@quixwort.example") from cause
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "to %s", ("ana@quixwort.example",), sys.exc_info())
    said = Redacting("%(message)s").format(record)
    assert "quixwort" not in said
    assert said.startswith(f"to {HIDDEN}\n")
    assert f"ValueError: {HIDDEN}" in said
    assert f"RuntimeError: no mail for {HIDDEN}" in said


@pytest.mark.parametrize(
    "fault",
    [
        "raise ValueError('robin@quixwort.example')",
        "import threading; thread = threading.Thread(target=lambda: {}['robin@quixwort.example']); thread.start()",
        "import logging; logging.warning('%d', 'robin@quixwort.example')",
        "class A:\n def __del__(self): raise ValueError('robin@quixwort.example')\nA()",
    ],
)
def test_faults_that_nobody_caught_are_hidden(fault: str) -> None:
    code = f"from overt.cli.log import start_logging; start_logging()\n{fault}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "quixwort" not in ran.stderr + ran.stdout
    assert "logging.warning" in fault or "a fault in the program" in ran.stderr


def test_what_the_next_server_says_is_logged_by_overt_up_without_addresses(tmp_path: Path) -> None:
    relay, collector = free_ports(2)
    with socket.create_server(("127.0.0.1", 0)) as hop:
        threading.Thread(target=refuse_all, args=(hop,), daemon=True).start()
        (tmp_path / "overt.toml").write_text(
            f'base_url = "http://127.0.0.1:{collector}"\n'
            f'[relay]\nlisten = "127.0.0.1:{relay}"\nnext_hop = "smtp://127.0.0.1:{hop.getsockname()[1]}"\n'
            f'[collector]\nlisten = "127.0.0.1:{collector}"\n[pages]\nenabled = false\n'
        )
        command = [sys.executable, "-m", "overt.cli.main", "up"]
        process = subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
        )
        assert process.stdout is not None
        said = []
        try:
            send(relay, process)
            for line in process.stdout:
                said.append(line)
                if "next hop" in line and "421" in line:
                    break
        finally:
            process.send_signal(signal.SIGTERM)
            said.append(process.communicate(timeout=30)[0])
    assert HIDDEN in "".join(said)
    assert "quixwort" not in "".join(said).lower()


def refuse_all(hop: socket.socket) -> None:
    while True:
        try:
            connection, _ = hop.accept()
        except OSError:
            return
        with connection:
            connection.sendall(b"421 4.3.2 no mail for robin@quixwort.example now\r\n")


def send(port: int, process: subprocess.Popen[str]) -> None:
    """One message, as soon as the relay is there."""
    import smtplib

    for _ in range(600):
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
                client.sendmail("kim@quixwort.example", ["robin@quixwort.example"], b"Subject: x\r\n\r\nx\r\n")
                return
        except ConnectionRefusedError:
            assert process.poll() is None
            time.sleep(0.1)
    raise AssertionError("no relay")
