"""The sender's decisions: what to put into a message, what a request means, what a report may say. No I/O."""

from overt.measure.campaign import CampaignFacts, Outcome, Sent
from overt.measure.classify import read_hit, see_again
from overt.measure.clues import RULESET
from overt.measure.consent import Grant, Permission, Purpose, Withdrawal, decide_mode
from overt.measure.hit import Count, Flag, Hit, Seen
from overt.measure.locator import (
    Locator,
    about_url,
    beacon_url,
    destination_bytes,
    link_url,
    parse_path,
    read_destination,
)
from overt.measure.mode import Mode, parse_mode, strictest
from overt.measure.plan import Disclosure, Language, Plan
from overt.measure.reading import Actor, Certainty, Client, Reading
from overt.measure.report import CampaignReport, Report, report_campaign
from overt.measure.sheet import COLUMNS, RECIPIENT_COLUMNS, as_dict, as_recipient_rows, as_rows
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
