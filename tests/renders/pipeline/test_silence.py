"""Beat and workers leave marks; who leaves none for three minutes is told of, once, and so is the return (R71)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from renderhub.lib import clock
from renders.models import Presence, PresenceKind, RenderEvent, Trouble
from renders.pipeline import presence, silence
from renders.pipeline.presence import Marks, Ticks
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db
BOTH = (PresenceKind.BEAT, PresenceKind.WORKER)


def seen(kind: PresenceKind, seconds_ago: float, name: str = "one") -> None:
    presence.leave(kind, name)
    Presence.objects.filter(kind=kind, name=name).update(seen_at=clock.now() - timedelta(seconds=seconds_ago))


def told() -> list[str]:
    return list(RenderEvent.objects.order_by("id").values_list("kind", flat=True))


def test_who_left_a_mark_a_moment_ago_is_not_silent() -> None:
    for kind in BOTH:
        seen(kind, 170)
    silence.attend()
    assert told() == []


@pytest.mark.parametrize(("kind", "what"), [(PresenceKind.BEAT, "beat"), (PresenceKind.WORKER, "workers")])
def test_silence_is_told_once_and_the_return_once(kind: PresenceKind, what: str) -> None:
    for each in BOTH:
        seen(each, 0)
    seen(kind, 190)
    silence.attend()
    silence.attend()
    assert told() == [f"{what}.silent"]
    assert RenderEvent.objects.get().data["seconds"] >= 190
    seen(kind, 0)
    silence.attend()
    silence.attend()
    assert told() == [f"{what}.silent", f"{what}.back"]
    assert not Trouble.objects.exists()


def test_one_worker_of_many_is_enough() -> None:
    seen(PresenceKind.BEAT, 0)
    seen(PresenceKind.WORKER, 500, "dead")
    seen(PresenceKind.WORKER, 5, "alive")
    silence.attend()
    assert told() == []


def test_who_never_came_is_silent_once_the_keeper_has_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "_began", time.monotonic())
    silence.attend()
    assert told() == []
    monkeypatch.setattr(silence, "_began", time.monotonic() - 181)
    silence.attend()
    assert told() == ["beat.silent", "workers.silent"]


def test_how_long_is_a_setting(settings: Any) -> None:
    settings.RENDERHUB_SILENCE_SECONDS = 20
    seen(PresenceKind.BEAT, 21)
    seen(PresenceKind.WORKER, 19)
    silence.attend()
    assert told() == ["beat.silent"]


def test_marks_of_those_who_never_came_back_are_dropped() -> None:
    seen(PresenceKind.WORKER, presence.FORGOTTEN + 1, "gone")
    seen(PresenceKind.WORKER, 0, "there")
    silence.attend()
    assert [mark.name for mark in Presence.objects.all()] == ["there"]


def test_only_workers_that_left_a_mark_a_moment_ago_are_online() -> None:
    seen(PresenceKind.WORKER, presence.ONLINE + 1, "gone")
    seen(PresenceKind.WORKER, 1, "there")
    seen(PresenceKind.BEAT, 1, "beat")
    assert presence.workers_online() == ["there"]


def test_a_beat_marks_its_loop_and_no_more_often_than_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = Ticks(PresenceKind.BEAT, "beat@here")
    marks.tick()
    before = Presence.objects.get().seen_at
    marks.tick()
    assert Presence.objects.get().seen_at == before
    marks._next = 0.0
    marks.tick()
    assert Presence.objects.get().seen_at > before


def test_a_beat_whose_database_is_away_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(presence, "leave", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    Ticks(PresenceKind.BEAT, "beat@here").tick()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_ends_in_good_order_takes_its_mark_away() -> None:
    marks = Marks(PresenceKind.WORKER, "cpu@here", ["cpu"], 2)
    marks.begin()
    wait_until(lambda: Presence.objects.filter(name="cpu@here", size=2).exists(), 10, "the mark")
    marks.end()
    assert not Presence.objects.exists()
