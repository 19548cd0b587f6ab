"""Requests as values, and that a glance sees what the full parser sees."""

from __future__ import annotations

import httptools
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from overt.measure import Flag, Kind
from overt.wire.request import (
    LONGEST_KNOWN,
    LONGEST_USER_AGENT,
    MOST_KNOWN,
    Glance,
    GlanceReader,
    read_flags,
    read_user_agent,
)

TOKEN = b"AAAA-bbbb_CCCC"
GET = b"GET /b/" + TOKEN + b".gif HTTP/1.1\r\n"


def reader() -> GlanceReader:
    return GlanceReader(prefix=b"", forwarded=b"x-forwarded-for", longest_target=200, longest=2000)


def head(*lines: bytes, first: bytes = GET) -> bytes:
    return first + b"".join(line + b"\r\n" for line in (b"Host: t.example", *lines)) + b"\r\n"


class Parsed:
    """What httptools finds in one request; `whole` where it is one, and nothing behind it."""

    def __init__(self, data: bytes) -> None:
        self.url = b""
        self.fields: list[tuple[bytes, bytes]] = []
        self.ended = 0
        self.whole = False
        parser = httptools.HttpRequestParser(self)
        try:
            parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return
        self.whole = self.ended == 1 and parser.should_keep_alive() and parser.get_method() == b"GET"

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name.lower(), value))

    def on_message_complete(self) -> None:
        self.ended += 1

    def values(self, name: bytes) -> list[bytes]:
        return [value for found, value in self.fields if found == name]


def test_a_usual_beacon_is_read() -> None:
    data = head(b"X-Forwarded-For: 198.51.100.7", b"User-Agent: curl/8", b"Accept: */*", b"DNT: 1")
    assert reader().read(data) == Glance(Kind.BEACON, TOKEN, b"", "curl/8", Flag.DNT, b"198.51.100.7")


def test_a_usual_link_is_read() -> None:
    data = head(b"x-forwarded-for: 2001:db8::1", first=b"GET /c/" + TOKEN + b"?u=https://a.example/%C3%A4 HTTP/1.1\r\n")
    assert reader().read(data) == Glance(Kind.LINK, TOKEN, b"u=https://a.example/%C3%A4", "", Flag.NONE, b"2001:db8::1")


@pytest.mark.parametrize(
    "data",
    [
        head() + head(),  # pipelined: two requests
        head()[:-2],
        head() + b"x",
        head(b"Content-Length: 0"),
        head(b"Content-Length: 5") + b"hello",
        head(b"Transfer-Encoding: chunked"),
        head(b"Connection: close"),
        head(b"Connection: Upgrade", b"Upgrade: h2c"),
        head(b"Expect: 100-continue"),
        head(b"Host: again.example"),
        GET + b"\r\n",  # no Host
        head(b"X-Forwarded-For: 192.0.2.1", b"X-Forwarded-For: 192.0.2.2"),
        head(b"X-Forwarded-For: 192.0.2.1", b"x-Forwarded-FOR: 192.0.2.2"),
        head(b"X-Forwarded-For: 192.0.2.1", b" folded"),  # RFC 9112 5.2
        head(b"A: b", b"\tfolded"),
        head(b"X-Forwarded-For: 192.0.2.1\nX: y"),
        head(b"A: b\rX: y"),
        head(b"A : b"),
        head(b": b"),
        head(b"A: b\x00"),
        head(b"If-None-Match: *"),
        head(first=b"HEAD /b/x.gif HTTP/1.1\r\n"),
        head(first=b"POST /b/x.gif HTTP/1.1\r\n"),
        head(first=b"GET /b/x.gif HTTP/1.0\r\n"),
        head(first=b"GET  /b/x.gif HTTP/1.1\r\n"),
        head(first=b"GET /b/x y.gif HTTP/1.1\r\n"),
        head(first=b"GET /b/.gif HTTP/1.1\r\n"),
        head(first=b"GET /b/x.gif?y HTTP/1.1\r\n"),
        head(first=b"GET /b/" + b"x" * 65 + b".gif HTTP/1.1\r\n"),
        head(first=b"GET /c/x?u=" + b"y" * 200 + b" HTTP/1.1\r\n"),
        head(first=b"GET /c/x?u=a#b HTTP/1.1\r\n"),
        head(first=b"GET /c/x?u=\xc3\xa4 HTTP/1.1\r\n"),
        head(first=b"GET /you HTTP/1.1\r\n"),
        head(b"A: " + b"b" * 2000),
        head(*[b"A: b"] * 40),
    ],
)
def test_whatever_is_not_usual_is_left_to_the_full_parser(data: bytes) -> None:
    known = reader()
    known.read(head())
    assert known.read(data) is None


LINES = st.sampled_from(
    [
        b"X-Forwarded-For: 198.51.100.7",
        b"X-Forwarded-For: 198.51.100.7, 10.0.0.1",
        b"x-forwarded-for: 2001:db8::1",
        b"X-Forwarded-For:203.0.113.9",
        b"X-Forwarded-For: ",
        b"User-Agent: one",
        b"user-agent: two words ",
        b"USER-AGENT:\t\xffthree",
        b"User-Agent:",
        b"DNT: 1",
        b"Sec-GPC: 1 ",
        b"Purpose: prefetch",
        b'If-None-Match: "x"',
        b"Connection: keep-alive",
        b"Connection: close",
        b"Keep-Alive: 5",
        b"Content-Length: 0",
        b"X-Real-IP: 192.0.2.9",
        b" folded",
        b"Odd\x0b: y",
        b"Empty:",
        b"\xffname: y",
        b"Host: t.example",
    ]
)
FIRSTS = st.sampled_from([GET, b"GET /c/x?u=https://a.example/?b=c%20d HTTP/1.1\r\n", b"GET /b/x.gif HTTP/1.0\r\n"])


@given(st.lists(st.tuples(FIRSTS, st.lists(LINES, max_size=6)), min_size=1, max_size=5))
@example([(GET, [b"Host: a", b"X-Forwarded-For: 198.51.100.7", b" folded"]), (GET, [b"Host: a"])])
def test_a_glance_says_what_the_full_parser_says(heads: list[tuple[bytes, list[bytes]]]) -> None:
    """What was remembered of one head never changes what is read of the next."""
    at_a_glance = reader()
    for first, lines in heads * 2:
        data = first + b"".join(line + b"\r\n" for line in lines) + b"\r\n"
        glance = at_a_glance.read(data)
        if glance is None:
            continue
        parsed = Parsed(data)
        assert parsed.whole
        path, _, query = parsed.url.partition(b"?")
        assert (glance.token in path, glance.query) == (True, query)
        assert len(parsed.values(b"host")) == 1
        assert glance.user_agent == read_user_agent(parsed.values(b"user-agent"))
        assert glance.flags == read_flags(parsed.fields)
        assert [glance.forwarded] == (parsed.values(b"x-forwarded-for") or [b""])


def test_what_is_remembered_is_bounded_and_holds_no_address() -> None:
    known = reader()
    for number in range(MOST_KNOWN + 10):
        assert known.read(head(b"User-Agent: %d" % number, b"X-Forwarded-For: 198.51.100.7")) is not None
    known.read(head(b"X-Real-IP: 198.51.100.7"))
    known.read(head(b"A: " + b"b" * LONGEST_KNOWN))
    kept = known._known
    assert len(kept) <= MOST_KNOWN
    assert not [rest for rest in kept if b"198.51.100.7" in rest or len(rest) > LONGEST_KNOWN]


def test_a_long_user_agent_is_cut() -> None:
    assert read_user_agent([b"a" * 9999]) == "a" * LONGEST_USER_AGENT


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ([], Flag.NONE),
        ([(b"sec-purpose", b"prefetch;prerender")], Flag.PREFETCH),
        ([(b"purpose", b"prefetch")], Flag.PREFETCH),
        ([(b"x-moz", b"Prefetch")], Flag.PREFETCH),
        ([(b"x-purpose", b"preview")], Flag.PREFETCH),
        ([(b"purpose", b"reading")], Flag.NONE),
        ([(b"sec-gpc", b"1")], Flag.GPC),
        ([(b"sec-gpc", b"0")], Flag.NONE),
        ([(b"dnt", b"1"), (b"sec-gpc", b"1")], Flag.GPC | Flag.DNT),
        ([(b"dnt", b"unspecified")], Flag.NONE),
        ([(b"if-none-match", b'"a"')], Flag.CONDITIONAL),
        ([(b"if-modified-since", b"yesterday")], Flag.CONDITIONAL),
    ],
)
def test_what_a_request_says_about_itself(fields: list[tuple[bytes, bytes]], flags: Flag) -> None:
    assert read_flags(fields) == flags


def test_a_head_whose_last_line_has_no_end_is_no_whole_head() -> None:
    reader = GlanceReader(prefix=b"", forwarded=b"x-forwarded-for", longest_target=8192, longest=16384)
    head = b"GET /b/AAEQA.gif HTTP/1.1\r\nHost: x\r\nX-Other: 11\r\n\r\r\nX-Forwarded-For: 11\n"
    assert reader.read(head) is None


def test_a_proxys_field_behind_the_head_is_not_of_the_head() -> None:
    reader = GlanceReader(prefix=b"", forwarded=b"x-forwarded-for", longest_target=8192, longest=16384)
    head = b"GET /b/" + b"A" * 30 + b".gif HTTP/1.1\r\nHost: t.example.org\r\n\r\n"
    assert reader.read(head) is not None
    assert reader.read(head + b"X-Forwarded-For: 192.0.2.1\r\n") is None
    assert reader.read(head + b"X-Forwarded-For: 192.0.2.1\r\n\r\n") is None
