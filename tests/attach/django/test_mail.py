"""Django's mail through a real relay, as the how-to page has it: each recipient's own copy, by what each granted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection, send_mail
from django.test import override_settings

from overt.attach.django.mail import ask_for, read_options
from overt.cli.main import main
from overt.testing.reader import find_tracked
from overt.testing.request import Door
from tests.attach.django.urls import MESSAGE, SETTINGS, run_block
from tests.cli.world import running_world

HTML = '<p>Seeds are <a href="https://shop.example.org/spring">here</a>.</p>'
PAGE = run_block(SETTINGS)


def options(port: int, **more: Any) -> dict[str, Any]:
    return {"EMAIL_BACKEND": PAGE["EMAIL_BACKEND"], "OVERT": {**PAGE["OVERT"], "PORT": port, **more}}


def test_each_recipient_gets_a_copy_by_what_they_granted(folder: Path) -> None:
    with running_world(folder) as world:
        main(["consent", "add", "ann@example.org", "--reference", "form-1"])
        with override_settings(**options(world.smtp)):
            people = ["ann@example.org", "bo@example.org"]
            assert send_mail("Sow now", "Seeds.", "news@shop.example.org", people, html_message=HTML) == 1
        inbox = sorted(world.inbox(2), key=lambda raw: b"Delivered-To: bo@" in raw)
        found = [find_tracked(Door(world.base_url), raw) for raw in inbox]
        assert all(len(beacons) == len(links) == 1 for beacons, links in found)
        assert found[0] != found[1]
        assert all(b"x-overt-" not in raw.lower() for raw in inbox)
    assert main(["report", "shop"]) == 0  # the campaign of settings


def test_the_message_of_the_page_asks_for_its_campaign_and_no_beacon(folder: Path) -> None:
    with running_world(folder) as world:
        with override_settings(**options(world.smtp)):
            run_block(MESSAGE)
        (raw,) = world.inbox(1)
        beacons, links = find_tracked(Door(world.base_url), raw)
    assert (len(beacons), len(links)) == (0, 1)
    assert main(["report", "spring"]) == 0


def test_no_relay_is_an_error_as_with_any_other_backend() -> None:
    with override_settings(**options(1)):
        with pytest.raises(OSError, match="refused"):
            send_mail("Sow now", "Seeds.", "news@shop.example.org", ["ann@example.org"])
        assert send_mail("x", "x", "news@shop.example.org", ["ann@example.org"], fail_silently=True) in (0, None)


def test_what_a_message_asks_becomes_fields_of_the_relay() -> None:
    message = EmailMessage("x", "x", "news@shop.example.org", ["ann@example.org"])
    assert ask_for(message) == {}
    assert ask_for(message, "shop") == {"X-Overt-Campaign": "shop"}
    message.tags, message.track_opens, message.track_clicks = ["spring", "b"], False, True
    message.esp_extra = {"X-Overt-Variant": 2, "tag": "x", "Bcc": "eve@example.org"}
    assert ask_for(message, "shop") == {"X-Overt-Campaign": "spring", "X-Overt-Opens": "off", "X-Overt-Variant": "2"}


def test_a_field_that_the_message_has_stays() -> None:
    with override_settings(OVERT={"PORT": 1, "CAMPAIGN": "shop"}):
        backend = get_connection("overt.attach.django.mail.EmailBackend", fail_silently=True)
        message = EmailMessage(
            "x", "x", "news@shop.example.org", ["ann@example.org"], headers={"X-Overt-Campaign": "own"}
        )
        backend.send_messages([message])
    assert message.extra_headers == {"X-Overt-Campaign": "own"}


def test_a_message_that_is_sent_again_is_asked_again(folder: Path) -> None:
    message = EmailMultiAlternatives("x", "x", "news@shop.example.org", ["ann@example.org"])
    message.attach_alternative(HTML, "text/html")
    message.track_clicks = True
    with running_world(folder) as world, override_settings(**options(world.smtp)):
        message.send()
        message.track_opens = message.track_clicks = False
        message.send()
        found = [find_tracked(Door(world.base_url), raw) for raw in world.inbox(2)]
    assert sorted(len(links) for _, links in found) == [0, 1]
    assert message.extra_headers == {}


def test_a_line_end_in_a_tag_is_refused_by_django(folder: Path) -> None:
    with running_world(folder) as world, override_settings(**options(world.smtp)):
        message = EmailMessage("x", "x", "news@shop.example.org", ["ann@example.org"])
        message.tags = ["spring\r\nBcc: eve@example.org"]
        with pytest.raises(ValueError, match="newlines"):
            message.send()


def test_options_that_do_not_exist_are_said() -> None:
    with override_settings(OVERT={"HOSTS": "x"}), pytest.raises(ImproperlyConfigured, match="HOSTS"):
        read_options()
