"""From one message to a copy for each recipient."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping

import pytest

from overt.errors import Refused, Unavailable
from overt.measure import Mode, Outcome, Token, mint_leave, recipient_of, verify
from overt.serve.dispatch import Submission
from overt.store import SuppressionList, writing
from overt.testing import make_html, make_mail
from tests.serve.post import ANA, BASE, KIM, NEWS, ROBIN, Post

PLENTY = 2500  # recipients, for pools of ten
OFF, SHARED, INDIVIDUAL = (Mode.OFF, Mode.OFF), (Mode.SHARED, Mode.SHARED), (Mode.INDIVIDUAL, Mode.INDIVIDUAL)


def beacon(post: Post, raw: bytes) -> Token:
    (text,) = set(re.findall(rb"/b/([\w-]+)\.gif", raw.replace(b"=\r\n", b"")))
    token = verify(post.keyring, text.decode())
    assert token is not None
    return token


def because(post: Post) -> list[str]:
    with writing(post.engine) as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT because FROM sending ORDER BY at, number")]


def test_recipients_without_a_grant_get_the_very_same_bytes(post: Post) -> None:
    copies = post.send(ROBIN, KIM, ANA)
    assert len(copies) == 3
    (only,) = set(copies.values())
    token = beacon(post, only)
    assert (token.mode, token.sending, token.campaign) == (Mode.SHARED, None, post.ledger.campaign("unnamed"))
    assert post.modes() == dict.fromkeys((ROBIN, KIM, ANA), SHARED)


def test_a_recipient_with_a_grant_gets_a_copy_that_names_the_sending(post: Post) -> None:
    post.grant(ROBIN)
    copies = post.send(ROBIN, KIM)
    token = beacon(post, copies[ROBIN])
    assert token.mode is Mode.INDIVIDUAL
    assert token.sending is not None
    assert recipient_of(token.sending) == post.ledger.recipient(ROBIN)
    assert [sent.sending for sent in post.ledger.sendings(token.campaign) if sent.recipient == ROBIN] == [token.sending]
    assert beacon(post, copies[KIM]).mode is Mode.SHARED
    assert post.modes() == {ROBIN: INDIVIDUAL, KIM: SHARED}


def test_two_recipients_with_grants_get_different_numbers(post: Post) -> None:
    for address in (ROBIN, KIM):
        post.grant(address)
    copies = post.send(ROBIN, KIM)
    assert beacon(post, copies[ROBIN]).sending != beacon(post, copies[KIM]).sending


def test_campaign_and_variant_come_from_the_header_and_leave_with_it(post: Post) -> None:
    raw = make_mail(fields={"X-Overt-Campaign": "spring", "X-Overt-Variant": "3", "X-Overt-Opens": "shared"})
    copy = post.send(raw=raw)[ROBIN]
    token = beacon(post, copy)
    assert (token.campaign, token.variant) == (post.ledger.campaigns()["spring"], 3)
    assert b"x-overt" not in copy.lower()


def test_the_reason_for_less_is_recorded(post: Post) -> None:
    post.send(raw=make_mail(fields={"X-Overt-Opens": "individual", "X-Overt-Links": "shared"}))
    assert because(post) == ["opens: no grant is recorded"]


def test_a_field_that_cannot_be_read_is_an_event(post: Post) -> None:
    post.send(raw=make_mail(fields={"X-Overt-Links": "all"}))
    (event,) = post.ledger.events()
    assert (event.kind, event.about) == ("field-not-read", "X-Overt-Links: no mode, taken as off")
    assert event.message_id == "<20261102080000.1@shop.example.org>"
    assert post.modes()[ROBIN] == (Mode.SHARED, Mode.OFF)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"X-Overt-Track": "off"}, ""),
        ({"DKIM-Signature": "v=1; a=rsa-sha256; h=From; bh=x; b=y"}, "DKIM"),
        ({"Overt-Notice": "opens=shared; links=shared; about=<https://t.example.org/you>"}, "already instrumented"),
    ],
)
def test_what_must_not_be_touched_goes_out_as_it_came(post: Post, fields: Mapping[str, str], reason: str) -> None:
    post.grant(ROBIN)
    copies = post.send(raw=make_mail(fields=dict(fields)))
    assert copies[ROBIN] == make_mail(fields={k: v for k, v in fields.items() if not k.startswith("X-Overt")})
    assert post.modes() == {ROBIN: OFF}
    assert reason in because(post)[0]


def test_a_message_with_nothing_to_measure_is_recorded_as_off(post: Post) -> None:
    raw = make_mail(None, "Only words.\n")
    assert post.send(raw=raw)[ROBIN] == raw
    assert post.modes() == {ROBIN: OFF}
    assert because(post) == ["nothing in it to measure"]


def test_a_report_of_a_mail_system_goes_out_as_it_came(post: Post) -> None:
    assert post.send(raw=make_mail(), sender="")[ROBIN] == make_mail()
    assert "null path" in because(post)[0]


@pytest.mark.parametrize(
    ("address", "sender", "own"),
    [
        ("News@Shop.example.org", "bounces@shop.example.org", ()),
        ("bounces@shop.example.org", "bounces@shop.example.org", ()),
        ("desk@shop.example.org", NEWS, ("Desk@shop.example.org",)),
    ],
)
def test_the_senders_own_copy_goes_out_as_it_came_and_is_no_sending(
    post: Post, address: str, sender: str, own: tuple[str, ...]
) -> None:
    copies = post.send(
        address, ROBIN, raw=make_mail(fields={"X-Overt-Campaign": "unnamed"}), sender=sender, own_addresses=own
    )
    assert copies[address] == make_mail()
    assert list(post.modes()) == [ROBIN]


def test_a_recipient_named_twice_gets_one_copy(post: Post) -> None:
    post.send(ROBIN, ROBIN)
    assert len(post.queue.all()) == 1


def test_a_link_that_holds_the_recipients_address_stays_in_that_copy(post: Post) -> None:
    html = make_html(links=[(f"https://shop.example.org/me?a={KIM}", "Mine"), ("https://shop.example.org/x", "X")])
    copies = post.send(ROBIN, KIM, raw=make_mail(html, None, encoding="8bit"))
    mine = f'href="https://shop.example.org/me?a={KIM}"'.encode()
    (copy,) = set(copies.values())  # it is Kim's in the copy of another, too
    assert mine in copy
    assert copy.count(f"{BASE}/c/".encode()) == 1


def test_a_link_that_holds_a_recipients_address_as_a_hash_stays_and_is_kept_nowhere(post: Post) -> None:
    mine = f"https://shop.example.org/me?h={hashlib.md5(KIM.encode(), usedforsecurity=False).hexdigest()}"
    html = make_html(links=[(mine, "Mine"), ("https://shop.example.org/x", "X")])
    for recipients in ((KIM,), (ROBIN, KIM)):
        fields = {"X-Overt-Campaign": "spring"}
        copies = post.send(*recipients, raw=make_mail(html, None, encoding="8bit", fields=fields))
        (copy,) = set(copies.values())
        assert f'href="{mine}"'.encode() in copy
    facts = post.ledger.facts(post.ledger.campaign("spring"))
    assert dict(facts.links) == {1: "https://shop.example.org/x"}


def test_a_link_that_holds_the_recipients_address_is_measured_by_a_grant_and_kept_nowhere(post: Post) -> None:
    post.grant(KIM)
    html = make_html(links=[(f"https://shop.example.org/me?a={KIM}", "Mine"), ("https://shop.example.org/x", "X")])
    copies = post.send(KIM, raw=make_mail(html, None, encoding="8bit", fields={"X-Overt-Campaign": "spring"}))
    assert copies[KIM].count(f"{BASE}/c/".encode()) == 2
    facts = post.ledger.facts(post.ledger.campaign("spring"))
    assert dict(facts.links) == {1: "https://shop.example.org/x"}


def test_link_numbers_are_the_ledgers_over_all_messages_of_a_campaign(post: Post) -> None:
    for links in (("https://a.example/", "https://b.example/"), ("https://b.example/", "https://c.example/")):
        html = make_html(links=[(link, "x") for link in links], unsubscribe="")
        post.send(raw=make_mail(html, None, fields={"X-Overt-Campaign": "spring"}))
    facts = post.ledger.facts(post.ledger.campaign("spring"))
    assert dict(facts.links) == {1: "https://a.example/", 2: "https://b.example/", 3: "https://c.example/"}


def test_when_instrumenting_fails_the_mail_goes_out_and_it_is_recorded(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ZeroDivisionError(f"something about {ROBIN}")

    monkeypatch.setattr("overt.serve.dispatch.prepare", fail)
    copies = post.send(ROBIN, KIM, raw=make_mail(fields={"X-Overt-Opens": "shared"}))
    assert set(copies.values()) == {make_mail()}
    assert post.modes() == {ROBIN: OFF, KIM: OFF}
    events = post.ledger.events()
    assert [event.kind for event in events] == ["instrumenting-failed"] * 2
    assert events[0].about == "a fault in the program (ZeroDivisionError)"  # of others' sentences nothing is kept


def test_when_one_copy_fails_the_others_are_instrumented(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    new_sending = post.ledger.new_sending

    def fail_for_kim(*arguments: object, **named: object) -> object:
        if arguments[1] == kim and named["opens"] is not Mode.OFF:
            raise Refused("not this one")
        return new_sending(*arguments, **named)  # type: ignore[arg-type]

    kim = post.ledger.recipient(KIM)
    monkeypatch.setattr(post.ledger, "new_sending", fail_for_kim)
    copies = post.send(ROBIN, KIM, ANA)
    assert copies[KIM] == make_mail()
    assert beacon(post, copies[ROBIN]) == beacon(post, copies[ANA])
    assert post.modes() == {ROBIN: SHARED, KIM: OFF, ANA: SHARED}
    assert len(post.ledger.facts(post.ledger.campaign("unnamed")).links) == 1


def test_when_the_message_cannot_even_be_read_it_goes_out_as_it_came(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(raw: bytes) -> None:
        raise RecursionError

    monkeypatch.setattr("overt.serve.dispatch.parse", fail)
    raw = make_mail(fields={"X-Overt-Opens": "shared"})
    assert post.send(ROBIN, KIM, raw=raw) == {ROBIN: raw, KIM: raw}
    assert [event.kind for event in post.ledger.events()] == ["instrumenting-failed"]


def test_an_address_that_the_ledger_cannot_read_gets_its_mail(post: Post) -> None:
    copies = post.send("postmaster", ROBIN)
    assert copies["postmaster"] == make_mail()
    assert beacon(post, copies[ROBIN]).mode is Mode.SHARED


def test_a_line_that_would_become_too_long_for_mail_is_not_made(post: Post) -> None:
    # RFC 5322 section 2.1.1: at most 998 characters. Each tracked URL is some 70 longer than its destination.
    links = "".join(f"<a href='https://a.example/{number}'>{number}</a>" for number in range(20))
    raw = make_mail(f"<p>{links}</p>\n", None, encoding="7bit", charset="us-ascii")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    copy = post.send(raw=raw)[ROBIN]
    assert max(map(len, copy.split(b"\r\n"))) <= 998


def test_when_the_database_cannot_be_written_nothing_was_accepted(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> int:
        raise Unavailable("the database: database or disk is full")

    monkeypatch.setattr(post.queue, "put", full)
    with pytest.raises(Unavailable):
        post.dispatch().accept([Submission(NEWS, (ROBIN,), make_mail())])
    assert post.queue.all() == ()
    assert post.ledger.campaigns() == {}


def test_several_messages_are_one_transaction(post: Post) -> None:
    post.dispatch().accept([Submission(NEWS, (address,), make_mail()) for address in (ROBIN, KIM)])
    assert set(post.copies()) == {ROBIN, KIM}


def test_golden_messages_all_come_through(post: Post, golden: Mapping[str, bytes]) -> None:
    for name, raw in golden.items():
        crlf = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
        post.dispatch().accept([Submission(NEWS, (f"{name[:40]}@example.org",), crlf)])
    assert len(post.queue.all()) == len(golden)
    failed = [event for event in post.ledger.events(1000) if "fault in the program" in event.about]
    assert failed == []


def leave_fields(raw: bytes) -> bytes:
    header = raw.partition(b"\r\n\r\n")[0]
    return b"\r\n".join(line for line in header.split(b"\r\n") if line.lower().startswith(b"list-"))


def test_everybody_gets_a_field_of_their_own_to_leave_by_and_nothing_else_of_their_own(post: Post) -> None:
    copies = post.send(ROBIN, KIM, leave=True, pages_url="https://you.example.org")
    for address, raw in copies.items():
        ticket = mint_leave(post.keyring, post.ledger.recipient(address), post.ledger.campaign("unnamed"))
        assert leave_fields(raw) == (
            b"List-Unsubscribe: <https://you.example.org/u/%b>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click"
            % ticket.encode()
        )
    one, other = (raw.replace(leave_fields(raw), b"") for raw in copies.values())
    assert one == other
    assert beacon(post, one).mode is Mode.SHARED


def test_a_message_can_ask_for_the_field_or_do_without(post: Post) -> None:
    asked = make_mail(fields={"X-Overt-Unsubscribe": "yes"})
    assert leave_fields(post.send(raw=asked, pages_url=BASE)[ROBIN])
    refused = make_mail(fields={"X-Overt-Unsubscribe": "no"})
    assert not leave_fields(post.send(KIM, raw=refused, leave=True, pages_url=BASE)[KIM])


def test_signed_mail_gets_no_field(post: Post) -> None:
    raw = make_mail(fields={"DKIM-Signature": "v=1; d=shop.example.org; h=from; b=x"})
    assert post.send(raw=raw, leave=True, pages_url=BASE)[ROBIN] == raw


def test_who_left_gets_no_list_mail_and_all_other_mail(post: Post) -> None:
    SuppressionList(post.engine, post.keyring, post.clock).add("Robin@Example.org", way="page")
    copies = post.send(ROBIN, KIM, leave=True, pages_url=BASE)
    assert set(copies) == {KIM}
    sent = {each.recipient: each for each in post.ledger.sendings(post.ledger.campaign("unnamed"))}
    assert sent[ROBIN].outcome is Outcome.FAILED
    assert (sent[ROBIN].opens, sent[ROBIN].links) == OFF
    assert because(post).count("unsubscribed") == 1
    own = make_mail(fields={"List-Unsubscribe": "<mailto:leave@shop.example.org>"})
    assert ROBIN not in post.send(ROBIN, raw=own)
    assert ROBIN in post.send(ROBIN)


def test_who_leaves_while_mail_waits_does_not_get_it(post: Post) -> None:
    post.send(ROBIN, KIM, leave=True, pages_url=BASE)
    post.send(ROBIN)  # a receipt, say
    leavers = SuppressionList(post.engine, post.keyring, post.clock)
    assert leavers.add(ROBIN, way="page") == 1
    assert [queued.envelope.recipient for queued in post.queue.all()] == [KIM, ROBIN]
    assert leavers.add(ROBIN, way="page") == 0


def declared(size: int) -> bytes:
    return make_mail(fields={"X-Overt-Size": str(size), "X-Overt-Campaign": "spring"})


def people(number: int) -> list[str]:
    return [f"person{count}@example.org" for count in range(number)]


def test_a_list_that_is_large_enough_is_pooled_and_nobody_says_who_is_in_which(post: Post) -> None:
    everybody = people(1000)
    copies = post.send(*everybody, raw=declared(1000), pool_size=5)
    pools = Counter(beacon(post, raw).link for raw in copies.values())
    assert set(pools.values()) == {5}
    assert len(pools) == 200
    assert {beacon(post, raw).mode for raw in copies.values()} == {Mode.POOLED}
    assert set(post.modes("spring").values()) == {(Mode.POOLED, Mode.SHARED)}
    facts = post.ledger.facts(post.ledger.campaign("spring"))
    assert facts.pools is not None
    assert facts.pools.full == frozenset(range(1, 201))
    with writing(post.engine) as connection:
        rows = connection.exec_driver_sql("SELECT * FROM deck").fetchall()
    assert [row.left for row in rows] == [" ".join(["0"] * (200 - row.first + 1)) for row in rows]


def test_copies_that_carry_no_beacon_are_recorded_like_those_that_do(post: Post) -> None:
    copies = post.send(*people(PLENTY), raw=declared(PLENTY), pool_size=10)
    carrying = [raw for raw in copies.values() if b"/b/" in raw.replace(b"=\r\n", b"")]
    # 1.594 / (10 * 0.3) = 0.531
    assert abs(len(carrying) / PLENTY - 0.531) < 5 * (0.25 / PLENTY) ** 0.5
    assert set(post.modes("spring").values()) == {(Mode.POOLED, Mode.SHARED)}


def test_whoever_granted_it_is_measured_alone_and_takes_no_place(post: Post) -> None:
    post.grant(ROBIN)
    copies = post.send(ROBIN, *people(999), raw=declared(1000), pool_size=5)
    assert beacon(post, copies[ROBIN]).mode is Mode.INDIVIDUAL
    assert post.modes("spring")[ROBIN] == INDIVIDUAL


@pytest.mark.parametrize("size", [500, 0])
def test_a_list_that_is_too_small_or_not_declared_is_shared(post: Post, size: int) -> None:
    copies = post.send(ROBIN, KIM, raw=declared(size), pool_size=5)
    assert {beacon(post, raw).mode for raw in copies.values()} == {Mode.SHARED}
    assert len(set(copies.values())) == 1
    assert [event.kind for event in post.ledger.events()] == (["no-pools"] if size else [])


def test_an_account_that_wants_shared_has_no_pools(post: Post) -> None:
    copies = post.send(ROBIN, KIM, raw=declared(1000), pool_size=5, opens=Mode.SHARED)
    assert {beacon(post, raw).mode for raw in copies.values()} == {Mode.SHARED}


def test_a_campaign_to_few_people_goes_out_untouched_but_to_whoever_granted_it(post: Post) -> None:
    post.grant(ROBIN)
    copies = post.send(ROBIN, KIM, raw=declared(19))
    assert post.modes("spring") == {ROBIN: INDIVIDUAL, KIM: OFF}
    assert b"/b/" not in copies[KIM]
    assert "a campaign to fewer than 20 people" in because(post)
