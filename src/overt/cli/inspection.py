"""Reads and judges messages, in this process or in several, so that one bad message costs only itself.

Workers get places of messages, not messages, and give back a line of JSON and a summary: memory does not grow with the
mailbox. A worker that dies is replaced, and the message that killed it is named.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from overt.cli.rulebook import choose_rules
from overt.cli.source import Item, read_item
from overt.cli.verdict import describe_error, describe_message, to_line
from overt.errors import Malformed, OvertError
from overt.guard import Finding, LeakIndex, RuleSet, build_leak_index, detect, find_recipients
from overt.guard.ledger import Summary, summarise
from overt.message import Address, Message, parse, parse_address

CHUNK: Final = 32  # messages a task: the cost of handing over is then under one percent
AHEAD: Final = 4  # tasks a worker has waiting, so that none is idle and the rest stays on disk
KEPT_INDEXES: Final = 64  # dictionaries for sets of addresses; one mailbox has few


@dataclass(frozen=True, slots=True)
class Wish:
    """How to judge: with the shipped rules or none, lists to add, addresses of the reader, JSON wanted or not."""

    rules: bool = True
    lists: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    json: bool = False


@dataclass(frozen=True, slots=True)
class Inspected:
    """One message judged; `line` is its JSON where that was wished for, `error` why it could not be read."""

    label: str
    size: int
    summary: Summary | None
    line: str = ""
    error: str = ""


@cache
def rules_of(wish: Wish) -> RuleSet | None:
    """The rules wished for, compiled once a process."""
    return choose_rules(wish.rules, map(Path, wish.lists), os.environ)


def ruleset_of(wish: Wish) -> str:
    """The name and version of the rules, as JSON has it."""
    rules = rules_of(wish)
    return "none" if rules is None else rules.version


def judge(message: Message, wish: Wish) -> tuple[Finding, ...]:
    """The findings of one message, its recipients' addresses looked for in every URL."""
    return detect(message, rules=rules_of(wish), leaks=_index(wish, message))


def inspect_raw(label: str, raw: bytes, wish: Wish) -> Inspected:
    """Judge the bytes of one message."""
    message = parse(raw)
    findings = judge(message, wish)
    summary = summarise(label, message, findings)
    line = to_line(describe_message(summary, ruleset_of(wish), findings)) if wish.json else ""
    return Inspected(label, len(raw), summary, line)


def inspect_item(item: Item, wish: Wish) -> Inspected:
    """Read and judge one message; whatever is wrong becomes its `error`."""
    try:
        return inspect_raw(item.label, read_item(item), wish)
    except (OvertError, OSError) as error:
        return failed(item.label, len(item), str(error), wish)


def failed(label: str, size: int, error: str, wish: Wish) -> Inspected:
    """A message that could not be read."""
    return Inspected(label, size, None, to_line(describe_error(label, ruleset_of(wish), error)), error)


def inspect_all(items: Iterable[Item], wish: Wish, workers: int) -> Iterator[Inspected]:
    """Every message judged, in the order of `items`."""
    if workers <= 1:
        yield from (inspect_item(item, wish) for item in items)
        return
    source = iter(items)
    chunks = iter(lambda: list(islice(source, CHUNK)), [])
    waiting: deque[tuple[list[Item], Future[list[Inspected]]]] = deque()
    pool = _pool(workers)
    try:
        for chunk in chunks:
            waiting.append((chunk, pool.submit(_inspect_chunk, chunk, wish)))
            if len(waiting) >= workers * AHEAD:
                yield from _finish(*waiting.popleft(), wish)
                pool = _alive(pool, waiting, workers, wish)
        while waiting:
            yield from _finish(*waiting.popleft(), wish)
            pool = _alive(pool, waiting, workers, wish)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _inspect_chunk(chunk: list[Item], wish: Wish) -> list[Inspected]:
    return [inspect_item(item, wish) for item in chunk]


def _finish(chunk: list[Item], future: Future[list[Inspected]], wish: Wish) -> list[Inspected]:
    try:
        return future.result()
    except BrokenProcessPool:  # one of these killed its process: each alone, in a process of its own
        return [_alone(item, wish) for item in chunk]


def _alone(item: Item, wish: Wish) -> Inspected:
    with _pool(1) as pool:
        try:
            return pool.submit(_inspect_chunk, [item], wish).result()[0]
        except BrokenProcessPool:
            return failed(item.label, len(item), "reading it ended the process; please report this message", wish)


def _alive(
    pool: ProcessPoolExecutor, waiting: deque[tuple[list[Item], Future[list[Inspected]]]], workers: int, wish: Wish
) -> ProcessPoolExecutor:
    """The pool, or a new one with the waiting tasks where the old one is dead."""
    if not any(future.done() and isinstance(future.exception(), BrokenProcessPool) for _, future in waiting):
        return pool
    pool.shutdown(wait=False, cancel_futures=True)
    fresh = _pool(workers)
    again = [(chunk, fresh.submit(_inspect_chunk, chunk, wish)) for chunk, _ in waiting]
    waiting.clear()
    waiting.extend(again)
    return fresh


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("forkserver"))


def _index(wish: Wish, message: Message) -> LeakIndex | None:
    addresses = dict.fromkeys((*wish.addresses, *find_recipients(message)))
    return _built(tuple(sorted(addresses, key=str))) if addresses else None


@lru_cache(maxsize=KEPT_INDEXES)
def _built(addresses: tuple[Address, ...]) -> LeakIndex:
    return build_leak_index(addresses)


def read_address(text: str) -> Address:
    """One of the reader's own addresses, as given on the command line."""
    try:
        return parse_address(text)
    except Malformed as error:
        raise Malformed(f"--address: {error}") from error
