"""Celery and beat go by the one clock (I8): schedules are kept, and messages taken, whatever the machine shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from celery.utils.imports import symbol_by_name
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from renderhub.beat import Scheduler
from renderhub.lib import clock
from renderhub.messages import Message
from renders.tasks import TASKS

NOW = datetime(2026, 3, 1, 4, 0, 30, tzinfo=UTC)
"""Far from what the machine shows."""


def message(expires: datetime | None) -> Message:
    taken = Message.__new__(Message)
    taken._expires = expires
    return taken


@pytest.mark.parametrize(("seconds", "expired"), [(60, False), (-1, True)])
def test_a_message_is_out_of_time_by_the_one_clock(seconds: float, expired: bool) -> None:
    with clock.frozen(NOW):
        assert message(NOW + timedelta(seconds=seconds)).maybe_expire() is (expired or None)
        assert message(None).maybe_expire() is None


def test_every_task_is_taken_so() -> None:
    assert all(symbol_by_name(task.Request) is Message for task in TASKS.values())
    assert all(symbol_by_name(task.Request) is Message for task in current_app.tasks.values())


def test_a_bell_expires_by_the_one_clock() -> None:
    with clock.frozen(NOW):
        sent = current_app.amqp.as_task_v2("1", "renders.tts", expires=60)
    assert datetime.fromisoformat(sent.headers["expires"]) == NOW + timedelta(seconds=60)


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "due"), [(1, True), (0, False)])
def test_beat_keeps_its_schedule_by_the_one_clock(before: int, due: bool) -> None:
    each_minute = CrontabSchedule.objects.create(minute="*", hour="*")
    last = NOW - timedelta(minutes=before)
    task = PeriodicTask.objects.create(name="each", task="renders.daily", crontab=each_minute, last_run_at=last)
    with clock.frozen(NOW):
        entry = Scheduler.Entry(task, app=current_app._get_current_object())
        assert entry.is_due().is_due is due
        assert next(entry).last_run_at == NOW
        assert abs(entry.schedule.now() - NOW) == entry.default_now() - NOW == timedelta(0)


def test_the_tasks_of_beat_hear_the_time_and_those_of_a_stage_do_not_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    from renderhub import celery
    from renders.pipeline import database_clock

    asked: list[Any] = []
    monkeypatch.setattr(database_clock, "refresh", lambda: asked.append("the time"))
    monkeypatch.setattr(clock, "let_the_minute_begin", lambda: asked.append("the minute"))
    celery._hear_the_time(task=next(iter(TASKS.values())))
    assert asked == []
    celery._hear_the_time(task=SimpleNamespace())
    assert asked == ["the time", "the minute"]
