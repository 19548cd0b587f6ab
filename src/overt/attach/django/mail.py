"""`EMAIL_BACKEND = "overt.attach.django.mail.EmailBackend"`: Django's mail, handed to the relay.

It is Django's own SMTP backend that asks the relay for what a message wants: its campaign, and whether opens and links
are measured. The relay makes each recipient's copy and looks up their permission; a message can only ask for less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

DEFAULTS: Mapping[str, Any] = {"HOST": "127.0.0.1", "PORT": 2525, "CAMPAIGN": "", "WEBHOOK_SECRETS": ()}
OFF = "off"


def read_options() -> Mapping[str, Any]:
    """`OVERT` of Django's settings with what it leaves out; raises `ImproperlyConfigured` for what it does not know."""
    found = dict(getattr(settings, "OVERT", {}))
    unknown = sorted(found.keys() - DEFAULTS.keys())
    if unknown:
        raise ImproperlyConfigured(f"OVERT has no {', '.join(unknown)}; there are {', '.join(DEFAULTS)}")
    return {**DEFAULTS, **found}


class EmailBackend(SmtpBackend):  # type: ignore[misc]  # Django has no types
    """Reads of a message, as django-anymail has them: `tags` (the first is the campaign), `track_opens` and
    `track_clicks` (false: not measured). `esp_extra` is for the fields of the relay: {"X-Overt-Variant": "2"}.
    """

    def __init__(self, host: str | None = None, port: int | None = None, **more: Any) -> None:
        options = read_options()
        super().__init__(host=host or options["HOST"], port=port or options["PORT"], **more)
        self._campaign = str(options["CAMPAIGN"])

    def send_messages(self, email_messages: Sequence[Any]) -> int | None:
        """Hand them over; how many were taken."""
        own = [(message, message.extra_headers) for message in email_messages]
        for message, headers in own:
            message.extra_headers = {**ask_for(message, self._campaign), **headers}
        try:
            sent: int | None = super().send_messages(email_messages)
        finally:
            for message, headers in own:  # sent again, it is asked again; sent elsewhere, it asks nothing
                message.extra_headers = headers
        return sent


def ask_for(message: Any, campaign: str = "") -> dict[str, str]:
    """The relay's header fields for what a message asks."""
    tags = getattr(message, "tags", None) or [campaign]
    asked = {"X-Overt-Campaign": str(tags[0]) if tags[0] else ""}
    for name, attribute in (("X-Overt-Opens", "track_opens"), ("X-Overt-Links", "track_clicks")):
        asked[name] = OFF if getattr(message, attribute, None) is False else ""
    extra = getattr(message, "esp_extra", None) or {}
    asked |= {str(name): str(value) for name, value in extra.items() if str(name).lower().startswith("x-overt-")}
    return {name: value for name, value in asked.items() if value}
