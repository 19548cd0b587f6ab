"""Single settings: what is taken, and what is refused with which words."""

from __future__ import annotations

import pytest

from overt.cli.option import Collector, Endpoint, Relay, Retention, Settings, setting_fields


@pytest.mark.parametrize(
    ("text", "host", "port"), [("127.0.0.1:2525", "127.0.0.1", 2525), ("[::1]:25", "::1", 25), ("mail:0", "mail", 0)]
)
def test_a_place_to_listen_is_host_and_port(text: str, host: str, port: int) -> None:
    endpoint = Relay.model_validate({"listen": text}).listen
    assert endpoint == Endpoint(host, port)
    assert str(endpoint) == text


@pytest.mark.parametrize("text", ["127.0.0.1", "::1:25", "host:port", "host:70000", "http://host:1", ""])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        Relay.model_validate({"listen": text})


@pytest.mark.parametrize("text", ["smtp://mail.example.org:587", "lmtp://[::1]:24", "maildir:///var/mail/out"])
def test_next_hops_are_smtp_lmtp_and_maildir(text: str) -> None:
    assert Relay.model_validate({"next_hop": text}).next_hop == text


@pytest.mark.parametrize("text", ["mail.example.org", "maildir://relative", "smtp://", "https://mail.example.org"])
def test_another_next_hop_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="maildir:///folder"):
        Relay.model_validate({"next_hop": text})


def test_trusted_proxies_are_networks_as_a_list_or_with_commas() -> None:
    listed = Collector.model_validate({"trusted_proxies": ["10.0.0.0/8", "::1"]})
    written = Collector.model_validate({"trusted_proxies": "10.0.0.0/8, ::1"})
    assert listed == written
    assert [str(network) for network in listed.trusted_proxies] == ["10.0.0.0/8", "::1/128"]


def test_a_network_with_host_bits_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.1/8"):
        Collector.model_validate({"trusted_proxies": ["10.0.0.1/8"]})


def test_nobody_is_trusted_and_nothing_listens_to_the_world_by_default() -> None:
    settings = Settings()
    assert settings.collector.trusted_proxies == ()
    assert settings.relay.listen.host == settings.collector.listen.host == "127.0.0.1"


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in setting_fields().items() if not field.description] == []


@pytest.mark.parametrize("days", [0, 8, 396])
def test_hits_are_kept_for_a_week_and_a_day_or_longer_or_without_limit(days: int) -> None:
    assert Retention.model_validate({"hits_days": days}).hits_days == days


@pytest.mark.parametrize("days", [1, 7, -1])
def test_a_limit_that_would_take_hits_on_their_day_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="hits_days"):
        Retention.model_validate({"hits_days": days})
