"""What is found, kept and told (R40)."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from kombu import Connection

from renderhub.lib import clock
from renders.domain.errors import ErrorCode, GenerationError
from renders.health import check, foundations, rounds
from renders.models import RenderEvent, Service, ServiceStatus
from renders.pipeline import duties
from tests.support import pipeline
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db
ILL = GenerationError(ErrorCode.UNAUTHORIZED, "ailing", "The key was refused.", remedy="Give it another key.")


def row(name: str = "ailing") -> Service:
    return Service.objects.get(name=name)


def told() -> list[tuple[str, str]]:
    return [(event.kind, event.data["name"]) for event in RenderEvent.objects.filter(kind__startswith="service.")]


def test_every_service_is_asked_and_kept(house):
    rounds.check_services()
    assert set(Service.objects.values_list("name", flat=True)) == {"database", "broker", "storage", "ailing", "fake"}
    assert not Service.objects.exclude(status=ServiceStatus.UP).exists()
    assert row().stages == ["tts", "upload"]
    assert row().primary
    assert row("fake").primary, "it is first where a script is made"
    assert row("database").stages == []
    for service in Service.objects.all():
        assert service.latency_ms is not None
        assert service.checked_at is not None
        assert service.error == service.remedy == ""
    assert told() == [], "being well from the start is no news"


def test_a_service_that_goes_down_and_comes_back_is_told_once_each(house):
    rounds.check_services()
    house.says = lambda: ILL
    for _ in range(3):
        rounds.check_services()
    assert told() == [("service.down", "ailing")]
    down = row()
    assert (down.status, down.error, down.remedy) == ("down", "The key was refused.", "Give it another key.")
    assert down.checked_at > down.since
    event = RenderEvent.objects.get(kind="service.down")
    assert event.render_id is None
    assert event.data == {
        "name": "ailing",
        "error": "The key was refused.",
        "remedy": "Give it another key.",
        "primary": True,
        "stages": ["tts", "upload"],
        "since": down.since.isoformat(),
        "left_alone": False,
    }
    house.says = None
    for _ in range(2):
        rounds.check_services()
    assert told() == [("service.down", "ailing"), ("service.up", "ailing")]
    assert row().status == "up"
    assert row().since > down.since
    assert row().error == "The key was refused.", "the last error stays in sight"


def test_the_row_and_its_event_are_one(house, monkeypatch):
    rounds.check_services()
    house.says = lambda: ILL
    monkeypatch.setattr("renders.health.record.outbox.tell", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rounds.check_services()
    assert row().status == "up"
    assert told() == []


def test_a_service_that_is_down_from_the_start_is_told(house):
    house.says = lambda: ILL
    rounds.check_services()
    assert told() == [("service.down", "ailing")]


def test_who_hangs_is_down_and_holds_up_nobody(house, settings):
    settings.RENDERHUB_HEALTH_SECONDS = 0.5
    never = threading.Event()
    house.says = lambda: bool(never.wait()) and None
    rounds.check_services()
    assert row().status == "down"
    assert "No answer within 0.5 s" in row().error
    assert row("fake").status == "up"
    never.set()
    wait_until(lambda: not any(thread.name == "check ailing" for thread in threading.enumerate()), 5, "the check")


@pytest.mark.django_db(transaction=True)
def test_while_services_are_asked_steps_are_claimed_and_run(house):
    """No lock that a render could wait for."""
    asked, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        asked.set()
        assert go_on.wait(20)

    house.says = slow
    render = pipeline.ask(length=60)

    def work() -> list[object]:
        assert asked.wait(10)
        try:
            return [claimed.stage for claimed in pipeline.run_all()]
        finally:
            go_on.set()

    checked, done = pipeline.in_threads(rounds.check_services, work)
    assert checked is None, checked
    assert done, done
    render.refresh_from_db()
    assert row().status == "up"


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_are_one(house):
    """Whichever process the other one is in."""
    taken, done = threading.Event(), threading.Event()

    def other() -> None:
        with rounds._our_turn() as ours:
            assert ours
            taken.set()
            assert done.wait(20)

    def mine() -> int:
        assert taken.wait(10)
        try:
            rounds.check_services()
            return Service.objects.count()
        finally:
            done.set()

    assert pipeline.in_threads(other, mine) == [None, 0]
    rounds.check_services()
    assert Service.objects.count() == 5
    assert not _locks(), "the turn was given back"


def test_a_round_that_fails_gives_its_turn_back(house, monkeypatch):
    monkeypatch.setattr("renders.health.rounds.check_all", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rounds.check_services()
    assert not _locks()


def _locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [rounds._TURN])
        return int(cursor.fetchone()[0])


def test_a_service_that_no_chain_names_any_more_is_forgotten(house, settings):
    rounds.check_services()
    settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "tts": ["fake"], "upload": ["fake"]}
    rounds.check_services()
    assert not Service.objects.filter(name="ailing").exists()


def test_a_provider_that_cannot_be_loaded_is_down(house, settings):
    settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "tts": ["unloadable"]}
    rounds.check_services()
    assert row("unloadable").status == "down"
    assert "no folder is set" in row("unloadable").error


def test_what_a_service_says_can_always_be_stored(house):
    house.says = lambda: GenerationError(ErrorCode.UNKNOWN, "ailing", "\x00\ud800" + "x" * 9_000)
    rounds.check_services()
    assert len(row().error) == 2_000
    assert len(RenderEvent.objects.get().data["error"]) == 2_000


def test_a_broker_that_is_away_is_down_with_its_remedy(house, monkeypatch):
    nobody = Connection("redis://127.0.0.1:1/0")
    monkeypatch.setattr(foundations, "current_app", SimpleNamespace(connection_for_write=lambda **_: nobody))
    [finding] = check.check_all(only=["broker"])
    assert finding.error is not None
    assert "Start the broker" in finding.error.what_to_do


def test_a_media_folder_that_takes_no_files_is_down_with_its_remedy(house, settings, tmp_path):
    (tmp_path / "file").write_text("no folder")
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    [finding] = check.check_all(only=["storage"])
    assert finding.error is not None
    assert "MEDIA_ROOT" in finding.error.what_to_do


def test_a_disk_that_is_nearly_full_is_down(house, monkeypatch):
    monkeypatch.setattr("renderhub.lib.writable.LEAST_FREE", 10**18)
    [finding] = check.check_all(only=["storage"])
    assert finding.error is not None
    assert "MB are free" in finding.error.message


def test_the_keeper_stands_in_where_no_round_was_made(house):
    assert "asking the services" in duties._duties
    rounds.stand_in()
    assert set(Service.objects.values_list("name", flat=True)) == {"database", "broker"}
    rounds.check_services()
    before = dict(Service.objects.values_list("name", "checked_at"))
    rounds.stand_in()
    assert dict(Service.objects.values_list("name", "checked_at")) == before, "nobody needs it"
    Service.objects.update(checked_at=clock.now() - rounds.SILENCE - timedelta(seconds=1))
    rounds.stand_in()
    fresh = Service.objects.filter(checked_at__gt=clock.now() - rounds.SILENCE)
    assert set(fresh.values_list("name", flat=True)) == {"database", "broker"}
    assert Service.objects.count() == 5


def test_beat_calls_it_every_minute_and_late_messages_expire(settings):
    [entry] = [e for e in settings.CELERY_BEAT_SCHEDULE.values() if e["task"] == rounds.check_services.name]
    assert entry["options"] == {"queue": "control", "expires": 55}
