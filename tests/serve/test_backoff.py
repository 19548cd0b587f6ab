"""When to try again."""

from __future__ import annotations

from overt.serve.backoff import MOST_DOMAINS, Backoff, domain_of


def test_waits_grow_to_hours_and_stay_there() -> None:
    backoff = Backoff()
    waits = [backoff.wait(attempts) for attempts in range(10)]
    assert waits == sorted(waits)
    assert waits[0] == 60
    assert waits[3] == 1800  # RFC 5321 section 4.5.4.1: at least thirty minutes, after more frequent ones
    assert waits[9] == 14_400


def test_chance_spreads_a_wait_by_a_fifth_either_way() -> None:
    assert Backoff(chance=lambda: 0.0).wait(0) == 48
    assert Backoff(chance=lambda: 1.0).wait(0) == 72


def test_patience_with_a_domain_ends_and_begins_again_when_it_answers() -> None:
    backoff = Backoff(patience=3)
    assert [backoff.put_off("slow.example") for _ in range(4)] == [False, False, True, True]
    assert not backoff.put_off("other.example")
    backoff.answered("slow.example")
    assert not backoff.put_off("slow.example")


def test_what_is_remembered_is_bounded() -> None:
    backoff = Backoff(patience=2)
    for number in range(MOST_DOMAINS + 10):
        backoff.put_off(f"d{number}.example")
    assert len(backoff._rows) == MOST_DOMAINS
    assert not backoff.put_off("d0.example")  # forgotten


def test_the_domain_of_an_address_is_behind_its_last_at_sign() -> None:
    assert domain_of('"a@b"@Example.ORG') == "example.org"
