"""Manifests of `overt instrument`, read back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from overt.cli.declared import merge_facts, read_declared
from overt.errors import Malformed
from overt.measure import Campaign, CampaignFacts, Link, Mode, Outcome

LINE = {
    "campaign": "spring",
    "campaign_number": 7,
    "variant": 2,
    "opens": "individual",
    "links_mode": "shared",
    "recipient": "ann@example.org",
    "sending": 2**63 + 1,
    "links": [{"link": 1, "destination": "https://example.org/a"}],
}


def write(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    return path


def test_a_line_tells_of_one_message(tmp_path: Path) -> None:
    (facts,) = read_declared([write(tmp_path / "m", LINE)])
    (sent,) = facts.sent
    assert (facts.campaign, facts.name, facts.links) == (7, "spring", {1: "https://example.org/a"})
    assert (sent.sending, sent.recipient, sent.variant) == (2**63 + 1, "ann@example.org", 2)
    assert (sent.opens, sent.links, sent.outcome) == (Mode.INDIVIDUAL, Mode.SHARED, Outcome.UNKNOWN)


def test_lines_and_files_add_up_and_the_same_sending_is_one(tmp_path: Path) -> None:
    other = LINE | {"sending": 5, "links": [{"link": 2, "destination": "https://example.org/b"}]}
    (facts,) = read_declared([write(tmp_path / "a", LINE, other), write(tmp_path / "b", LINE)])
    assert ([sent.sending for sent in facts.sent], set(facts.links)) == ([2**63 + 1, 5], {1, 2})


def test_shared_messages_have_no_sending_and_each_counts(tmp_path: Path) -> None:
    shared = LINE | {"sending": None, "recipient": None, "opens": "shared"}
    (facts,) = read_declared([write(tmp_path / "a", shared, shared)])
    assert [sent.sending for sent in facts.sent] == [0, 0]


def test_the_ledger_is_right_where_both_know_a_link() -> None:
    first = CampaignFacts(Campaign(1), "", (), {Link(1): "https://example.org/mine"})
    second = CampaignFacts(Campaign(1), "spring", (), {Link(1): "https://example.org/other", Link(2): "x"})
    assert merge_facts(first, second) == CampaignFacts(
        Campaign(1), "spring", (), {Link(1): "https://example.org/mine", Link(2): "x"}
    )


@pytest.mark.parametrize(
    "text", ["{", "[]", "1", "{}", json.dumps(LINE | {"opens": "all"}), json.dumps(LINE | {"links": 3})]
)
def test_a_line_that_is_none_is_named_with_its_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m"
    path.write_text(json.dumps(LINE) + "\n\n" + text)
    with pytest.raises(Malformed, match=r"m:3: "):
        read_declared([path])


def test_a_file_that_is_no_text_is_malformed(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Malformed):
        read_declared([tmp_path / "m"])
