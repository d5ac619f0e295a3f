"""Messages that a prediction is done: who may ring, and that ringing is all that it comes to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from renders.domain.script import Visual
from renders.models import HeardMessage, Step
from renders.pipeline import recovery
from renders.providers.predictions import webhooks
from tests.support import pipeline
from tests.support.predicting import ask_for, predicting, visual_step
from tests.support.predictions_server import SECRET, Predictions, signed

URL = f"/{webhooks.PATH}"
pytestmark = [pytest.mark.django_db]


@pytest.fixture
def service(settings: Any, fakes: Any, monkeypatch: Any) -> Iterator[Predictions]:
    settings.RENDERHUB_BASE_URL = "https://hub.example.org"
    with predicting(settings, monkeypatch) as running:
        settings.RENDERHUB_PREDICTIONS["poll_seconds"] = 250.0
        yield running


@pytest.fixture
def waiting(service: Predictions) -> Step:
    """A step whose provider is at work, and that is not looked at for minutes."""
    ask_for(Visual.GENERATED_IMAGE)
    pipeline.run_one("io")
    step = visual_step()
    assert step.status == "sleeping"
    return step


def body_of(step: Step, **more: Any) -> bytes:
    return json.dumps({"id": step.job_id, "status": "succeeded", **more}).encode()


def send(body: bytes, headers: dict[str, str]) -> Any:
    own = {name: value for name, value in headers.items() if name != "Content-Type"}
    return Client(enforce_csrf_checks=True).post(URL, body, content_type="application/json", headers=own)


def rung(step: Step) -> bool:
    step.refresh_from_db()
    return step.status != "sleeping" or (step.wake_at is not None and step.wake_at <= timezone.now())


def test_the_service_is_told_where_to(service: Predictions, waiting: Step) -> None:
    assert service.made[0].webhook == "https://hub.example.org/hooks/predictions/"


def test_the_step_looks_at_once(service: Predictions, waiting: Step) -> None:
    body = body_of(waiting)
    assert send(body, signed(body, "msg_1")).json() == {"rung": 1}
    assert rung(waiting)
    recovery.tick()
    pipeline.run_one("io")
    assert visual_step().status == "done"


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:No directory at")
def test_the_service_really_reaches_us(settings: Any, fakes: Any, monkeypatch: Any, live_server: Any) -> None:
    settings.RENDERHUB_BASE_URL = live_server.url
    with predicting(settings, monkeypatch) as service:
        settings.RENDERHUB_PREDICTIONS["poll_seconds"] = 250.0
        ask_for(Visual.GENERATED_IMAGE)
        pipeline.run_one("io")
        assert service.finish(service.made[0]) == 200
        assert rung(visual_step())


def test_what_it_says_is_not_believed(service: Predictions, waiting: Step) -> None:
    service.looks_needed = 2
    body = body_of(waiting, status="failed", error="NSFW", output=["http://127.0.0.1/x"])
    send(body, signed(body, "msg_1"))
    recovery.tick()
    pipeline.run_one("io")
    assert visual_step().status == "sleeping", "the service itself says that it is still at work"


def test_a_step_that_missed_looks_is_found_too(waiting: Step) -> None:
    body = body_of(waiting)
    Step.objects.filter(pk=waiting.pk).update(job_id=f"{waiting.job_id}~2")
    assert send(body, signed(body, "msg_1")).json() == {"rung": 1}


def test_a_message_counts_once(waiting: Step) -> None:
    body = body_of(waiting)
    headers = signed(body, "msg_1")
    assert send(body, headers).status_code == 200
    Step.objects.filter(pk=waiting.pk).update(wake_at=timezone.now() + timedelta(minutes=9))
    assert send(body, headers).status_code == 409
    assert not rung(waiting)


@pytest.mark.parametrize("seconds", [-301, 301, -86_400])
def test_an_old_message_is_refused(waiting: Step, seconds: int) -> None:
    body = body_of(waiting)
    assert send(body, signed(body, "msg_1", int(time.time()) + seconds)).status_code == 401
    assert not rung(waiting)
    assert not HeardMessage.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,é"},
        {"webhook-id": "msg_2"},
        {"webhook-id": ""},
        {"webhook-id": "a b"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "9" * 30},
    ],
)
def test_who_does_not_sign_rings_nothing(waiting: Step, changed: dict[str, str]) -> None:
    body = body_of(waiting)
    assert send(body, signed(body, "msg_1") | changed).status_code == 401
    assert not rung(waiting)


def test_a_body_that_was_changed_on_its_way_is_refused(waiting: Step) -> None:
    body = body_of(waiting)
    assert send(body + b" ", signed(body, "msg_1")).status_code == 401
    other = "whsec_" + "b3RoZXJvdGhlcm90aGVyb3RoZXI="
    assert send(body, signed(body, "msg_1", secret=other)).status_code == 401


def test_while_a_secret_is_changed_one_of_two_signatures_is_enough(waiting: Step) -> None:
    body = body_of(waiting)
    headers = signed(body, "msg_1")
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']}"
    assert send(body, headers).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"id": 7}', b'{"id": "%"}', b"\xff", b'{"id": "\\u0000aaaaaaaa"}']
)
def test_a_signed_message_that_names_nothing_rings_nothing(waiting: Step, body: bytes) -> None:
    assert send(body, signed(body, "msg_1")).status_code == 400
    assert not rung(waiting)


def test_a_job_that_nobody_waits_for_rings_nothing(waiting: Step) -> None:
    body = b'{"id": "somebodyelses"}'
    assert send(body, signed(body, "msg_1")).json() == {"rung": 0}
    assert not rung(waiting)


def test_steps_that_wait_for_something_else_are_left_alone(waiting: Step) -> None:
    Step.objects.filter(pk=waiting.pk).update(job_id="")
    body = b'{"id": "anythinglong"}'
    assert send(body, signed(body, "msg_1")).json() == {"rung": 0}
    assert not rung(waiting)


def test_without_a_secret_nothing_is_listened_for(waiting: Step, settings: Any) -> None:
    settings.RENDERHUB_PREDICTIONS |= {"webhook_secret": ""}
    body = body_of(waiting)
    assert send(body, signed(body, "msg_1")).status_code == 404
    assert Client().get(URL).status_code == 405


def test_messages_are_remembered_for_as_long_as_their_time_would_be_believed(waiting: Step) -> None:
    HeardMessage.objects.create(message_id="old", heard_at=timezone.now() - timedelta(hours=1))
    HeardMessage.objects.create(message_id="new", heard_at=timezone.now() - timedelta(seconds=500))
    body = body_of(waiting)
    send(body, signed(body, "msg_1"))
    assert set(HeardMessage.objects.values_list("message_id", flat=True)) == {"new", "msg_1"}


@pytest.mark.parametrize(
    ("base", "wanted", "told"),
    [
        ("https://hub.example.org", False, True),
        ("https://8.8.8.8", False, True),
        ("http://hub.example.org", False, False),
        ("https://localhost", False, False),
        ("https://10.0.0.4", False, False),
        ("https://[::1]:8000", False, False),
        ("https://hub.internal", False, False),
        ("https://hub", False, False),
        ("http://localhost:8000", True, True),
        ("", True, False),
    ],
)
def test_the_service_is_asked_for_messages_where_it_can_reach_us(base: str, wanted: bool, told: bool) -> None:
    assert webhooks.address(base, SECRET, wanted) == (f"{base}/hooks/predictions/" if told else "")
    assert webhooks.address(base, "", wanted) == ""


headers = st.dictionaries(
    st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text(max_size=30), max_size=3
)


@given(headers, st.binary(max_size=50))
def test_no_header_is_too_odd_to_be_refused(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(webhooks.Refused):
        webhooks.verified_id(SECRET, headers, body, 1_700_000_000.0)
