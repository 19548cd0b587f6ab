"""Events as the providers' documents show them, written anew with our own values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.cli.provider import PROVIDERS, Provider, find_provider, read_events
from overt.errors import Malformed
from overt.measure import Kind
from overt.measure.reading import Actor
from overt.measure.window import Observation

EIGHT = 1793606400.0  # 2026-11-02T08:00:00Z, by date -d
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)"
LINK = "https://shop.example.net/spring"

SES_CLICK = {
    "eventType": "Click",
    "mail": {"messageId": "m1", "destination": ["r@example.com"], "timestamp": "2026-11-02T07:59:00.000Z"},
    "click": {"timestamp": "2026-11-02T08:00:00.000Z", "userAgent": IPHONE, "ipAddress": "192.0.2.9", "link": LINK},
}
CLICKS: dict[str, Any] = {
    "sendgrid": {"event": "click", "timestamp": 1793606400, "email": "r@example.com", "sg_message_id": "m1",
                 "useragent": IPHONE, "ip": "192.0.2.9", "url": LINK},
    "mailgun": {"signature": {"token": "t"}, "event-data": {
        "event": "clicked", "timestamp": 1793606400.0, "recipient": "r@example.com", "ip": "192.0.2.9", "url": LINK,
        "message": {"headers": {"message-id": "m1"}}, "client-info": {"user-agent": IPHONE, "bot": ""}}},
    "postmark": {"RecordType": "Click", "ReceivedAt": "2026-11-02T08:00:00.0000000Z", "Recipient": "r@example.com",
                 "MessageID": "m1", "UserAgent": IPHONE, "OriginalLink": LINK, "Geo": {"IP": "192.0.2.9"}},
    "ses": {"Type": "Notification", "Message": json.dumps(SES_CLICK)},
    "sparkpost": {"msys": {"track_event": {
        "type": "click", "timestamp": "1793606400", "rcpt_to": "r@example.com", "message_id": "m1",
        "user_agent": IPHONE, "ip_address": "192.0.2.9", "target_link_url": LINK}}},
    "brevo": {"event": "click", "ts_event": 1793606400, "email": "r@example.com", "message-id": "m1", "link": LINK,
              "user_agent": IPHONE},
    "anymail": {"event_type": "clicked", "timestamp": "2026-11-02T09:00:00+01:00", "recipient": "r@example.com",
                "message_id": "m1", "user_agent": IPHONE, "click_url": LINK},
}  # fmt: skip
_WITHOUT_ADDRESS = {"brevo", "anymail"}


def read(value: object, provider: Provider) -> Observation:
    (found,) = read_events(value, provider)
    assert isinstance(found, Observation), found
    return found


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_click_of_every_provider_is_the_same_hit(name: str) -> None:
    provider = PROVIDERS[name]
    assert find_provider(CLICKS[name]) is provider
    hit = read(CLICKS[name], provider)
    assert (hit.at, hit.seen.kind, hit.seen.user_agent) == (EIGHT, Kind.LINK, IPHONE)
    assert (hit.message, hit.recipient, hit.link) == ("m1", "r@example.com", LINK)
    assert hit.seen.address == ("" if name in _WITHOUT_ADDRESS else "192.0.2.9")
    assert hit.told is None


def test_the_time_of_sending_comes_along_where_it_is_said() -> None:
    assert read(SES_CLICK, PROVIDERS["ses"]).sent_at == EIGHT - 60


@pytest.mark.parametrize(
    ("name", "event", "actor"),
    [
        ("sendgrid", {"event": "open", "timestamp": 1, "useragent": IPHONE, "sg_machine_open": True}, Actor.PREFETCH),
        ("mailgun", {"event": "opened", "timestamp": 1, "client-info": {"bot": "apple"}}, Actor.PREFETCH),
        ("mailgun", {"event": "opened", "timestamp": 1, "client-info": {"bot": "gmail"}}, Actor.MACHINE),
        ("mailgun", {"event": "clicked", "timestamp": 1, "client-info": {"bot": "generic"}}, Actor.MACHINE),
        ("sparkpost", {"type": "open", "timestamp": "1", "is_prefetched": True}, Actor.PREFETCH),
        ("brevo", {"event": "unique_proxy_open", "ts_event": 1}, Actor.PREFETCH),
        ("brevo", {"event": "unique_opened", "ts_event": 1}, Actor.UNKNOWN),
        ("postmark", {"RecordType": "Open", "ReceivedAt": 1, "UserAgent": ""}, Actor.UNKNOWN),
    ],
)
def test_flags_say_who_asked_and_silence_says_that_nobody_knows(name: str, event: dict[str, Any], actor: Actor) -> None:
    told = read(event, PROVIDERS[name]).told
    assert told is not None
    assert told.actor is actor


@pytest.mark.parametrize("event", [{"event": "bounce"}, {"event": ["open"]}, {}])
def test_other_events_are_no_hits(event: dict[str, Any]) -> None:
    assert read_events([event], PROVIDERS["sendgrid"]) == [None]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("open", "no JSON object"),
        ({"event": "open"}, "time is missing"),
        ({"event": "open", "timestamp": "9" * 400}, "ISO 8601"),
        ({"event": "open", "timestamp": 1, "useragent": {}}, "user agent is no text"),
    ],
)
def test_an_event_that_cannot_be_read_costs_no_other(event: object, words: str) -> None:
    good = {"event": "open", "timestamp": 1, "useragent": IPHONE}
    bad, found = read_events([event, good], PROVIDERS["sendgrid"])
    assert isinstance(bad, Malformed)
    assert words in str(bad)
    assert isinstance(found, Observation)


def test_what_amazon_passes_on_as_text_may_be_no_json() -> None:
    (found,) = read_events({"Message": "{"}, PROVIDERS["ses"])
    assert isinstance(found, Malformed)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(value=_JSON, name=st.sampled_from(sorted(PROVIDERS)), key=st.integers(0, 20))
def test_nothing_that_a_stranger_posts_raises(value: object, name: str, key: int) -> None:
    provider = PROVIDERS[name]
    event = dict(CLICKS[name])
    names = sorted(event)
    event[names[key % len(names)]] = value
    for posted in (value, event, [event, value]):
        find_provider(posted)
        for found in read_events(posted, provider):
            assert found is None or isinstance(found, Malformed | Observation)
