"""Parameters of RFC 3461, as its examples write them."""

from __future__ import annotations

import time

import pytest

from overt.serve.wanted import read_wanted


def test_the_examples_of_rfc_3461_section_10() -> None:
    mail = read_wanted("MAIL", "FROM:<Alice@Example.ORG> RET=HDRS ENVID=QQ314159")
    assert (mail.rest, mail.values) == ("FROM:<Alice@Example.ORG>", {"RET": "HDRS", "ENVID": "QQ314159"})
    rcpt = read_wanted("RCPT", "TO:<Bob@Example.COM> NOTIFY=SUCCESS ORCPT=rfc822;Bob@Example.COM")
    assert rcpt.values == {"NOTIFY": "SUCCESS", "ORCPT": "rfc822;Bob@Example.COM"}


def test_others_stay_where_they_were() -> None:
    wanted = read_wanted("MAIL", "FROM:<a@b> SIZE=10 RET=full BODY=8BITMIME")
    assert (wanted.rest, wanted.values) == ("FROM:<a@b> SIZE=10 BODY=8BITMIME", {"RET": "full"})


def test_a_quoted_local_part_hides_nothing() -> None:
    wanted = read_wanted("RCPT", 'TO:<"a> NOTIFY=NEVER"@example.org> NOTIFY=SUCCESS')
    assert (wanted.rest, wanted.values) == ('TO:<"a> NOTIFY=NEVER"@example.org>', {"NOTIFY": "SUCCESS"})


def test_who_handed_it_in_before_is_heard_and_not_believed() -> None:
    assert read_wanted("MAIL", "FROM:<a@b> AUTH=<>").values == {}


@pytest.mark.parametrize(
    ("command", "parameters"),
    [
        ("MAIL", "RET=ALL"),
        ("MAIL", "RET=FULL RET=HDRS"),
        ("MAIL", "ENVID="),
        ("MAIL", "ENVID=a=b"),
        ("MAIL", "ENVID=a+0dB"),
        ("MAIL", "ENVID=" + "x" * 101),
        ("MAIL", "ENVID=gr\u00fc\u00dfe"),
        ("RCPT", "NOTIFY=NEVER,SUCCESS"),
        ("RCPT", "NOTIFY=SUCCESS,SUCCESS"),
        ("RCPT", "NOTIFY=PERHAPS"),
        ("RCPT", "NOTIFY"),
        ("RCPT", "ORCPT=robin@example.org"),
        ("RCPT", "ORCPT=rfc822;" + "x" * 500),
    ],
)
def test_what_cannot_be_read_is_refused(command: str, parameters: str) -> None:
    path = "FROM:<a@b>" if command == "MAIL" else "TO:<a@b>"
    assert read_wanted(command, f"{path} {parameters}").refusal.startswith("501 5.5.4 ")


def test_a_command_that_is_none_is_passed_on_as_it_is() -> None:
    assert read_wanted("MAIL", "nonsense RET=FULL").rest == "nonsense RET=FULL"


def test_long_nonsense_takes_no_time() -> None:
    began = time.perf_counter()
    for text in ("FROM:<" + '"' * 100_000, 'FROM:<"' + "\\" * 100_001, "FROM:" + " " * 100_000):
        read_wanted("MAIL", text)
    assert time.perf_counter() - began < 2.0
