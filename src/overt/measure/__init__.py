"""The sender's decisions: what to put into a message, what a request means, what a report may say. No I/O."""

from overt.measure.body import find_bodies
from overt.measure.campaign import CampaignFacts, Outcome, Sent
from overt.measure.classify import network_of, read_hit, see_again
from overt.measure.clues import RULESET
from overt.measure.consent import Grant, Permission, Purpose, Withdrawal, decide_mode
from overt.measure.few import FEWEST
from overt.measure.hit import Count, Flag, Hit, Seen
from overt.measure.individual import Clicks, Individual, Opens
from overt.measure.instrument import (
    NOTICE,
    Prepared,
    copy_is_senders_own,
    instrument,
    prepare,
    reason_to_leave_alone,
)
from overt.measure.line import Actors, ClientLine, LinkLine, TimeLine, coarsen
from overt.measure.locator import (
    Locator,
    about_url,
    beacon_url,
    destination_bytes,
    likeliest_destination,
    link_url,
    parse_path,
    read_destination,
    split_target,
)
from overt.measure.mode import Mode, parse_mode, strictest
from overt.measure.person import Line
from overt.measure.plan import Disclosure, Language, Plan
from overt.measure.rate import Bounds, Method, Rate, bound_rate
from overt.measure.reading import Actor, Certainty, Client, Reading
from overt.measure.report import CampaignReport, Report, report_campaign
from overt.measure.shared import Shared
from overt.measure.sheet import as_dict
from overt.measure.spreadsheet import COLUMNS, RECIPIENT_COLUMNS, as_recipient_rows, as_rows
from overt.measure.token import (
    Campaign,
    Key,
    Keyring,
    Kind,
    Link,
    RecipientNumber,
    Sending,
    Token,
    Variant,
    derive_campaign,
    derive_recipient,
    derive_sending,
    format_keyring,
    mint,
    new_keyring,
    parse_keyring,
    recipient_of,
    verify,
)
from overt.measure.verifier import Claims, Verifier, as_token

__all__ = [
    "COLUMNS",
    "FEWEST",
    "NOTICE",
    "RECIPIENT_COLUMNS",
    "RULESET",
    "Actor",
    "Actors",
    "Bounds",
    "Campaign",
    "CampaignFacts",
    "CampaignReport",
    "Certainty",
    "Claims",
    "Clicks",
    "Client",
    "ClientLine",
    "Count",
    "Disclosure",
    "Flag",
    "Grant",
    "Hit",
    "Individual",
    "Key",
    "Keyring",
    "Kind",
    "Language",
    "Line",
    "Link",
    "LinkLine",
    "Locator",
    "Method",
    "Mode",
    "Opens",
    "Outcome",
    "Permission",
    "Plan",
    "Prepared",
    "Purpose",
    "Rate",
    "Reading",
    "RecipientNumber",
    "Report",
    "Seen",
    "Sending",
    "Sent",
    "Shared",
    "TimeLine",
    "Token",
    "Variant",
    "Verifier",
    "Withdrawal",
    "about_url",
    "as_dict",
    "as_recipient_rows",
    "as_rows",
    "as_token",
    "beacon_url",
    "bound_rate",
    "coarsen",
    "copy_is_senders_own",
    "decide_mode",
    "derive_campaign",
    "derive_recipient",
    "derive_sending",
    "destination_bytes",
    "find_bodies",
    "format_keyring",
    "instrument",
    "likeliest_destination",
    "link_url",
    "mint",
    "network_of",
    "new_keyring",
    "parse_keyring",
    "parse_mode",
    "parse_path",
    "prepare",
    "read_destination",
    "read_hit",
    "reason_to_leave_alone",
    "recipient_of",
    "report_campaign",
    "see_again",
    "split_target",
    "strictest",
    "verify",
]
