"""The redirectors we know, as rows: whose they are, which URLs are theirs, and how each writes its destination.

Reads `overt/rules/redirectors.tsv`, which comes with the package, once. Says whose a URL is and takes the destination
out of it; what to do with one, and redirectors that nobody has listed, is `overt.guard.redirect`'s work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, get_args

from overt.errors import Malformed
from overt.guard.wrapping import DECODERS, STEPS, decode
from overt.message import Url, registrable_domain

#: `gateway`: a recipient's mail security; `click`: a sender's counting; `ad`: advertising and affiliate networks;
#: `social`: a big site's way out; `shortener`; `keep`: names another page but does not lead there.
Kind = Literal["gateway", "click", "ad", "social", "shortener", "keep"]
KINDS: Final = get_args(Kind)
COLUMNS: Final = (
    "id", "vendor", "kind", "hosts", "path", "take", "decode", "source", "reason", "example", "leads",
)  # fmt: skip
MOST_LABELS: Final = 8  # of a host that are looked up; rows name at most four
_FLAGS: Final = re.IGNORECASE | re.DOTALL
_TAKE: Final = re.compile(r"(?:value|raw):[A-Za-z0-9_,]+|path|none")


@dataclass(frozen=True, slots=True)
class Redirector:
    """One row. `path` matches at the start of path and query; `take` says where in the URL the destination stands.

    `value:a,b`: in the first of these parameters, percent-decoded; `raw:a`: the same, as written; `path`: group 1 of
    `path`; `none`: nowhere. `decode` are steps of `overt.guard.wrapping`. `leads` is where `example` leads, "" where
    only its owner knows.
    """

    id: str
    vendor: str
    kind: Kind
    hosts: tuple[str, ...]
    path: re.Pattern[str]
    take: str
    decode: tuple[str, ...]
    source: str
    reason: str
    example: str
    leads: str

    def owner(self, url: Url) -> str:
        """Who runs it: the vendor, or the URL's host where the row names none."""
        return url.host if self.vendor == "-" else self.vendor

    def destination(self, url: Url) -> str | None:
        """Where the URL, which is this redirector's, says that it leads; None where it does not say."""
        if self.take == "none":
            return None
        if self.take == "path":
            found = self.path.match(rest_of(url))
            written = found[1] if found and found.lastindex else None
            return None if written is None else decode(written, self.decode)
        how, _, names = self.take.partition(":")
        for name in names.lower().split(","):
            for pair in url.query.split("&"):
                key, equals, value = pair.partition("=")
                if equals and key.lower() == name:
                    return decode(value, (*(("percent",) if how == "value" else ()), *self.decode))
        return None


@dataclass(frozen=True, slots=True)
class RedirectorSet:
    """Rows by host, as `read_redirectors` made them; `anywhere`: those of no host; `any_path`: these all at once."""

    rows: tuple[Redirector, ...]
    by_host: Mapping[str, tuple[Redirector, ...]]
    by_label: Mapping[str, tuple[Redirector, ...]]
    anywhere: tuple[Redirector, ...]
    any_path: re.Pattern[str]

    def find(self, url: Url) -> Redirector | None:
        """The first row that knows the URL: rows of its host before rows of any host."""
        rest = rest_of(url)
        labels = url.host.removesuffix(".").split(".")
        for start in range(max(0, len(labels) - MOST_LABELS), len(labels) - 1):
            for row in self.by_host.get(".".join(labels[start:]), ()):
                if row.path.match(rest):
                    return row
        if not self.by_label.keys().isdisjoint(labels):
            owner = registrable_domain(url.host) or ""
            for row in self.by_label.get(owner.partition(".")[0], ()):
                if _is_under(url.host, owner, row.hosts) and row.path.match(rest):
                    return row
        if self.any_path.match(rest) is None:
            return None
        return next((row for row in self.anywhere if row.path.match(rest)), None)


def rest_of(url: Url) -> str:
    """Path and query: what rows are matched against."""
    return f"{url.path}?{url.query}" if url.query else url.path


def _is_under(host: str, owner: str, names: tuple[str, ...]) -> bool:
    label = owner.partition(".")[0]
    bare = host.removesuffix(".").removesuffix(owner) + label  # without the public suffix
    wild = (name.removesuffix(".*") for name in names if name.endswith(".*"))
    return any(bare == name or bare.endswith(f".{name}") for name in wild)


@cache
def redirectors() -> RedirectorSet:
    """The rows that come with the package."""
    text = files("overt").joinpath("rules", "redirectors.tsv").read_text(encoding="utf-8")
    return read_redirectors(text)


def read_redirectors(text: str) -> RedirectorSet:
    """A table in our columns; raises `Malformed` with all its mistakes, each with its line."""
    lines = text.splitlines()
    faults: list[str] = []
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise Malformed(f"line 1: the columns of redirectors are {', '.join(COLUMNS)}, with tabs between them")
    rows: list[Redirector] = []
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        fault = _fault(cells, {row.id for row in rows})
        if fault:
            faults.append(f"line {number}: {fault}")
        else:
            rows.append(_row(cells))
    if faults:
        raise Malformed("; ".join(faults))
    hosts: dict[str, list[Redirector]] = {}
    labels: dict[str, list[Redirector]] = {}
    for row in rows:
        for host in row.hosts:
            if host.endswith(".*"):
                labels.setdefault(host.removesuffix(".*").rpartition(".")[2], []).append(row)
            elif host != "*":
                hosts.setdefault(host, []).append(row)
    anywhere = tuple(row for row in rows if "*" in row.hosts)
    any_path = "|".join(f"(?:{row.path.pattern})" for row in anywhere) or "(?!)"
    return RedirectorSet(
        tuple(rows),
        {host: tuple(some) for host, some in hosts.items()},
        {label: tuple(some) for label, some in labels.items()},
        anywhere,
        re.compile(any_path, _FLAGS),
    )


def _fault(cells: list[str], known: set[str]) -> str:
    if len(cells) != len(COLUMNS):
        return f"{len(cells)} cells where {len(COLUMNS)} are wanted"
    identity, vendor, kind, hosts, path, take, steps, source, _, example, _ = cells
    if not (identity and vendor and hosts and source and example):
        return "id, vendor, hosts, source and example are wanted in every row"
    if identity in known:
        return f"the id {identity} is taken"
    if kind not in KINDS:
        return f"{kind} is none of {', '.join(KINDS)}"
    if not _TAKE.fullmatch(take):
        return f"{take} says nowhere to take the destination from"
    unknown = [step for step in steps.split() if step not in STEPS]
    if unknown:
        return f"{unknown[0]} is none of {', '.join(DECODERS)}"
    try:
        re.compile(path)
    except re.error as error:
        return f"the path is no regular expression: {error}"
    return ""


def _row(cells: list[str]) -> Redirector:
    identity, vendor, kind, hosts, path, take, steps, source, reason, example, leads = cells
    chosen = next(name for name in KINDS if name == kind)
    return Redirector(
        identity, vendor, chosen, tuple(hosts.split()), re.compile(path, _FLAGS), take,
        tuple(steps.split()), source, reason, example, leads,
    )  # fmt: skip


#: Nobody's: for whoever wants to know what can be told without any vendor's name.
NO_REDIRECTORS: Final = read_redirectors("\t".join(COLUMNS))
