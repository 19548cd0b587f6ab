"""Requests as values, and the head of the usual one read at a glance.

A tracking host is asked for one picture or one link at a time, in heads that differ in the token and the address that a
proxy forwards, and hardly in anything else. `Glance` is what such a head says; `GlanceReader` cuts out those two and
looks up what the rest said when it last came, to the byte. Whatever differs from the usual in any way is not read here
at all: the full parser reads it, and must say the same of whatever both read. Keeps no line in which an address may
stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from overt.measure import Flag, Kind

Field = tuple[bytes, bytes]

# Longer ones are cut: RFC 9110 10.1.5 asks for short ones, and the store cuts there too.
LONGEST_USER_AGENT = 512
# Few programs make most requests. A stranger who invents heads makes us forget them now and then: 4 MB at the most.
MOST_KNOWN = 4096
LONGEST_KNOWN = 1024
MOST_LINES = 32  # of a head read at a glance; mail programs and their proxies send 4 to 15
LONGEST_TOKEN = 64  # as `overt.measure.parse_path` reads it

_TOLD = re.compile(rb"prefetch|prerender|preview|instant", re.IGNORECASE)
# RFC 9110 5.6.2 and 5.5: a name, and a value that begins with no space.
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}):[ \t]?([!-~\x80-\xff][\t -~\x80-\xff]*|)")


@dataclass(frozen=True, slots=True)
class Request:
    """One request: method and target as they came, and its fields with names in small letters."""

    method: bytes
    target: bytes
    fields: Sequence[Field] = ()

    def values(self, name: bytes) -> list[bytes]:
        """The values of every field of that name, in order."""
        return [value for found, value in self.fields if found == name]


def read_flags(fields: Iterable[Field]) -> Flag:
    """What a request says about itself: loading in advance, privacy wishes, having loaded before."""
    flags = Flag.NONE
    for name, value in fields:
        if name in (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz"):
            if _TOLD.search(value):
                flags |= Flag.PREFETCH
        elif name == b"sec-gpc":
            if value.strip() == b"1":
                flags |= Flag.GPC
        elif name == b"dnt":
            if value.strip() == b"1":
                flags |= Flag.DNT
        elif name in (b"if-none-match", b"if-modified-since"):
            flags |= Flag.CONDITIONAL
    return flags


def read_user_agent(values: Iterable[bytes]) -> str:
    """The User-Agent as it is kept."""
    return b" ".join(values)[:LONGEST_USER_AGENT].decode("utf-8", "replace")


class Glance(NamedTuple):
    """A usual request for a beacon or a link: GET, HTTP/1.1, one Host, no content, and the connection stays.

    `query` is of links only; `forwarded` is the value of the field in which a proxy names its client, or empty.
    """

    kind: Kind
    token: bytes
    query: bytes
    user_agent: str
    flags: Flag
    forwarded: bytes


# Fields that say where a request ends or what becomes of the connection: always the full parser's.
_FRAMING = frozenset(
    b"content-length transfer-encoding connection proxy-connection keep-alive upgrade http2-settings expect te trailer"
    b" range".split()
)
_ADDRESSES = frozenset(b"x-forwarded-for forwarded x-real-ip cf-connecting-ip true-client-ip x-client-ip".split())
_TOKEN_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_ADDRESS_LETTERS = b"0123456789abcdefABCDEF.:, "
# Characters that may stand in a query (RFC 3986 3.4); no others are read here.
_QUERY_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?%"
_END = b" HTTP/1.1\r\n"
_BEACON, _LINK = Kind


class _Told(NamedTuple):
    """What the lines of a head say, beside the one with the client's address."""

    user_agent: str
    flags: Flag


class GlanceReader:
    """Reads usual heads. `prefix` is the path of the base URL, `forwarded` the proxy's field in small letters.

    `longest_target` and `longest` are bytes of a target and of a whole head. Remembers heads, so belongs to one loop.
    """

    def __init__(self, *, prefix: bytes, forwarded: bytes, longest_target: int, longest: int) -> None:
        self._longest = longest
        self._longest_line = longest_target + len(b"GET ") + len(_END)
        self._forwarded = forwarded
        self._address = b"\r\n" + forwarded.title() + b": "
        self._address_in_small = b"\r\n" + forwarded + b": "
        self._beacon = b"GET " + prefix + b"/b/"
        self._link = b"GET " + prefix + b"/c/"
        self._start = len(self._beacon)
        self._known: dict[bytes, _Told] = {}

    def read(self, data: bytes) -> Glance | None:
        """What a whole usual head says, and nothing behind it; None for anything else."""
        end = data.find(_END, 0, self._longest_line)
        if end < 0 or len(data) > self._longest or data[-4:] != b"\r\n\r\n":
            return None
        forwarded, rest = b"", data[end:]
        at = data.find(self._address, end)
        if at < 0:
            at = data.find(self._address_in_small, end)
        if at >= 0:
            start = at + len(self._address)
            stop = data.find(b"\r\n", start)
            if stop < 0:
                return None
            forwarded, rest = data[start:stop], data[end:at] + data[stop:]
            if not forwarded or forwarded.translate(None, _ADDRESS_LETTERS):
                return None
        told = self._known.get(rest) or self._learn(rest)
        if told is None:
            return None
        if data.startswith(self._beacon):
            token = data[self._start : end - 4]
            if data[end - 4 : end] != b".gif" or token.translate(None, _TOKEN_LETTERS):
                return None
            kind, query = _BEACON, b""
        elif data.startswith(self._link):
            token, question, query = data[self._start : end].partition(b"?")
            if not question or token.translate(None, _TOKEN_LETTERS) or query.translate(None, _QUERY_LETTERS):
                return None
            kind = _LINK
        else:
            return None
        if not 0 < len(token) <= LONGEST_TOKEN:
            return None
        return Glance(kind, token, query, told.user_agent, told.flags, forwarded)

    def _learn(self, rest: bytes) -> _Told | None:
        """What lines say that were not seen before; remembered unless one of them may name an address."""
        version, *lines = rest.split(b"\r\n")
        if len(lines) > MOST_LINES or lines[-2:] != [b"", b""] or version != _END[:-2]:
            return None
        hosts, agents, fields, keep = 0, [], [], len(rest) <= LONGEST_KNOWN
        for line in lines[:-2]:
            match = _FIELD.fullmatch(line)
            if match is None or line[-1:] in b" \t":
                return None
            name, value = match[1].lower(), match[2]
            if name == self._forwarded or (name in _FRAMING and (name, value) != (b"connection", b"keep-alive")):
                return None
            hosts += name == b"host"
            keep = keep and name not in _ADDRESSES
            if name == b"user-agent":
                agents.append(value)
            elif name == b"if-none-match" and value == b"*":
                return None  # its answer is another one
            fields.append((name, value))
        if hosts != 1:
            return None
        told = _Told(read_user_agent(agents), read_flags(fields))
        if keep:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[rest] = told
        return told
