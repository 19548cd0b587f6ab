"""`overt consent`: record grants and withdrawals, and show what stands. Nothing recorded is ever changed or removed."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from overt.cli.recipients import Row, read_recipients
from overt.cli.settings import load_settings
from overt.errors import Malformed, Refused
from overt.measure import USUAL_PURPOSES, Grant, Language, Purpose, read_statement

if TYPE_CHECKING:
    from overt.store import Ledger

PurposeName = Literal["opens", "links", "hygiene"]
PROOF = "overt-consent-proof/1"
HASH_BYTES = 32
BY_HAND = "entered by the operator"
COLUMNS = ("way", "reference", "wording", "language", "actor")
STANDS = {"grant": "granted", "withdrawal": "withdrawn", "unknown": "unknown: shared at most"}

app = App(name="consent", help="Record grants and withdrawals, and show what stands.")

SettingsFile = Annotated[Path | None, Parameter(name="--settings", help="The settings file.")]
AsJson = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")]
Purposes = Annotated[
    tuple[PurposeName, ...],
    Parameter(name="--purpose", negative=(), help="What it is for; may be repeated. Opens and links if not given."),
]


@app.command
def add(
    address: str,
    /,
    *,
    purpose: Purposes = (),
    way: str = BY_HAND,
    reference: str = "",
    wording: str = "",
    language: str = "",
    actor: str = "",
    settings: SettingsFile = None,
) -> int:
    """Record that a recipient said yes.

    Parameters
    ----------
    address
        The recipient's address.
    way
        How it was said: form, letter, double opt-in.
    reference
        Where the proof is, such as form-2026-11-01.
    wording
        The version of the words that were agreed to.
    language
        The language of those words, such as en.
    actor
        Who recorded it; your user name if not given.
    """
    with _ledger(settings) as ledger:
        chosen = [Purpose(name) for name in purpose] or list(USUAL_PURPOSES)
        for each in chosen:
            ledger.grant(
                address,
                each,
                way=way,
                reference=reference,
                wording=wording,
                language=language,
                actor=actor or _user(),
            )
    print(f"Recorded: {', '.join(chosen)} granted. Mail sent from now on may tell of this recipient.")
    return 0


@app.command
def withdraw(
    address: str,
    /,
    *,
    purpose: Purposes = (),
    way: str = BY_HAND,
    reference: str = "",
    actor: str = "",
    settings: SettingsFile = None,
) -> int:
    """Record that a recipient says no, now and for mail already sent; all purposes if none is named.

    Parameters
    ----------
    address
        The recipient's address; it need not be known yet.
    way
        How it was said.
    reference
        Where it is written down.
    actor
        Who recorded it; your user name if not given.
    """
    chosen: tuple[Purpose, ...] = tuple(Purpose(name) for name in purpose)
    with _ledger(settings) as ledger:
        for each in chosen or (None,):
            ledger.withdraw(address, each, way=way, reference=reference, actor=actor or _user())
    print(f"Recorded: {', '.join(chosen or Purpose)} withdrawn, for mail already sent too. Its links still work.")
    return 0


@app.command
def show(address: str, /, *, json_: AsJson = False, settings: SettingsFile = None) -> int:
    """Show what stands for a recipient, and every entry that led to it.

    Parameters
    ----------
    address
        The recipient's address.
    """
    with _ledger(settings) as ledger:
        entries = ledger.consent_of(address)
        stands = {purpose.value: ledger.permission(address, purpose).latest for purpose in Purpose}
    rows = [
        {
            "at": entry.at.isoformat(timespec="seconds"),
            "purpose": entry.purpose.value,
            "entry": _word(entry),
            **{name: getattr(entry, name) for name in COLUMNS},
        }
        for entry in entries
    ]
    if json_:
        found = {"address": address, "stands": {name: _word(entry) for name, entry in stands.items()}, "entries": rows}
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return 0
    for name, entry in stands.items():
        print(f"{name:8} {STANDS[_word(entry)]}")
    if rows:
        table = Table(*rows[0])
        for row in rows:
            table.add_row(*(Text(value) for value in row.values()))
        Console(highlight=False).print(table)
    return 0


@app.command
def ask(
    *addresses: str,
    purpose: Purposes = (),
    language: Literal["en", "de", "fr"] | None = None,
    json_: AsJson = False,
    settings: SettingsFile = None,
) -> int:
    """Ask recipients by mail for their permission (double opt-in); they grant it by a button on a page of yours.

    The mail is not measured, and nothing is granted by asking. It waits in the queue until overt up delivers it.

    Parameters
    ----------
    addresses
        Whom to ask. Who said no, left, or was asked within a day is not asked.
    language
        The language of mail and page; that of the disclosure line if not given.
    """
    from overt.cli.house import open_house
    from overt.cli.pages import make_desk

    if not addresses:
        raise Malformed("Whom to ask? Write one address or more.")
    loaded = load_settings(settings, needed=("base_url",))
    chosen = [Purpose(name) for name in purpose] or list(USUAL_PURPOSES)
    told: list[dict[str, str]] = []
    with open_house(loaded, make_keys=True) as house:
        desk = make_desk(house)
        for address in dict.fromkeys(addresses):
            try:
                why_not = desk.invite(address, chosen, Language(language or loaded.disclosure.language))
            except Malformed as error:
                why_not = str(error)
            told.append({"address": address, "asked": "no" if why_not else "yes", "because": why_not})
    if json_:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for row in told:
            print(f"{row['address']}: not asked, {row['because']}" if row["because"] else f"{row['address']}: asked")
    return 1 if any(row["because"] for row in told) else 0


@app.command(name="import")
def import_list(
    recipients: Path,
    /,
    *,
    purpose: Purposes = (),
    to: str = "",
    way: str = "",
    reference: str = "",
    wording: str = "",
    language: str = "",
    actor: str = "",
    settings: SettingsFile = None,
) -> int:
    """Record a grant for every row of a CSV file.

    Columns called way, reference, wording, language, actor, purpose (several with spaces between), decision (grant or
    withdrawal) and at (a moment as in 2026-11-01T09:30:00Z) count for their row; options fill what a row leaves empty.
    Bad rows, and those older than an entry that stands, are said; the others are recorded.

    Parameters
    ----------
    recipients
        The list: CSV in UTF-8 whose first line names the columns.
    to
        The column with addresses, where it is not called email.
    way
        How it was said: form, letter, double opt-in.
    reference
        Where the proof is.
    wording
        The version of the words that were agreed to.
    language
        The language of those words, such as en.
    actor
        Who recorded it; your user name if not given.
    """
    listed = read_recipients(recipients, to)
    usual = {"way": way or BY_HAND, "reference": reference, "wording": wording, "language": language}
    usual["actor"] = actor or _user()
    faults, recorded = list(listed.faults), 0
    with _ledger(settings) as ledger:
        for row in listed.rows:
            try:
                ledger.enter(read_statement(_words(row), usual, [Purpose(name) for name in purpose]))
                recorded += 1
            except (Malformed, Refused) as error:
                faults.append(f"line {row.line}: {error}")
    print(f"{recorded} recipients recorded, {len(faults)} rows left out.")
    for fault in faults:
        print(f"  {fault}", file=sys.stderr)
    return 1 if faults else 0


@app.command
def verify(
    proof: Path | None = None,
    /,
    *,
    noted: str = "",
    json_: AsJson = False,
    settings: SettingsFile = None,
) -> int:
    """Compute every hash of the ledger again, or of an exported proof, and name the first entry that does not fit.

    Each entry's hash covers the one before, so a changed, dropped or moved entry shows. Entries cut off at the end show
    against a hash noted before: write down now and then what this command prints.

    Parameters
    ----------
    proof
        A file of overt consent export, to check in place of the ledger.
    noted
        A last hash that this command printed before.
    """
    if proof is not None:
        return _verify_proof(proof)
    with _ledger(settings) as ledger:
        chain = ledger.check_consent(_read_hash(noted)) if noted else ledger.check_consent()
    good = not chain.broken and chain.noted
    if json_:
        found = {"entries": chain.entries, "last": chain.head.hex(), "broken": chain.broken, "noted": chain.noted}
        print(json.dumps({**found, "whole": good}))
    elif chain.broken:
        print(
            f"Entry {chain.broken} is not as it was entered, or one before it is missing. {chain.entries - 1} are good."
        )
    else:
        print(f"{chain.entries} entries, all as they were entered. Last hash: {chain.head.hex()}")
        if not chain.noted:
            print("But the noted hash is none of theirs: entries at the end were cut off.")
    return 0 if good else 1


def _verify_proof(path: Path) -> int:
    from overt.store import check_proof

    try:
        told = json.loads(path.read_bytes())
        entries = told["entries"] if isinstance(told, dict) and told.get("format") == PROOF else None
    except (OSError, ValueError, RecursionError) as error:
        raise Malformed(f"{path} cannot be read as a proof: {type(error).__name__}") from error
    if not isinstance(entries, list):
        raise Malformed(f"{path} is no file of overt consent export")
    broken = check_proof(entries)
    if broken:
        print(f"Entry {broken} was changed after it was exported.")
        return 1
    print(
        f"{len(entries)} entries, each as its hash says. Whether they stand in the ledger, overt consent verify says."
    )
    return 0


@app.command
def export(address: str, /, *, output: Path | None = None, settings: SettingsFile = None) -> int:
    """Write the proof of one recipient's permissions: every entry with its hash and the one before, as JSON.

    Parameters
    ----------
    address
        The recipient's address.
    output
        The file to write, which must not exist yet; standard output if not given.
    """
    with _ledger(settings) as ledger:
        entries, chain = ledger.prove_consent(address), ledger.check_consent()
    if not entries:
        raise Refused("nothing was ever entered for that address")
    found = {
        "format": PROOF,
        "address": address,
        "ledger": {"entries": chain.entries, "last": chain.head.hex(), "broken": chain.broken},
        "entries": entries,
    }
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    if output is None:
        print(text, end="")
    else:
        try:
            with output.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise Refused(f"{output} cannot be written: {error.strerror}") from error
    return 1 if chain.broken else 0


def _read_hash(text: str) -> bytes:
    try:
        found = bytes.fromhex(text.strip())
    except ValueError:
        found = b""
    if len(found) != HASH_BYTES:
        raise Malformed(f"a hash has {2 * HASH_BYTES} hexadecimal digits")
    return found


def _words(row: Row) -> Mapping[str, object]:
    """The row under the names that statements have; what is empty is left out."""
    decision, purposes = (row.cells.get(name, "").lower() for name in ("decision", "purpose"))
    told = {name: row.cells.get(name, "") for name in (*COLUMNS, "at")}
    found = {**told, "address": row.address, "decision": decision, "purposes": purposes.replace(",", " ").split()}
    return {name: value for name, value in found.items() if value}


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # nobody by that number, as in some containers
        return "operator"


def _word(entry: object) -> str:
    return "unknown" if entry is None else "grant" if isinstance(entry, Grant) else "withdrawal"


@contextmanager
def _ledger(settings: Path | None) -> Iterator[Ledger]:
    from overt.cli.house import open_house

    with open_house(load_settings(settings)) as house:
        yield house.ledger
