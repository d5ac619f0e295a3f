"""The page of services (R40)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from kombu.exceptions import OperationalError

from renderhub.lib import clock
from renders.domain.calls import Calls, Tally
from renders.health import rounds
from renders.models import CircuitRow, Service
from tests.support import people as three

pytestmark = pytest.mark.django_db
LIST = "/admin/renders/service/"


@pytest.fixture
def console(client):
    client.people = three.people()
    client.force_login(client.people.operator)
    return client


def service(name: str, status: str = "up", ago: float = 20, **more: object) -> Service:
    now = clock.now()
    times = {"since": now - timedelta(hours=3), "checked_at": now - timedelta(seconds=ago)}
    return Service.objects.create(name=name, status=status, **{**times, "latency_ms": 12.3, **more})


def test_it_says_how_each_service_answered_and_what_to_do(console):
    service("database", primary=True)
    service("espeak", stages=["tts"], primary=True)
    service("local_media", stages=["upload"], error="once it was full")
    service("s3", "down", stages=["upload"], primary=True, error="403 <b>no</b>", remedy="Check the credentials.")
    page = console.get(LIST)
    text = page.content.decode()
    assert page.context["summary"] == "1 of 4 services is down: s3."
    assert [row.name for row in page.context["cl"].queryset] == ["s3", "database", "espeak", "local_media"]
    assert "403 &lt;b&gt;no&lt;/b&gt;" in text
    for told in ("Check the credentials.", "12 ms", "everything", "narration", "publishing (fallback)", "Database"):
        assert told in text


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "Nobody has asked the services yet."),
        ([("a", "up", {})], "All 1 services are up."),
        ([("a", "up", {}), ("b", "down", {})], "1 of 2 services is down: b. Only fallbacks"),
        ([("a", "down", {"primary": True}), ("b", "down", {})], "2 of 2 services are down: a, b."),
        ([("a", "up", {"ago": 700})], "That was 11 minutes ago: nobody asks them any more."),
    ],
)
def test_one_sentence_says_how_things_stand(console, rows, said):
    for name, status, more in rows:
        service(name, status, **more)
    assert said in console.get(LIST).context["summary"]


def test_a_click_has_a_worker_ask_them(console, monkeypatch):
    rung = []
    monkeypatch.setattr(rounds, "ring", lambda: rung.append(1))
    assert console.get(f"{LIST}check/").status_code == 405
    answer = console.post(f"{LIST}check/", follow=True)
    assert rung == [1]
    assert "They are being asked" in answer.content.decode()


def test_a_broker_that_is_away_is_said(console, monkeypatch):
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(rounds, "ring", refuse)
    assert (
        "the broker cannot be used (connection refused)" in console.post(f"{LIST}check/", follow=True).content.decode()
    )


def test_nobody_but_staff_with_the_right_sees_or_asks(client, monkeypatch):
    monkeypatch.setattr(rounds, "ring", lambda: 1 / 0)
    people = three.people()
    for user in (None, people.owner):
        if user:
            client.force_login(user)
        assert client.get(LIST).status_code == 302
        assert client.post(f"{LIST}check/").status_code == 302
    people.owner.is_staff = True
    people.owner.save()
    assert client.get(LIST).status_code == 403
    assert client.post(f"{LIST}check/").status_code == 403


def test_rows_cannot_be_changed_by_hand(console):
    row = service("database")
    assert console.get(f"{LIST}add/").status_code == 403
    assert console.post(f"{LIST}{row.pk}/change/", {"name": "x"}).status_code == 403
    assert console.post(f"{LIST}{row.pk}/delete/").status_code == 403


@pytest.fixture
def speech(settings):
    """A speech service with a limit, and a voice on the worker behind it."""
    settings.RENDERHUB_PROVIDERS = {"speech": ("tests.support.providers.Fake", "io", 1)}
    settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "tts": ["speech", "espeak"]}
    settings.RENDERHUB_PROVIDER_LIMITS = ["speech=5", "speech=600/min"]


def left_alone(seconds: float = 60) -> CircuitRow:
    now = clock.now()
    tally = Tally(wanted=9, made=7, failed=6)
    return CircuitRow.objects.create(
        provider="speech",
        calls=Calls().counted(tally, now, 60).to_json(),
        opened_at=now,
        open_until=now + timedelta(seconds=seconds),
        cool_down=60,
        code="API_ERROR",
        message="502 <b>bad</b>",
    )


@pytest.mark.usefixtures("speech")
def test_a_service_that_is_left_alone_is_said_with_until_when_and_what_it_met(console):
    service("speech", stages=["tts"], primary=True)
    left_alone()
    page = console.get(LIST)
    text = page.content.decode()
    assert page.context["summary"] == "All 1 services are up. 1 is left alone: speech."
    for told in (
        "Left alone",
        "left alone until",
        "API_ERROR: 502 &lt;b&gt;bad&lt;/b&gt;",
        "6 of 7 calls failed in 1 m",
    ):
        assert told in text
    assert "0 of 5 at once, 600 in 1 m" in text


@pytest.mark.usefixtures("speech")
def test_one_whose_cool_down_is_over_is_tried(console):
    service("speech", stages=["tts"], primary=True)
    left_alone(seconds=-1)
    assert "one call tries it now" in console.get(LIST).content.decode()


@pytest.mark.usefixtures("speech")
def test_a_pause_that_a_service_asked_for_is_shown(console):
    service("speech", stages=["tts"], primary=True)
    CircuitRow.objects.create(provider="speech", limited_until=clock.now() + timedelta(seconds=30))
    assert "asked for a pause until" in console.get(LIST).content.decode()
