"""Whose mail it is, from the fields that servers and senders write."""

from __future__ import annotations

from overt.guard.recipient import MOST, find_recipients
from overt.message import parse


def test_addresses_of_delivery_come_before_those_of_the_sender() -> None:
    raw = (
        b"To: List <list@example.org>, ada@example.org\r\nDelivered-To: ada+x@example.net\r\n"
        b"X-Original-To: ada@example.org\r\nCc: eve@example.com\r\nFrom: sender@example.com\r\n\r\nx"
    )
    found = [str(address) for address in find_recipients(parse(raw))]
    assert found == ["ada+x@example.net", "ada@example.org", "list@example.org", "eve@example.com"]


def test_a_crowd_is_cut_off_and_nobody_is_nobody() -> None:
    crowd = b", ".join(b"a%d@example.org" % number for number in range(200))
    assert len(find_recipients(parse(b"To: " + crowd + b"\r\n\r\n"))) == MOST
    assert find_recipients(parse(b"To: undisclosed-recipients:;\r\n\r\n")) == ()
