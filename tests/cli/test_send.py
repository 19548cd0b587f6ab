"""`overt send` as a user runs it, into a real SMTP server in place of the relay."""

from __future__ import annotations

import email
import email.policy
import json
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

import pytest

from overt.cli.main import main
from overt.cli.send import tell_pools
from overt.cli.settings import load_settings
from overt.testing import make_mail
from tests.cli.desk import Desk

LIST = "email,name\nann@example.org,Ann\nbo@example.org,Bo\ncy@example.org,\n"


@pytest.fixture(autouse=True)
def files(folder: Path) -> None:
    (folder / "news.eml").write_bytes(make_mail("<p>Dear {{ name | friend }}</p>", "Dear {{ name | friend }}"))
    (folder / "list.csv").write_text(LIST)


def run(desk: Desk, *arguments: str) -> int:
    usual = {"--campaign": "spring", "--relay": f"127.0.0.1:{desk.port}"}
    given = [word for name, value in usual.items() if name not in arguments for word in (name, value)]
    return main(["send", "news.eml", "list.csv", *given, *arguments])


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_everybody_gets_an_own_copy_by_name(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(desk) == 0
    told = {str(read(raw)["to"]): read(raw).get_body(("plain",)).get_content() for _, _, raw in desk.taken}  # type: ignore[union-attr]
    assert {to: text.strip() for to, text in told.items()} == {
        "ann@example.org": "Dear Ann",
        "bo@example.org": "Dear Bo",
        "cy@example.org": "Dear friend",
    }
    assert [rcpt for _, rcpt, _ in desk.taken] == [["ann@example.org"], ["bo@example.org"], ["cy@example.org"]]
    assert {sender for sender, _, _ in desk.taken} == {"news@shop.example.org"}
    assert len({read(raw)["message-id"] for _, _, raw in desk.taken}) == 3
    assert "3 accepted" in capsys.readouterr().out


def test_the_relay_is_told_campaign_variant_and_modes(desk: Desk) -> None:
    assert run(desk, "--subject", "A", "--subject", "B", "--opens", "off") == 0
    message = read(desk.taken[0][2])
    assert message["x-overt-campaign"] == "spring"
    assert message["x-overt-variant"] in ("1", "2")
    assert message["x-overt-opens"] == "off"
    assert message["x-overt-links"] is None


def test_variants_are_balanced_and_their_words_reported(
    folder: Path, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "other.eml").write_bytes(make_mail(None, "Other"))
    rows = "".join(f"p{n}@example.org,\n" for n in range(40))
    (folder / "list.csv").write_text("email,name\n" + rows)
    assert run(desk, "--subject", "A", "--subject", "B", "--content", "other.eml", "--json") == 0
    sent = Counter((read(raw)["subject"], b"Other" in raw) for _, _, raw in desk.taken)
    assert sent == {("A", False): 10, ("A", True): 10, ("B", False): 10, ("B", True): 10}
    told = json.loads(capsys.readouterr().out)
    assert [(v["variant"], v["subject"], v["content"], v["accepted"]) for v in told["variants"]] == [
        (1, "A", "news.eml", 10),
        (2, "A", "other.eml", 10),
        (3, "B", "news.eml", 10),
        (4, "B", "other.eml", 10),
    ]


def test_a_seed_repeats_the_drawing(folder: Path, desk: Desk) -> None:
    for _ in range(2):
        assert run(desk, "--subject", "A", "--subject", "B", "--seed", "7", "--sent", "none") == 0
        (folder / "none").unlink()
    subjects = [read(raw)["subject"] for _, _, raw in desk.taken]
    assert subjects[:3] == subjects[3:]


def test_run_again_it_goes_on_where_it_stopped(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.closes_after = 1
    assert run(desk) == 75
    assert "2 are left" in capsys.readouterr().err
    desk.closes_after = 100
    assert run(desk) == 0
    assert [rcpt for _, rcpt, _ in desk.taken] == [["ann@example.org"], ["bo@example.org"], ["cy@example.org"]]
    assert "1 had it already" in capsys.readouterr().out
    assert run(desk) == 0
    assert len(desk.taken) == 3


def test_another_campaign_goes_to_everybody_again(desk: Desk) -> None:
    assert run(desk) == 0
    assert run(desk, "--campaign", "summer") == 0
    assert len(desk.taken) == 6


def test_what_is_noted_about_the_served_names_nobody(folder: Path, desk: Desk) -> None:
    run(desk)
    noted = (folder / "list.csv.spring.sent").read_text()
    assert len(noted.split()) == 3
    assert "example" not in noted


def test_refused_and_bad_rows_are_said_and_the_rest_goes_out(
    folder: Path, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "list.csv").write_text(LIST + "nobody,X\n")
    desk.replies["bo@example.org"] = "550 no such person"
    assert run(desk) == 1
    assert len(desk.taken) == 2
    told = capsys.readouterr().err
    assert "line 3: 550 no such person" in told
    assert "line 5: not an address" in told


def test_what_was_put_off_is_sent_by_the_next_run(desk: Desk) -> None:
    desk.replies["bo@example.org"] = "451 later"
    assert run(desk) == 1
    desk.replies.clear()
    assert run(desk) == 0
    assert sorted(rcpt[0] for _, rcpt, _ in desk.taken) == ["ann@example.org", "bo@example.org", "cy@example.org"]


def test_a_dry_run_sends_nothing_and_shows_what_would_go_out(
    folder: Path, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(desk, "--dry-run", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["variants"][0]["recipients"] == 3
    assert "Dear Ann" in told["samples"]["0"]
    assert desk.taken == []
    assert not (folder / "list.csv.spring.sent").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--subject", "{{ town }}"], "{{ town }}"),
        (["--to", "address"], "no column address"),
        (["--campaign", " "], "--campaign: write a name"),
        (["--relay", "nowhere"], "HOST:PORT"),
        (["--content", "absent.eml"], "absent.eml"),
    ],
)
def test_mistakes_are_said_before_anything_is_sent(
    desk: Desk, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(desk, *arguments) == 2
    assert words in capsys.readouterr().err
    assert desk.taken == []


def test_no_relay_says_what_to_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", "news.eml", "list.csv", "--campaign", "spring", "--relay", "127.0.0.1:1"]) == 75
    assert "overt up" in capsys.readouterr().err


def test_the_relay_of_the_settings_is_used(folder: Path, desk: Desk) -> None:
    (folder / "overt.toml").write_text(f'[relay]\nlisten = "0.0.0.0:{desk.port}"\n')
    assert main(["send", "news.eml", "list.csv", "--campaign", "grüner Frühling"]) == 0
    assert read(desk.taken[0][2])["x-overt-campaign"] == "grüner Frühling"


def test_the_relay_is_told_how_long_the_list_is(desk: Desk) -> None:
    assert run(desk) == 0
    assert {read(raw)["x-overt-size"] for _, _, raw in desk.taken} == {"3"}


@pytest.mark.parametrize(
    ("recipients", "size", "words"),
    [
        (3, 20, "Fewer than 20 recipients"),
        (500, 20, "Opens are counted in shared, without a rate. 500 recipients are too few"),
        # Of statistics.md: 0.7 points for 10,000 in pools of 5; sqrt(0.3 * 0.7 / 10,000) is 0.46 points.
        (10_000, 5, "one standard deviation is 0.7 points; a beacon of its own for each would have 0.5."),
    ],
)
def test_what_pools_will_tell_is_shown_before_sending(recipients: int, size: int, words: str, folder: Path) -> None:
    (folder / "overt.toml").write_text(f"[pools]\nsize = {size}\n")
    assert words in tell_pools(recipients, load_settings())


def test_settings_that_allow_no_pools_are_named(folder: Path) -> None:
    (folder / "overt.toml").write_text('[modes]\nopens = "shared"\n')
    assert tell_pools(10_000, load_settings()).startswith("Opens are measured in shared")
