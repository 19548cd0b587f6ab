"""Load by wrk over loopback, and what it cost the server: CPU seconds of its processes, read from /proc.

A request costs what the kernel charges the server's processes for it, so the figures of servers compare although load
and server share the machine. Each request is another one: 20,000 tokens of as many recipients, addresses as a reverse
proxy forwards them, and the programs that open mail, so that no cache sees more repetition than it would in the field.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from overt.measure import Campaign, Keyring, Kind, Link, Mode, Sending, Token, Variant, link_url, mint

REQUESTS = 20_000
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

PROGRAMS = (
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Mozilla/5.0",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.4.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
)

_SCRIPT = """
local requests = {}
for line in io.lines("%(file)s") do requests[#requests + 1] = (line:gsub("\\\\n", "\\r\\n")) end
local at = %(start)d
request = function()
  at = at %% #requests + 1
  return requests[at]
end
done = function(summary, latency)
  io.write(string.format('{"requests": %%d, "seconds": %%f, "failed": %%d, "p50": %%f, "p99": %%f, "max": %%f}\\n',
    summary.requests, summary.duration / 1e6,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
      + summary.errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw, and the server's CPU seconds. Milliseconds are of wrk's own latency histogram."""

    requests: int
    seconds: float
    failed: int
    p50: float
    p99: float
    slowest: float
    cpu: float

    @property
    def per_cpu_second(self) -> float:
        return self.requests / self.cpu if self.cpu else 0.0


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes so far, all their threads together (proc(5), fields 14 and 15)."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / CLOCK_TICKS


def write_requests(path: Path, keyring: Keyring, mode: Mode, *, kind: Kind = Kind.BEACON, seed: int = 1) -> Path:
    """A file of request heads, one a line, in the order and shape in which a reverse proxy sends them."""
    chance = random.Random(seed)
    lines = []
    for number in range(REQUESTS):
        sending = Sending((number + 1) << 32 | 1) if mode.names_sending else None
        link = Link(chance.randrange(30)) if kind is Kind.LINK else Link(0)
        token = Token(kind, mode, Campaign(7), Variant(number % 2), link, sending)
        if kind is Kind.LINK:
            there = f"https://www.example.org/story/{int(link)}?utm_source=news&page={int(link)}"
            target = link_url("", mint(keyring, token, there.encode()), there)
        else:
            target = f"/b/{mint(keyring, token)}.gif"
        address = ".".join(str(chance.randrange(1, 224)) for _ in range(4))
        lines.append(
            f"GET {target} HTTP/1.1\\nHost: t.example.org\\nX-Forwarded-For: {address}\\n"
            f"User-Agent: {PROGRAMS[chance.randrange(len(PROGRAMS))]}\\n"
            "Accept: image/avif,image/webp,*/*\\nAccept-Encoding: gzip, deflate, br\\n\\n\n"
        )
    path.write_text("".join(lines))
    return path


def find_wrk() -> str | None:
    return shutil.which("wrk")


def run_wrk(port: int, pids: Iterable[int], requests: Path, *, seconds: int, connections: int, start: int = 0) -> Load:
    """Ask `port` for what is in `requests` over and over, on `connections` connections that stay open."""
    program = find_wrk()
    if program is None:
        raise SystemExit("wrk is not installed; on Debian: apt-get install wrk")
    script = requests.with_suffix(".lua")
    script.write_text(_SCRIPT % {"file": requests, "start": start})
    counted = tuple(pids)
    before = cpu_seconds(counted)
    ended = subprocess.run(
        [program, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{port}/"],
        capture_output=True,
        text=True,
        check=True,
    )
    cpu = cpu_seconds(counted) - before
    told = re.search(r"^\{.*\}$", ended.stdout, re.MULTILINE)
    if told is None:
        raise SystemExit(f"wrk said nothing that can be read:\n{ended.stdout}{ended.stderr}")
    said = json.loads(told[0])
    return Load(said["requests"], said["seconds"], said["failed"], said["p50"], said["p99"], said["max"], cpu)
