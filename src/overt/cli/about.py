"""`overt about`: everything that is recorded about one recipient, as access requests ask for it (GDPR article 15)."""

from __future__ import annotations

import json
from pathlib import Path

from overt.cli.settings import load_settings
from overt.cli.tabular import replace
from overt.errors import Refused


def about(address: str, /, *, output: Path | None = None, settings: Path | None = None) -> int:
    """Write everything that is recorded about a recipient, as JSON: the same that they can download on their page.

    Parameters
    ----------
    address
        The recipient's address.
    output
        Write it to this file, readable by you alone, in place of what is there.
    settings
        The settings file.
    """
    from overt.cli.house import open_house
    from overt.store import SuppressionList, as_record, read_known

    with open_house(load_settings(settings), make_keys=True) as house:
        recipient = house.ledger.find_recipient(address)
        known_as = None if recipient is None else house.ledger.address_of(recipient)
        if recipient is None or known_as is None:
            raise Refused("Nothing is recorded about that address.")
        leavers = SuppressionList(house.engine, house.need_keyring(), house.clock)
        known = read_known(house.ledger, leavers, house.hits_of, recipient, known_as)
    text = json.dumps(as_record(known), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        print(text, end="")
        return 0
    replace(output, text.encode())
    print(f"Wrote {output}: {len(known.entries)} entries, {len(known.messages)} messages, {len(known.hits)} hits.")
    return 0
