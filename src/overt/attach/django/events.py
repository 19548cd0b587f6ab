"""Hits as Django signals: a view that takes overt's webhook, and a signal in the shape of django-anymail's.

    path("overt/", overt.attach.django.events.webhook)

Where django-anymail is installed its own `tracking` signal is sent too, so receivers that are there go on working. It
has no word for a machine, so only what was read as a person's doing is called opened or clicked; the rest is unknown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from standardwebhooks import Webhook, WebhookVerificationError

from overt.attach.django.mail import read_options

ESP = "overt"
MOST_BODY = 64 * 1024  # a payload has some two kilobytes, most of it a User-Agent and a URL
TYPES: Mapping[str, str] = {"message.opened": "opened", "message.clicked": "clicked"}

#: Sent with `event` (an `Event`, or anymail's) and `esp_name`.
tracking = Signal()


@dataclass(frozen=True, slots=True)
class Event:
    """One hit, with the fields that django-anymail's events have. `esp_event` is the payload, with the reading."""

    event_type: str
    timestamp: datetime
    event_id: str
    message_id: str
    recipient: str
    user_agent: str | None = None
    click_url: str | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    esp_event: Mapping[str, Any] = field(default_factory=dict)


def take(request: HttpRequest) -> HttpResponse:
    """Verify one event, and send the signals. A receiver that fails makes overt send it again."""
    secrets = read_options()["WEBHOOK_SECRETS"]
    if not secrets:
        raise ImproperlyConfigured("OVERT needs WEBHOOK_SECRETS: what overt webhook add printed, in a list")
    length = request.headers.get("content-length") or "0"
    if not length.isdecimal() or len(length) > len(str(MOST_BODY)) or int(length) > MOST_BODY:
        return HttpResponse(status=413)
    body = request.body
    if len(body) > MOST_BODY:  # a body in chunks has no length before it is read
        return HttpResponse(status=413)
    fields = {name.lower(): value for name, value in request.headers.items()}
    if not any(_verifies(secret, body, fields) for secret in secrets):
        return HttpResponse(status=403)
    told = json.loads(body)
    if str(told["type"]).startswith("message."):
        send_signals(read_event(fields["webhook-id"], told))
    return HttpResponse(status=204)


#: The view, for a URL of your own: a POST without Django's CSRF token, for the signature stands in its place.
webhook = csrf_exempt(require_POST(take))


def read_event(event_id: str, told: Mapping[str, Any]) -> Event:
    """The payload of a webhook as an event."""
    data = told["data"]
    return Event(
        event_type=TYPES.get(told["type"], "unknown"),
        timestamp=datetime.fromisoformat(told["timestamp"]),
        event_id=event_id,
        message_id=data["message_id"],
        recipient=data["recipient"],
        user_agent=data["user_agent"] or None,
        click_url=data["url"],
        tags=(data["campaign"],),
        esp_event=told,
    )


def send_signals(event: Event) -> None:
    """To our own receivers, then to anymail's."""
    tracking.send(sender=Event, event=event, esp_name=ESP)
    try:
        from anymail.signals import AnymailTrackingEvent
        from anymail.signals import tracking as anymail_tracking
    except ImportError:
        return
    told = {name: getattr(event, name) for name in Event.__dataclass_fields__ if name != "tags"}
    anymail_tracking.send(sender=Event, event=AnymailTrackingEvent(**told, tags=list(event.tags)), esp_name=ESP)


def _verifies(secret: str, body: bytes, fields: Mapping[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, dict(fields))
    except (WebhookVerificationError, ValueError):
        return False
    return True
