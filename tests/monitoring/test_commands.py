"""`sla_report` and `queue_stats`: what they say, as text and as JSON, and the exit codes that scripts go by (R66)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.models import SLAReport
from monitoring.sla import reporting
from renderhub.lib import clock
from renders.models import Presence, PresenceKind, RenderEvent, Step
from renders.pipeline import presence
from tests.support import pipeline

NOW = datetime(2026, 11, 10, 5, 5, tzinfo=UTC)


def run(name: str, *arguments: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command(name, *arguments, stdout=out)
    except SystemExit as left:
        return out.getvalue(), int(left.code or 0)
    return out.getvalue(), 0


def queue_stats(*arguments: str) -> tuple[dict, int]:
    told, code = run("queue_stats", "--json", *arguments)
    return json.loads(told), code


@pytest.fixture
def a_morning(morning):
    for number in range(19):
        morning.complete(morning.ask(f"{number}"), -5)
    morning.complete(morning.ask("Late"), 3)
    morning.read()
    return morning


def test_the_report_of_a_day_is_the_stored_one(a_morning):
    with clock.frozen(NOW):
        reporting.write_due()
        told, code = run("sla_report", "--date", "2026-11-10")
        as_json, _ = run("sla_report", "--json")
    assert told.strip() == SLAReport.objects.get().text
    assert code == 0
    data = json.loads(as_json)
    assert (data["stored"], data["date"], data["promised"], data["on_time"], data["late"]) == (
        True, "2026-11-10", 20, 19, 1,
    )  # fmt: skip
    assert data["rates"] == {"day": 0.95, "days_7": 0.95, "days_30": 0.95}
    assert data["entries"][0]["name"] == "Late"


def test_without_a_stored_one_it_tells_the_figures_so_far_and_stores_and_sends_nothing(a_morning):
    a_morning.complete(a_morning.ask("Later"), 4)
    a_morning.read()
    with clock.frozen(NOW):
        told, code = run("sla_report")
    assert "19 of 21 videos were ready in time" in told
    assert "Not written yet" in told
    assert code == 1
    assert not SLAReport.objects.exists()
    assert not RenderEvent.objects.filter(kind__startswith="sla.").exists()


def test_a_day_that_is_still_to_come_is_refused(morning):
    with clock.frozen(NOW), pytest.raises(CommandError) as refused:
        call_command("sla_report", "--date", "2026-11-12")
    assert refused.value.returncode == 2


def test_an_empty_queue_has_every_figure_and_is_well(db):
    figures, code = queue_stats()
    assert code == 0
    assert figures["by_status"] == {"queued": 0, "processing": 0, "held": 0, "retrying": 0}
    assert figures["by_priority"] == {"high": 0, "normal": 0, "low": 0}
    assert figures["queues"]["cpu"] == {"due": 0, "running": 0, "lost": 0, "sleeping": 0, "oldest_s": 0.0}
    assert (figures["throughput_per_hour"], figures["estimated_wait_s"], figures["oldest_queued_s"]) == (0, 0.0, 0.0)
    assert figures["workers"] == {"online": 0, "busy": 0}
    assert "nothing is waiting" in run("queue_stats")[0]


def test_it_counts_what_waits_runs_and_sleeps_with_the_age_of_the_oldest(fakes, db):
    presence.leave(PresenceKind.WORKER, "cpu@here", ["cpu"], 2)
    _, _, third = (pipeline.ask(f"{name} " * 60, priority="high") for name in ("one", "two", "three"))
    pipeline.take(lease=3600)
    Step.objects.filter(render=third, stage="script_gen").update(
        status="sleeping", wake_at=clock.now() + timedelta(minutes=5)
    )
    due = Step.objects.filter(status="due", stage="script_gen")
    due.update(due_since=clock.now() - timedelta(seconds=90))
    figures, code = queue_stats()
    [row] = figures["stages"]
    assert (row["queue"], row["stage"], row["due"], row["running"], row["sleeping"]) == ("cpu", "script_gen", 1, 1, 1)
    assert 90 <= row["oldest_s"] < 150
    assert figures["by_status"] == {"queued": 2, "processing": 1, "held": 0, "retrying": 0}
    assert (figures["by_priority"]["high"], figures["workers"]["busy"], code) == (3, 1, 0)
    assert "Script" in run("queue_stats")[0]


@pytest.mark.parametrize(
    ("depth", "age", "said"), [(0, 1800, "1 steps wait in the queue cpu"), (500, 60, "A step has waited for")]
)
def test_too_many_and_too_old_are_told_by_the_exit_code(depth, age, said, fakes, db, settings):
    settings.RENDERHUB_QUEUE_DEPTH_LIMIT, settings.RENDERHUB_QUEUE_AGE_SECONDS = depth, age
    pipeline.ask()
    Step.objects.filter(status="due").update(due_since=clock.now() - timedelta(seconds=120))
    figures, code = queue_stats()
    assert code == 1
    assert said in figures["problems"][0]


def test_a_render_past_its_due_time_is_told(fakes, db):
    pipeline.ask(due_at=clock.now() + timedelta(minutes=30))
    assert queue_stats()[0]["due_soon"] == 1
    with clock.frozen(clock.now() + timedelta(hours=1)):
        figures, code = queue_stats()
    assert (figures["late"], code) == (1, 1)


def test_steps_that_wait_with_nobody_to_take_them_are_told(fakes, db):
    pipeline.ask()
    told, code = run("queue_stats")
    assert "no worker is there" in told
    assert code == 1
    presence.leave(PresenceKind.WORKER, "cpu@here", ["cpu"], 2)
    told, code = run("queue_stats")
    assert ("1 online" in told, code) == (True, 0)
    Presence.objects.update(seen_at=clock.now() - timedelta(seconds=presence.ONLINE + 1))
    assert queue_stats()[0]["workers"]["online"] == 0


def test_it_asks_the_same_number_of_queries_however_much_waits(fakes, db):
    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            queue_stats()
        return len(context)

    pipeline.ask("one " * 60)
    few = queries()
    for number in range(5):
        pipeline.ask(f"{number} " * 60)
    assert queries() == few <= 5
