"""A queue over its limit is told of once, and its recovery once (R71, R72)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitoring import queue_watch
from renderhub.lib import clock
from renders.models import RenderEvent, Step, Trouble
from tests.support import pipeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


def told() -> list[tuple[str, Any]]:
    events = RenderEvent.objects.filter(kind__startswith="queue.").order_by("id")
    return [(event.kind, event.data["measure"]) for event in events]


def waiting(count: int) -> None:
    for number in range(count):
        pipeline.ask(f"{number} " * 60)


def test_a_queue_within_its_limits_is_no_news() -> None:
    waiting(2)
    queue_watch.attend()
    assert told() == []


def test_too_much_is_told_once_and_over_only_when_it_is_well_below(settings: Any) -> None:
    settings.RENDERHUB_QUEUE_DEPTH_LIMIT = 4
    waiting(5)
    queue_watch.attend()
    queue_watch.attend()
    assert told() == [("queue.over_limit", "depth")]
    assert RenderEvent.objects.get(kind="queue.over_limit").data | {"what": 0} == {
        "what": 0,
        "queue": "cpu",
        "measure": "depth",
        "value": 5,
        "limit": 4,
    }
    pipeline.take()
    queue_watch.attend()
    assert len(told()) == 1, "at its limit it is not well yet"
    pipeline.take()
    queue_watch.attend()
    assert told()[1:] == [("queue.within_limit", "depth")]


def test_too_old_is_told_and_over_when_nothing_waits(settings: Any) -> None:
    settings.RENDERHUB_QUEUE_AGE_SECONDS = 60
    waiting(1)
    Step.objects.filter(status="due").update(due_since=clock.now() - timedelta(seconds=61))
    queue_watch.attend()
    assert told() == [("queue.over_limit", "age")]
    Step.objects.all().delete()
    queue_watch.attend()
    assert told()[1:] == [("queue.within_limit", "age")]
    assert not Trouble.objects.exists()
