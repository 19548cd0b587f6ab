"""`overt erase`: whatever names a recipient goes, at once and for good."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from overt.cli.settings import load_settings
from overt.errors import Refused


def erase(
    address: str,
    /,
    *,
    yes: Annotated[bool, Parameter(negative=())] = False,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    settings: Path | None = None,
) -> int:
    """Erase a recipient: address, mail that waits, and the tie to everything recorded. Prints a receipt.

    Grants and withdrawals stay as proof that names nobody, counts stay, and no list mail goes there again.

    Parameters
    ----------
    address
        The recipient's address.
    yes
        Do not ask whether to.
    json_
        Print the receipt as JSON.
    settings
        The settings file.
    """
    from overt.cli.house import open_house
    from overt.store import Eraser

    if not yes:
        if not sys.stdin.isatty():
            raise Refused("This cannot be undone. Say --yes to go on.")
        if input(f"Erase everything that names {address}? It cannot be undone. [y/N] ").strip().lower() != "y":
            return 1
    with open_house(load_settings(settings), make_keys=True) as house:
        receipt = Eraser(house.engine, house.need_keyring(), house.clock).erase(address)
    told = {
        "erased": address,
        "at": receipt.at.isoformat(timespec="seconds"),
        "number": receipt.recipient,
        "messages": receipt.messages,
        "stopped": receipt.stopped,
    }
    if json_:
        print(json.dumps(told, ensure_ascii=False))
        return 0
    print(f"Receipt: {address} was erased on {told['at']}.")
    print(f"  {receipt.messages} messages name nobody any more; {receipt.stopped} that waited are gone.")
    print("  Hits are shown to nobody from now on and go at the next compaction (overt compact).")
    print(f"  What stays knows the number {receipt.recipient} alone: grants and withdrawals as proof, counts.")
    print("  No list mail goes there again. The key is destroyed: what backups hold of this person nobody can read.")
    return 0
