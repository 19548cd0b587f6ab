"""Delivery reports as RFC 3464 has them: what a sender is told of a message that failed, is late or was passed on.

Made for the envelope sender alone, from the null path, so that nothing answers a report (RFC 5321 section 6.1).
Addresses beyond ASCII take the forms of RFC 6533. Knows no queue and sends nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum

LONGEST_RETURNED = 262_144  # bytes of a message that go back with it; above, its header only, as Postfix and Exim do
LONGEST_HEADER = 65_536  # bytes of a header that go back
LONGEST_DIAGNOSTIC = 500
OWN_ENVELOPE_ID = "overt."  # an ENVID that we gave: its sender knows nothing of it
_XTEXT_BAD = re.compile(r"[^!-*,-<>-~]")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"[245]\d\d\b")
_UNFIT = re.compile(r"[\x00-\x1f\x7f]+")


class Action(StrEnum):
    """RFC 3464 section 2.3.3."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"


_SUBJECTS = {
    Action.FAILED: "Your message could not be delivered",
    Action.DELAYED: "Your message is not delivered yet",
    Action.DELIVERED: "Your message was delivered",
    Action.RELAYED: "Your message was passed on",
}
_SENTENCES = {
    Action.FAILED: "This message could not be delivered, and will not be tried again:",
    Action.DELAYED: "This message could not be delivered yet. It will be tried again; you need do nothing:",
    Action.DELIVERED: "This message was delivered:",
    Action.RELAYED: "This message was passed on to a server that sends no reports, so this is the last you hear of it:",
}
_STATUSES = {Action.FAILED: "5.0.0", Action.DELAYED: "4.0.0", Action.DELIVERED: "2.0.0", Action.RELAYED: "2.0.0"}


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says. `envid` and `orcpt` are the client's, in xtext; `full`: the whole message was asked for.

    `reason` holds the next hop's words or ours; `until` is when a late message will be given up.
    """

    action: Action
    sender: str
    recipient: str
    reason: str
    arrived: datetime
    now: datetime
    hostname: str
    remote: str = ""
    envid: str = ""
    orcpt: str = ""
    full: bool = False
    utf8: bool = False
    until: datetime | None = None


def format_report(told: Report, raw: bytes, *, identity: str) -> bytes:
    """The report as a message; `identity` is unique to it and stands in its Message-ID and boundary."""
    wide = told.utf8 or not (told.sender + told.recipient + told.orcpt).isascii()
    kind = "global-delivery-status" if wide else "delivery-status"
    boundary = f"overt-report-{identity}"
    host = _ascii_host(told.hostname)
    head = [
        f"From: Mail Delivery System <MAILER-DAEMON@{host}>",
        f"To: <{_clean(told.sender)}>",
        f"Subject: {_SUBJECTS[told.action]}",
        f"Date: {format_datetime(told.now)}",
        f"Message-ID: <{identity}@{host}>",
        "Auto-Submitted: auto-replied",  # RFC 3834 section 5
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type={kind};\r\n boundary="{boundary}"',
    ]
    parts = (
        ("text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit", _explanation(told).encode("utf-8", "replace")),
        (f"message/{kind}" + _eight_bit(wide), _status(told, host, wide).encode("utf-8", "replace")),
        _returned(raw, told.full, wide),
    )
    body = b"".join(
        b"--%s\r\nContent-Type: %s\r\n\r\n%s\r\n" % (boundary.encode(), kind_of.encode(), text)
        for kind_of, text in parts
    )
    return "\r\n".join((*head, "", "")).encode("utf-8", "replace") + body + b"--%s--\r\n" % boundary.encode()


def encode_xtext(text: str) -> str:
    """RFC 3461 section 4: everything but printable ASCII, and `+` and `=`, as `+XX`."""
    return "".join(
        f"+{byte:02X}" if _XTEXT_BAD.match(chr(byte)) else chr(byte) for byte in text.encode("utf-8", "replace")
    )


def decode_xtext(text: str) -> str:
    """What xtext stands for; line ends and other controls that it may hide are gone."""
    found = re.sub(rb"\+([0-9A-F]{2})", lambda match: bytes.fromhex(match[1].decode()), text.encode("utf-8", "replace"))
    return _clean(found.decode("utf-8", "replace"))


def read_status(reason: str, action: Action = Action.FAILED) -> str:
    """The enhanced status code (RFC 3463) in a server's words, or the least that can be said."""
    first = _STATUSES[action][0]
    found = _STATUS.search(reason)
    return found[1] if found and found[1][0] == first else _STATUSES[action]


def _explanation(told: Report) -> str:
    lines = [
        _SENTENCES[told.action],
        "",
        f"    to:     {_clean(told.recipient)}",
        f"    handed in: {format_datetime(told.arrived)}",
    ]
    if told.reason:
        lines.append(f"    reason: {_clean(told.reason)[:LONGEST_DIAGNOSTIC]}")
    if told.until is not None:
        lines.append(f"    given up, if nothing changes: {format_datetime(told.until)}")
    return "\r\n".join((*lines, "", f"This was written by the mail relay at {_ascii_host(told.hostname)}.", ""))


def _status(told: Report, host: str, wide: bool) -> str:
    lines = []
    if told.envid and not told.envid.startswith(OWN_ENVELOPE_ID):
        lines.append(f"Original-Envelope-Id: {decode_xtext(told.envid)}")
    lines += [f"Reporting-MTA: dns; {host}", f"Arrival-Date: {format_datetime(told.arrived)}", ""]
    if told.orcpt:
        kind, _, address = told.orcpt.partition(";")
        lines.append(f"Original-Recipient: {_clean(kind)}; {decode_xtext(address)}")
    kind = "utf-8" if wide else "rfc822"
    lines += [
        f"Final-Recipient: {kind}; {_clean(told.recipient)}",
        f"Action: {told.action.value}",
        f"Status: {read_status(told.reason, told.action)}",
    ]
    if told.remote and told.action is not Action.DELIVERED:
        lines.append(f"Remote-MTA: dns; {_ascii_host(told.remote)}")
    reason = _clean(told.reason)[:LONGEST_DIAGNOSTIC]
    if _CODE.match(reason):  # the type `smtp` is for what a server said
        lines.append(f"Diagnostic-Code: smtp; {reason if wide else _ascii(reason)}")
    lines.append(f"Last-Attempt-Date: {format_datetime(told.now)}")
    if told.until is not None:
        lines.append(f"Will-Retry-Until: {format_datetime(told.until)}")
    return "\r\n".join((*lines, ""))


def _returned(raw: bytes, full: bool, wide: bool) -> tuple[str, bytes]:
    """What goes back of the message: all of it where RET=FULL asked for that and it is not large, else its header."""
    if full and len(raw) <= LONGEST_RETURNED:
        eight = not raw.isascii()
        return ("message/global" if wide else "message/rfc822") + _eight_bit(eight), raw
    end = raw.find(b"\r\n\r\n", 0, LONGEST_HEADER)
    header = raw[: end + 2 if end >= 0 else LONGEST_HEADER]
    eight = not header.isascii()
    return ("message/global-headers" if wide else "text/rfc822-headers") + _eight_bit(eight), header


def _eight_bit(wide: bool) -> str:
    return "\r\nContent-Transfer-Encoding: 8bit" if wide else ""


def _clean(text: str) -> str:
    """One line: nothing that a stranger wrote can begin a field."""
    return _UNFIT.sub(" ", text).strip()


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()


def _ascii_host(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.\-\[\]:]", "-", name) or "localhost"
