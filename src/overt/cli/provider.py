"""Events of mail providers as hits, with what the provider's own flag says of them.

A row for each provider says where its events keep a time, a program, an address. What an event does not say stays
unknown: no User-Agent in it means nobody knows who asked, not that none was sent. Events that are neither opens nor
clicks are nobody's hits and give None.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from overt.cli.field import UNSUBSCRIBES, read_address, read_moment, read_text
from overt.errors import Malformed
from overt.measure import Kind
from overt.measure.clues import Evidence
from overt.measure.hit import Seen
from overt.measure.reading import Actor, Certainty, Client
from overt.measure.window import Observation

_APPLE: Final = "Apple Mail Privacy Protection"


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider writes an event. Fields are paths of keys, with dots between them; "" where there is none.

    `inside` are the keys behind which the event itself stands; `known_by` a field that only its events have. `kinds`
    gives the kind of hit of each word in `event`; `flags` what the value of `flag` claims.
    """

    name: str
    known_by: str
    event: str
    kinds: Mapping[str, Kind]
    at: tuple[str, ...]
    source: str
    agent: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    message: str = ""
    recipient: str = ""
    link: str = ""
    sent_at: str = ""
    inside: tuple[str, ...] = ()
    flag: str = ""
    flags: Mapping[str, Evidence] = field(default_factory=dict)

    @property
    def silent(self) -> Evidence:
        """What an event without a User-Agent says of who asked."""
        reason = f"{self.name} does not say which program asked"
        return Evidence("", Actor.UNKNOWN, Client.UNKNOWN, "", reason, Certainty.LOW)


def _claim(clue: str, actor: Actor, client: Client, program: str, reason: str) -> Evidence:
    return Evidence(clue, actor, client, program, reason, Certainty.MEDIUM)


_SENDGRID_APPLE = _claim(
    "sg_machine_open", Actor.PREFETCH, Client.IMAGE_PROXY, _APPLE, "SendGrid flags it as loaded ahead by Apple Mail"
)
_MAILGUN = {
    "apple": _claim(
        "mailgun-apple", Actor.PREFETCH, Client.IMAGE_PROXY, _APPLE, "Mailgun flags it as loaded ahead by Apple Mail"
    ),
    "gmail": _claim(
        "mailgun-gmail", Actor.MACHINE, Client.IMAGE_PROXY, "Gmail", "Mailgun flags it as Gmail's, not its reader's"
    ),
    "generic": _claim(
        "mailgun-generic", Actor.MACHINE, Client.SCANNER, "", "Mailgun flags it as a scanner's or a firewall's"
    ),
}
_SPARKPOST = _claim(
    "is_prefetched", Actor.PREFETCH, Client.UNKNOWN, "", "SparkPost flags it as loaded ahead, displayed or not"
)
_BREVO = _claim("proxy_open", Actor.PREFETCH, Client.IMAGE_PROXY, _APPLE, "Brevo flags it as loaded by a privacy proxy")

PROVIDERS: Final[Mapping[str, Provider]] = {
    row.name.lower(): row
    for row in (
        Provider(
            name="SendGrid",
            known_by="sg_message_id",
            event="event",
            kinds={"open": Kind.BEACON, "click": Kind.LINK},
            at=("timestamp",),
            agent=("useragent",),
            address=("ip",),
            message="sg_message_id",
            recipient="email",
            link="url",
            flag="sg_machine_open",
            flags={"true": _SENDGRID_APPLE},
            source="twilio.com/docs/sendgrid/for-developers/tracking-events/event",
        ),
        Provider(
            name="Mailgun",
            known_by="event-data",
            inside=("event-data",),
            event="event",
            kinds={"opened": Kind.BEACON, "clicked": Kind.LINK},
            at=("timestamp",),
            agent=("client-info.user-agent",),
            address=("ip",),
            message="message.headers.message-id",
            recipient="recipient",
            link="url",
            flag="client-info.bot",
            flags=_MAILGUN,
            source="documentation.mailgun.com/docs/mailgun/user-manual/tracking-messages/open-click-bot-detect",
        ),
        Provider(
            name="Postmark",
            known_by="RecordType",
            event="RecordType",
            kinds={"Open": Kind.BEACON, "Click": Kind.LINK},
            at=("ReceivedAt",),
            agent=("UserAgent",),
            address=("Geo.IP",),
            message="MessageID",
            recipient="Recipient",
            link="OriginalLink",
            source="postmarkapp.com/developer/webhooks/open-tracking-webhook",
        ),
        Provider(
            name="SES",
            known_by="eventType",
            inside=("Message", "detail"),
            event="eventType",
            kinds={"Open": Kind.BEACON, "Click": Kind.LINK},
            at=("open.timestamp", "click.timestamp"),
            agent=("open.userAgent", "click.userAgent"),
            address=("open.ipAddress", "click.ipAddress"),
            message="mail.messageId",
            recipient="mail.destination",
            link="click.link",
            sent_at="mail.timestamp",
            source="docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html",
        ),
        Provider(
            name="SparkPost",
            known_by="msys",
            inside=("msys", "track_event"),
            event="type",
            kinds={
                "open": Kind.BEACON,
                "initial_open": Kind.BEACON,
                "amp_open": Kind.BEACON,
                "amp_initial_open": Kind.BEACON,
                "click": Kind.LINK,
                "amp_click": Kind.LINK,
            },
            at=("timestamp",),
            agent=("user_agent",),
            address=("ip_address",),
            message="message_id",
            recipient="rcpt_to",
            link="target_link_url",
            sent_at="injection_time",
            flag="is_prefetched",
            flags={"true": _SPARKPOST},
            source="developers.sparkpost.com/api/webhooks",
        ),
        Provider(
            name="Brevo",
            known_by="message-id",
            event="event",
            kinds={
                "opened": Kind.BEACON,
                "unique_opened": Kind.BEACON,
                "proxy_open": Kind.BEACON,
                "unique_proxy_open": Kind.BEACON,
                "click": Kind.LINK,
            },
            at=("ts_event", "ts"),
            agent=("user_agent",),
            message="message-id",
            recipient="email",
            link="link",
            flag="event",
            flags={"proxy_open": _BREVO, "unique_proxy_open": _BREVO},
            source="developers.brevo.com/docs/transactional-webhooks",
        ),
        Provider(
            name="Anymail",
            known_by="event_type",
            event="event_type",
            kinds={"opened": Kind.BEACON, "clicked": Kind.LINK},
            at=("timestamp",),
            agent=("user_agent",),
            message="message_id",
            recipient="recipient",
            link="click_url",
            source="anymail.dev/en/stable/sending/tracking",
        ),
    )
}


def find_provider(value: object) -> Provider | None:
    """Whose events these are, by the first of them; None where they are nobody's that is known."""
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, dict):
        return None
    if isinstance(first.get("Message"), str) or "detail" in first:  # as Amazon's SNS and EventBridge pass them on
        return PROVIDERS["ses"]
    return next((row for row in PROVIDERS.values() if row.known_by in first), None)


def read_events(value: object, provider: Provider) -> Sequence[Observation | Malformed | None]:
    """One for each event of a line: a hit, why it is none that can be read, or None for an event of another kind."""
    found: list[Observation | Malformed | None] = []
    for event in value if isinstance(value, list) else [value]:
        try:
            found.append(_read_event(event, provider))
        except Malformed as error:
            found.append(error)
    return found


def _read_event(event: object, provider: Provider) -> Observation | None:
    if not isinstance(event, dict):
        raise Malformed("no JSON object")
    event = _unwrap(event, provider.inside)
    kind = provider.kinds.get(str(_find(event, provider.event)))
    if kind is None:
        return None
    agent = _first(event, provider.agent)
    flag = _find(event, provider.flag)
    told = provider.flags.get(str(flag).lower())
    link = read_text(_find(event, provider.link), "link")
    sent_at = _find(event, provider.sent_at)
    return Observation(
        at=_read_time(_first(event, provider.at)),
        seen=Seen(
            kind=kind,
            method="GET",
            address=read_address(read_text(_first(event, provider.address), "address")),
            user_agent=read_text(agent, "user agent"),
        ),
        message=read_text(_find(event, provider.message), "message"),
        recipient=read_text(_one(_find(event, provider.recipient)), "recipient"),
        link=link,
        sent_at=None if sent_at is None else _read_time(sent_at),
        unsubscribes=bool(UNSUBSCRIBES.search(link)),
        told=told or (None if agent else provider.silent),
    )


def _unwrap(event: dict[str, Any], inside: Sequence[str]) -> dict[str, Any]:
    for key in inside:
        value = event.get(key)
        if isinstance(value, str):  # Amazon's SNS passes JSON on as text
            try:
                value = json.loads(value)
            except (ValueError, RecursionError) as error:
                raise Malformed(f"{key}: no JSON") from error
        if isinstance(value, dict):
            event = value
    return event


def _find(event: Mapping[str, Any], path: str) -> object:
    """What stands at a path of keys; None where a key of it is missing."""
    value: object = event
    for key in path.split(".") if path else ():
        value = value.get(key) if isinstance(value, dict) else None
    return value if path else None


def _first(event: Mapping[str, Any], paths: Sequence[str]) -> object:
    return next((value for path in paths if (value := _find(event, path)) is not None), None)


def _one(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _read_time(value: object) -> float:
    """As `read_moment`; seconds may come as text."""
    if isinstance(value, str) and value.replace(".", "", 1).isascii() and value.replace(".", "", 1).isdigit():
        value = float(value)
    return read_moment(value, "time")
