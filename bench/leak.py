"""Leaks: what an index costs to build and to keep, and what a message without a leak costs, beside walking it.

The newsletter is that of `bench.instrument`, each link behind a click counter with an opaque token of its own, as most
are. Nothing in it is an address's, so all that is paid is the price of looking.
"""

from __future__ import annotations

import base64
import hashlib
import time
import tracemalloc

from rich.console import Console
from rich.table import Table

from bench.instrument import newsletter
from bench.timing import time_in_turns
from overt.guard import build_leak_index, find_leaks
from overt.message import Address, parse, walk

COUNTS = (1, 10, 100)


def tracked_newsletter() -> bytes:
    """The newsletter with a token in every link: 32 hexadecimal digits in every other one, base64 in the rest."""
    html = newsletter()
    for number in range(30):
        seed = hashlib.sha256(b"link %d" % number).digest()
        token = seed[:16].hex() if number % 2 else base64.urlsafe_b64encode(seed).decode().rstrip("=")
        html = html.replace(f"https://www.example.org/story/{number}?", f"https://t.example.org/c/{token}?", 1)
    return b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()


def run() -> None:
    """Print two tables."""
    people = [Address(f"ada.lovelace{number}", "example.org") for number in range(max(COUNTS))]
    message = parse(tracked_newsletter())
    urls = [reference.url for reference in walk(message)]
    built = Table("addresses", "build, CPU s", "forms", "memory, estimated MB", "traced in Python MB", title="index")
    indexes = {}
    for count in COUNTS:
        start = time.process_time()
        indexes[count] = build_leak_index(people[:count])
        seconds = time.process_time() - start
        tracemalloc.start()
        traced_index = build_leak_index(people[:count])
        traced = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        size, memory = traced_index.size, traced_index.memory
        built.add_row(str(count), f"{seconds:.3f}", f"{size:,}", f"{memory / 1e6:.1f}", f"{traced / 1e6:.1f}")
    things = {
        f"{count} addresses": lambda index=indexes[count]: [find_leaks(index, url) for url in urls] for count in COUNTS
    }
    spans = time_in_turns({"walk alone": lambda: list(walk(message)), **things})
    looked = Table(f"a message without leaks, {len(urls)} URLs", "CPU ms", "of walking it", "us a URL", title="looking")
    for name, seconds in spans.items():
        share = seconds / spans["walk alone"]
        looked.add_row(name, f"{seconds * 1e3:.2f}", f"{share:.2f}", f"{seconds / len(urls) * 1e6:.1f}")
    console = Console()
    console.print(built)
    console.print(looked)
