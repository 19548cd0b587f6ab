"""What to enter in the programs that hand mail to overt, for `overt init`: a few lines each, with host and port."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# The field in which a program names the campaign by itself.
CAMPAIGN_FIELDS: Final[Mapping[str, str]] = {"listmonk": "X-Listmonk-Campaign"}

PROGRAMS: Final[Mapping[str, str]] = {
    "thunderbird": """In Thunderbird: Settings, Account Settings, Outgoing Server (SMTP), Add.
  Server Name      {host}
  Port             {port}
  Connection       None          (on this machine; from another: STARTTLS and a password, see how-to/next-hop)
  Authentication   No authentication
Then choose it in your account under Outgoing Server.""",
    "listmonk": """In listmonk: Settings, SMTP, Add new.
  Host {host}    Port {port}    Auth protocol none    TLS off    Max. connections 10
Then switch listmonk's own tracking off: Settings, Privacy, Individual subscriber tracking off; and leave @TrackLink and
the TrackView tag out of your templates.""",
    "mautic": """In Mautic: Configuration, Email Settings, Mail Send Settings.
  Scheme smtp    Host {host}    Port {port}    no user, no password
Then switch Mautic's own tracking off: Configuration, Email Settings, "Append tracking pixel" and "Convert URLs to
trackable" to No. Mautic's List-Unsubscribe stays as it is.""",
    "postfix": """In Postfix' main.cf, for all mail that goes out:
  relayhost = [{host}]:{port}
or in master.cf and transport(5) for some. overt hands on to relay.next_hop, which must be another Postfix service or
host, else mail goes round in circles: see how-to/mail-server.""",
    "django": """In Django's settings.py:
  EMAIL_HOST = "{host}"
  EMAIL_PORT = {port}
  EMAIL_USE_TLS = False
and for each campaign:  EmailMessage(..., headers={{"X-Overt-Campaign": "spring"}})""",
    "other": """Let your program send by SMTP to {host}, port {port}, without login and TLS from this machine.
A header field X-Overt-Campaign names the campaign.""",
}
