"""`overt consent` as an operator runs it: what is recorded stands, and bad rows of a list do not lose the good ones."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from overt.cli.main import main


def shown(address: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert main(["consent", "show", address, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_an_unknown_recipient_has_given_no_permission(capsys: pytest.CaptureFixture[str]) -> None:
    found = shown("ann@example.org", capsys)
    assert found["stands"] == {"opens": "unknown", "links": "unknown", "hygiene": "unknown"}
    assert found["entries"] == []


def test_a_grant_stands_until_it_is_withdrawn(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["consent", "add", "Ann@example.org", "--reference", "form-1", "--way", "form", "--wording", "v2"]) == 0
    found = shown("ann@example.org", capsys)
    assert found["stands"] == {"opens": "grant", "links": "grant", "hygiene": "unknown"}
    entries = found["entries"]
    assert isinstance(entries, list)
    assert [(e["purpose"], e["reference"], e["way"], e["wording"]) for e in entries] == [
        ("opens", "form-1", "form", "v2"),
        ("links", "form-1", "form", "v2"),
    ]
    assert main(["consent", "withdraw", "ann@example.org"]) == 0
    assert shown("ann@example.org", capsys)["stands"] == dict.fromkeys(("opens", "links", "hygiene"), "withdrawal")


def test_one_purpose_can_be_granted_and_withdrawn_alone(capsys: pytest.CaptureFixture[str]) -> None:
    main(["consent", "add", "ann@example.org", "--purpose", "links"])
    assert shown("ann@example.org", capsys)["stands"] == {"opens": "unknown", "links": "grant", "hygiene": "unknown"}
    main(["consent", "withdraw", "ann@example.org", "--purpose", "links"])
    assert shown("ann@example.org", capsys)["stands"] == {
        "opens": "unknown",
        "links": "withdrawal",
        "hygiene": "unknown",
    }


def test_what_stands_is_shown_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    main(["consent", "add", "ann@example.org"])
    capsys.readouterr()
    assert main(["consent", "show", "ann@example.org"]) == 0
    told = capsys.readouterr().out
    assert "opens    granted" in told
    assert "hygiene  unknown: shared at most" in told


def test_no_address_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["consent", "add", "nobody"]) == 2
    told = capsys.readouterr()
    assert "address" in told.err
    assert "nobody" not in told.out


def test_a_list_records_its_good_rows_and_says_the_bad_ones(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "list.csv").write_text(
        "email,way,purpose,at\n"
        "ann@example.org,form,opens links,2026-11-01T09:30:00Z\n"
        "bo@example.org,,,\n"
        "nobody,form,,\n"
        "cy@example.org,form,everything,\n"
        "di@example.org,form,opens,yesterday\n"
        "ed@example.org,form,opens,2026-11-01T09:30:00\n"
    )
    assert main(["consent", "import", "list.csv", "--reference", "paper-7"]) == 1
    told = capsys.readouterr()
    assert "2 recipients recorded, 4 rows left out." in told.out
    assert [line.split(":")[0].strip() for line in told.err.splitlines()] == ["line 4", "line 5", "line 6", "line 7"]
    ann = shown("ann@example.org", capsys)
    entries = ann["entries"]
    assert isinstance(entries, list)
    assert {e["at"] for e in entries} == {"2026-11-01T09:30:00+00:00"}
    assert {e["reference"] for e in entries} == {"paper-7"}
    assert shown("bo@example.org", capsys)["stands"] == {"opens": "grant", "links": "grant", "hygiene": "unknown"}
    assert shown("cy@example.org", capsys)["entries"] == []


def test_a_list_says_no_too_and_an_old_yes_undoes_no_later_no(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    yes, no = "grant,2026-11-01T09:30:00Z", "Withdrawal,2026-11-02T09:30:00Z"
    for decision, left_out in ((yes, 0), (no, 0), (yes, 1)):
        (folder / "list.csv").write_text(f"email,decision,at\nann@example.org,{decision}\nbo@example.org,,\n")
        assert main(["consent", "import", "list.csv"]) == left_out
    assert "line 2: a later entry stands" in capsys.readouterr().err
    assert shown("ann@example.org", capsys)["stands"] == dict.fromkeys(("opens", "links", "hygiene"), "withdrawal")


def test_a_list_with_words_that_are_too_long_or_a_moment_ahead_loses_those_rows(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = f"email,way,at\nann@example.org,{'x' * 201},\nbo@example.org,form,2126-11-01T09:30:00Z\n"
    (folder / "list.csv").write_text(rows)
    assert main(["consent", "import", "list.csv"]) == 1
    assert "0 recipients recorded, 2 rows left out." in capsys.readouterr().out


def test_nothing_but_the_database_is_made(folder: Path) -> None:
    main(["consent", "add", "ann@example.org"])
    assert [path.name for path in folder.iterdir()] == ["overt-data"]
    assert not (folder / "overt-data" / "keys.json").exists()


def entered(folder: Path, *addresses: str) -> None:
    for address in addresses:
        assert main(["consent", "add", address, "--reference", "form-1"]) == 0


def change(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / "overt-data" / "overt.db")) as database, database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")  # which let nobody change an entry by mistake
        database.execute(sql)


def test_a_whole_ledger_is_proved_whole_and_its_last_hash_printed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entered(folder, "ann@example.org", "bo@example.org")
    capsys.readouterr()
    assert main(["consent", "verify", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["entries"], found["broken"], found["whole"]) == (4, 0, True)
    assert main(["consent", "verify", "--noted", found["last"]]) == 0
    entered(folder, "cy@example.org")
    assert main(["consent", "verify", "--noted", found["last"]]) == 0


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE consent SET way = 'telephone' WHERE id = 3", "Entry 3 is not as it was entered"),
        ("DELETE FROM consent WHERE id = 2", "Entry 3 is not as it was entered, or one before it is missing"),
        ("UPDATE consent SET recipient = recipient WHERE id = 1", "4 entries, all as they were entered"),
    ],
)
def test_the_first_broken_entry_is_named(folder: Path, capsys: pytest.CaptureFixture[str], sql: str, said: str) -> None:
    entered(folder, "ann@example.org", "bo@example.org")
    change(folder, sql)
    capsys.readouterr()
    code = main(["consent", "verify"])
    assert said in capsys.readouterr().out
    assert code == (0 if "all as" in said else 1)


def test_entries_cut_off_at_the_end_show_against_a_noted_hash(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entered(folder, "ann@example.org")
    capsys.readouterr()
    main(["consent", "verify", "--json"])
    last = json.loads(capsys.readouterr().out)["last"]
    change(folder, "DELETE FROM consent WHERE id = 2")
    assert main(["consent", "verify"]) == 0
    assert main(["consent", "verify", "--noted", last]) == 1
    assert "cut off" in capsys.readouterr().out
    assert main(["consent", "verify", "--noted", "12"]) == 2


def test_a_proof_of_one_recipient_names_no_other_and_shows_a_change(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entered(folder, "ann@example.org", "bo@example.org")
    assert main(["consent", "export", "ann@example.org", "--output", "ann.json"]) == 0
    proof = json.loads((folder / "ann.json").read_text())
    assert len(proof["entries"]) == 2
    assert "bo@example.org" not in (folder / "ann.json").read_text()
    assert main(["consent", "verify", "ann.json"]) == 0
    assert main(["consent", "export", "ann@example.org", "--output", "ann.json"]) == 2
    proof["entries"][1]["wording"] = "another"
    (folder / "ann.json").write_text(json.dumps(proof))
    capsys.readouterr()
    assert main(["consent", "verify", "ann.json"]) == 1
    assert "Entry 2 was changed" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "overt-consent-proof/1", "entries": [1]}', "[" * 5000])
def test_what_is_no_proof_is_told(folder: Path, text: str) -> None:
    (folder / "x.json").write_text(text)
    assert main(["consent", "verify", "x.json"]) == 2


def test_nobody_has_no_proof(folder: Path) -> None:
    assert main(["consent", "export", "nobody@example.org"]) == 2


def test_asking_needs_somebody_to_ask_and_an_address_to_ask_from(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "overt.toml").write_text('base_url = "https://t.example.org"\n')
    assert main(["consent", "ask"]) == 2
    assert main(["consent", "ask", "ann@example.org"]) == 1
    assert "no address to send from" in capsys.readouterr().out


def test_whoever_is_asked_gets_a_mail_and_each_answer_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "overt.toml").write_text(
        'base_url = "https://t.example.org"\n[sender]\naddresses = ["news@shop.example.org"]\n'
    )
    assert main(["consent", "withdraw", "bo@example.org"]) == 0
    capsys.readouterr()
    assert main(["consent", "ask", "ann@example.org", "bo@example.org", "nobody", "--language", "fr", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [row["asked"] for row in told] == ["yes", "no", "no"]
    assert told[1]["because"].startswith("said no")
    assert shown("ann@example.org", capsys)["entries"] == []
    assert main(["queue", "list", "--json"]) == 0
    (waiting,) = json.loads(capsys.readouterr().out)["messages"]
    assert waiting["recipient"] == "ann@example.org"


def test_bytes_that_are_no_text_and_broken_quotes_cost_their_row_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = b'email,reference\na@example.org,f-1\nb@example.org,\xff\nc@example.org,"f-3\nd@example.org,f-4\n'
    (folder / "list.csv").write_bytes(rows)
    assert main(["consent", "import", "list.csv"]) == 1
    told = capsys.readouterr()
    assert "2 recipients recorded, 2 rows left out" in told.out
    assert "line 3: byte 15 of it is not UTF-8" in told.err
    assert "line 4: a quote is opened and not closed" in told.err
