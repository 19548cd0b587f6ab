"""Hits as Django signals: verified, in anymail's shape, and only a person's doing is called an open or a click."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from anymail.signals import tracking as anymail_tracking
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from standardwebhooks import Webhook

from overt.attach.django.events import MOST_BODY, Event, tracking, webhook
from overt.cli.main import main
from overt.measure.event import About, tell_event, tell_test
from overt.testing.reader import client
from tests.attach.django.urls import RECEIVER, run_block
from tests.cli.test_up import send, simulation
from tests.cli.world import SECONDS, running_world, write_settings
from tests.store.made import make_hit

OLD, NEW = "whsec_" + "b2xk" * 8, "whsec_" + "bmV3" * 8
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"
ABOUT = About("spring", "ann@example.org", "<1@shop.example.org>", "https://shop.example.org/")


@pytest.fixture(autouse=True)
def secrets() -> Iterator[None]:
    with override_settings(OVERT={"WEBHOOK_SECRETS": [NEW, OLD]}):
        yield


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    """What both signals were sent with."""
    events: list[Any] = []

    def hear(event: Any, esp_name: str, **more: object) -> None:
        events.append((esp_name, event))

    tracking.connect(hear)
    anymail_tracking.connect(hear)
    yield events
    tracking.disconnect(hear)
    anymail_tracking.disconnect(hear)


def post(told: Any, *, secret: str = OLD, at: datetime | None = None, signature: str | None = None) -> HttpResponse:
    body, now = json.dumps(told), at or datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, body) if signature is None else signature,
    }
    request = RequestFactory().post("/overt/", body, content_type="application/json", headers=headers)
    answer: HttpResponse = webhook(request)
    return answer


def test_a_click_is_heard_by_our_receivers_and_by_anymails(heard: list[Any]) -> None:
    assert post(tell_event(make_hit(user_agent=FIREFOX), ABOUT)).status_code == 204
    (name, ours), (other, theirs) = heard
    assert name == other == "overt"
    assert isinstance(ours, Event)
    for event in (ours, theirs):
        assert (event.event_type, event.recipient, event.click_url) == ("clicked", "ann@example.org", ABOUT.url)
        assert (event.message_id, event.event_id, list(event.tags)) == ("<1@shop.example.org>", "msg_1", ["spring"])
        assert event.timestamp == datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC)
        assert event.esp_event["data"]["reading"]["actor"] == "human"


def test_what_a_machine_did_is_neither_opened_nor_clicked(heard: list[Any]) -> None:
    assert post(tell_event(make_hit(user_agent="curl/8"), ABOUT), secret=NEW).status_code == 204
    assert [event.event_type for _, event in heard] == ["unknown", "unknown"]


def test_a_test_is_taken_and_no_event(heard: list[Any]) -> None:
    assert post(tell_test(datetime.now(UTC))).status_code == 204
    assert heard == []


def test_what_is_not_ours_or_old_is_refused(heard: list[Any]) -> None:
    told = tell_event(make_hit(user_agent=FIREFOX), ABOUT)
    assert post(told, secret="whsec_" + "ZXZl" * 8).status_code == 403
    assert post(told, at=datetime.now(UTC) - timedelta(minutes=6)).status_code == 403
    for signature in ("", "v1,", "v1,é", "v2,AAAA", "nonsense"):
        assert post(told, signature=signature.encode("utf-8").decode("latin-1")).status_code == 403
    assert webhook(RequestFactory().post("/overt/", "{}", content_type="application/json")).status_code == 403
    assert webhook(RequestFactory().get("/overt/")).status_code == 405
    assert post({"x": "y" * MOST_BODY}).status_code == 413
    padded = RequestFactory().post("/overt/", "{}", content_type="application/json")
    for length in ("0000000000009999999", "-1", "x", str(MOST_BODY + 1)):
        padded.META["CONTENT_LENGTH"] = length
        assert webhook(padded).status_code == 413
    assert heard == []


def test_a_receiver_that_fails_makes_it_come_again() -> None:
    def fail(**more: object) -> None:
        raise RuntimeError("no room")

    tracking.connect(fail)
    try:
        with pytest.raises(RuntimeError, match="no room"):
            post(tell_event(make_hit(user_agent=FIREFOX), ABOUT))
    finally:
        tracking.disconnect(fail)


def test_without_a_secret_nothing_is_believed() -> None:
    with override_settings(OVERT={}), pytest.raises(ImproperlyConfigured, match="WEBHOOK_SECRETS"):
        post({"type": "overt.test"})


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *values: object) -> None:  # noqa: A002 the name is given
        pass


@contextmanager
def serving() -> Iterator[int]:
    """The Django application on a port of this machine."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join(SECONDS)
        server.server_close()


def test_a_click_in_the_world_comes_to_the_receiver_of_the_page(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver = run_block(RECEIVER)["heard"]
    with serving() as port:
        write_settings(folder, 1, 1)
        main(["webhook", "add", f"http://127.0.0.1:{port}/overt/", "--name", "django", "--private"])
        secret = capsys.readouterr().out.strip()
        with override_settings(OVERT={"WEBHOOK_SECRETS": [secret]}), running_world(folder) as world:
            main(["consent", "add", "ann@example.org", "--reference", "form-1"])
            send(folder, ["ann@example.org"])
            (ann,) = world.inbox(1)
            asyncio.run(simulation(world).click(ann, client("chrome")))
            until, said = time.monotonic() + SECONDS, ""
            while "https://shop.example.org/spring" not in said.partition("\nann@")[2] and time.monotonic() < until:
                time.sleep(0.1)
                said += capsys.readouterr().out
    tracking.disconnect(receiver)
    assert "ann@example.org https://shop.example.org/spring" in said
