"""`overt returned`: delivery reports and complaints that came back to the envelope sender, into the ledger.

A report counts only where it fits something that was sent: anybody can write one.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from overt.cli.settings import load_settings
from overt.cli.source import STDIN, find_items, read_item
from overt.measure import Sending, recipient_of, verify_leave
from overt.message import parse
from overt.wire.report import OWN_ENVELOPE_ID
from overt.wire.returned import Kind, Returned, read_returned

if TYPE_CHECKING:
    from overt.cli.house import House
    from overt.store import SuppressionList

COMPLAINT = "complaint"
_SENDING = re.compile("[0-9a-f]{16}")


def returned(
    *paths: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    imap: str = "",
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    settings: Path | None = None,
) -> int:
    """Read delivery reports and complaints that came back; record failures, and send no list mail to who complained.

    Parameters
    ----------
    paths
        Messages, mbox files, Maildirs or folders of them; - is stdin, for a filter of your mail server. Stdin if none.
    imap
        A mailbox on a server: imaps://user@host/folder. Asks for the password, or reads OVERT_IMAP_PASSWORD.
    json_
        Print JSON: how many there were of each.
    settings
        The settings file.
    """
    from overt.cli.house import open_house
    from overt.store import SuppressionList

    counts = Counter[str]()
    with open_house(load_settings(settings)) as house:
        leavers = SuppressionList(house.engine, house.need_keyring(), house.clock)
        for raw in _messages(paths, imap):
            found = read_returned(parse(raw))
            if not found:
                counts["no report"] += 1
            for one in found:
                counts[one.kind.value if _enter(house, leavers, one) else "of nothing we sent"] += 1
    if json_:
        print(json.dumps(counts))
    else:
        print(", ".join(f"{number} {what}" for what, number in counts.most_common()) or "Nothing to read.")
    return 0


def _messages(paths: tuple[Path, ...], imap: str) -> Iterator[bytes]:
    if paths or not imap:
        for item in find_items(paths or (Path(STDIN),)):
            yield read_item(item)
    if imap:
        from overt.cli.password import ask_imap_password
        from overt.serve.mailbox import open_mailbox, read_place

        place = read_place(imap)
        with open_mailbox(place, ask_imap_password(place.user, place.host)) as mailbox:
            for _, raw in mailbox.messages():
                yield raw


def _enter(house: House, leavers: SuppressionList, one: Returned) -> bool:
    """Record it; False where it fits nothing that was sent."""
    sending = _find(house, one)
    if sending is None:
        return False
    ledger = house.ledger
    if one.kind is Kind.FAILED:
        ledger.record_failure(sending, " ".join(filter(None, (one.status, one.words))) or "reported as failed")
    elif one.kind is Kind.COMPLAINT and not ledger.has_event(COMPLAINT, sending):
        ledger.record_event(COMPLAINT, f"reported as {one.words}", message_id=one.message_id, sending=sending)
        leavers.add_recipient(recipient_of(sending), way=COMPLAINT)
    return True


def _find(house: House, one: Returned) -> Sending | None:
    """The sending that a report is about: by the envelope's id that we gave, else by Message-ID and recipient."""
    ledger = house.ledger
    if one.envid.startswith(OWN_ENVELOPE_ID):
        number = one.envid.removeprefix(OWN_ENVELOPE_ID)
        if not _SENDING.fullmatch(number):
            return None
        sending = Sending(int(number, 16))
        return sending if ledger.has_sending(sending) else None
    leave = verify_leave(house.need_keyring(), one.ticket)
    address = one.recipient or (ledger.address_of(leave.recipient) if leave else None)
    if not address or not one.message_id:
        return None
    return ledger.find_sending(one.message_id, address)
