"""Days' figures from runs that ended: right, the same however often they are counted, and without reading the
pipeline's tables whole."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring import rollup
from monitoring.figures import histogram
from monitoring.models import DailyStat, RunOutcome, SLARecord
from monitoring.rollup.measure import measure
from renderhub.lib import clock
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err
from renders.models import Attempt, Render, RenderLog, Step, Workspace
from renders.pipeline import outbox
from tests.support import pipeline
from tests.support.month import Month

DAY = date(2026, 11, 10)


def figures() -> list[dict]:
    rows = DailyStat.objects.order_by("date", "subject", "job_type", "stage", "provider", "code").values()
    return [{name: value for name, value in row.items() if name not in ("id", "counted_at")} for row in rows]


def outcome(workspace, seconds=10.0, *, result="completed", day=DAY, kind="topic_short", **more) -> RunOutcome:
    render = Render.objects.create(
        workspace=workspace, name="x", job_type=kind, status="cancelled", fingerprint=f"{Render.objects.count()}"
    )
    ended = clock.now()
    return RunOutcome.objects.create(
        render=render, run=1, job_type=kind, outcome=result, ended_at=ended, date=day, measured=True,
        seconds=seconds if result == "completed" else None, **more,
    )  # fmt: skip


@pytest.fixture
def workspace(db):
    return Workspace.objects.create(slug="ours", name="Ours")


def test_a_days_figures_are_right(workspace):
    for seconds in (10, 20, 30, 40, 100):
        outcome(workspace, seconds, degraded=seconds == 40)
    outcome(workspace, 7, kind="doubt")
    outcome(workspace, result="failed", code="TIMEOUT", stage="tts", provider="a4f")
    outcome(workspace, result="cancelled")
    outcome(workspace, 1, day=DAY - timedelta(days=1))
    assert rollup.roll_up() == 2
    whole = DailyStat.objects.get(date=DAY, subject="render", job_type="")
    assert (whole.total, whole.good, whole.degraded, whole.cancelled) == (7, 6, 1, 1)
    assert (whole.timed, whole.seconds, whole.p50, whole.p95) == (6, 207, 20, 100)
    assert histogram.from_json(whole.histogram) == histogram.counted([10, 20, 30, 40, 100, 7])
    topic = DailyStat.objects.get(date=DAY, subject="render", job_type="topic_short")
    assert (topic.total, topic.good, topic.p50) == (6, 5, 30)
    causes = DailyStat.objects.filter(date=DAY, subject="failure")
    assert set(causes.values_list("job_type", "code", "stage", "provider", "total")) == {
        ("", "TIMEOUT", "tts", "a4f", 1),
        ("topic_short", "TIMEOUT", "tts", "a4f", 1),
    }


def test_counting_again_changes_nothing_and_only_touched_days_are_counted(workspace):
    outcome(workspace, 10)
    outcome(workspace, 10, day=DAY - timedelta(days=1))
    assert (rollup.roll_up(), rollup.roll_up()) == (2, 0)
    before = figures()
    RunOutcome.objects.update(rolled=False)
    assert rollup.roll_up() == 2
    assert figures() == before
    outcome(workspace, 30)
    assert rollup.roll_up() == 1
    assert DailyStat.objects.get(date=DAY, subject="render", job_type="").total == 2


def test_it_measures_what_a_real_run_took_stage_by_stage_and_call_by_call(fakes, db, settings):
    settings.RENDERHUB_CHAINS = {**pipeline.FAKE_CHAINS, "tts": ["fake", "second"]}
    refused = Err(GenerationError(ErrorCode.UNAUTHORIZED, "fake", "The key was refused"))
    fakes.plan["tts"] = [refused]
    render = pipeline.ask()
    pipeline.run_all()
    while outbox.read():
        pass
    rollup.roll_up()
    made = RunOutcome.objects.get()
    assert (made.outcome, made.measured, made.degraded, made.rolled) == ("completed", True, True, True)
    render.refresh_from_db()
    assert made.seconds == pytest.approx(render.processing_ms / 1000)
    attempts = Attempt.objects.filter(step__render=render)
    calls = DailyStat.objects.filter(subject="call", job_type="")
    told = {(row.stage, row.provider): (row.total, row.good) for row in calls}
    assert sum(total for total, _ in told.values()) == attempts.count()
    assert told["tts", "second"] == (1, 1)
    total, good = told["tts", "fake"]
    assert total - good == 1
    stages = {row.stage: row for row in DailyStat.objects.filter(subject="stage", job_type="")}
    assert set(stages) == set(Step.objects.filter(render=render).values_list("stage", flat=True))
    assert {stage for stage, row in stages.items() if row.degraded} == {"tts"}
    spent = sum((a.ended_at - a.started_at).total_seconds() for a in attempts)
    assert sum(row.seconds for row in stages.values()) <= spent + 0.01


def test_side_by_side_counts_once_and_waits_do_not_count(fakes, db):
    render = pipeline.ask()
    pipeline.run_all()
    while outbox.read():
        pass
    start = clock.now() - timedelta(hours=1)
    spans = {"manim": [(0, 10), (5, 20), (300, 310)]}
    attempts = {}
    for attempt in Attempt.objects.filter(step__render=render).select_related("step").order_by("pk"):
        attempts.setdefault(attempt.step.stage, []).append(attempt)
    for attempt, (begin, end) in zip(attempts["manim"], spans["manim"], strict=False):
        attempt.started_at, attempt.ended_at = start + timedelta(seconds=begin), start + timedelta(seconds=end)
        attempt.save()
    count = min(len(attempts["manim"]), 3)
    for attempt in attempts["manim"][3:]:
        attempt.delete()
    measure()
    [took] = [stage["seconds"] for stage in RunOutcome.objects.get().stages if stage["stage"] == "manim"]
    assert took == {1: 10, 2: 20, 3: 30}[count]
    assert count > 1


def test_a_promise_is_counted_once_it_is_due_without_any_event(morning):
    morning.ask()
    morning.read()
    with clock.frozen(morning.at(-1)):
        assert rollup.roll_up() == 0
    with clock.frozen(morning.at(1)):
        assert rollup.roll_up() == 1
        row = DailyStat.objects.get(subject="sla", job_type="")
        assert (row.total, row.good, row.missing) == (1, 0, 1)
    morning.complete(SLARecord.objects.get().render, 20)
    morning.read()
    with clock.frozen(morning.at(30)):
        assert rollup.roll_up() == 1
        row = DailyStat.objects.get(subject="sla", job_type="")
        assert (row.total, row.late, row.missing) == (1, 1, 0)


def test_it_agrees_with_the_reports_of_a_month(workspace):
    from monitoring.metrics.choice import Choice, Span
    from monitoring.metrics.figures import figures_of
    from monitoring.models import SLAReport

    Month(workspace, DAY, days=9, per_day=10).plant()
    week = figures_of(Choice(Span.WEEK, DAY, DAY))
    report = SLAReport.objects.get(date=DAY)
    assert (week.promises.total, week.promises.good) == (report.week_promised, report.week_on_time)
    runs = RunOutcome.objects.filter(date__gt=DAY - timedelta(days=7), outcome="completed")
    seconds = sorted(runs.values_list("seconds", flat=True))
    assert week.runs.good == len(seconds)
    assert week.runs.average == pytest.approx(sum(seconds) / len(seconds))
    assert week.runs.p50 == pytest.approx(seconds[-(-len(seconds) // 2) - 1], rel=histogram.ERROR)
    day = figures_of(Choice(Span.DAY, DAY, DAY))
    of_day = sorted(runs.filter(date=DAY).values_list("seconds", flat=True))
    assert day.runs.p50 == of_day[-(-len(of_day) // 2) - 1]  # exact


def test_old_outcomes_are_dropped_and_their_figures_stay(workspace, settings):
    settings.RENDERHUB_KEEP_DAYS = 90
    today = clock.now().date()
    for back in (91, 92, 80):
        outcome(workspace, day=today - timedelta(days=back))
    rollup.roll_up()
    before = figures()
    assert rollup.prune() == 2
    assert rollup.roll_up() == 0
    assert figures() == before


def test_no_query_of_the_rollup_reads_the_log_or_the_pipelines_tables_whole(fakes, db):
    for number in range(3):
        pipeline.ask(f"{number} " * 60)
    pipeline.run_all()
    with CaptureQueriesContext(connection) as asked:
        while outbox.read():
            pass
        rollup.roll_up()
    with connection.cursor() as cursor:
        # With so few rows a scan is cheapest: where there is another way, it is taken.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in asked.captured_queries:
            sql = query["sql"]
            assert RenderLog._meta.db_table not in sql
            if sql.startswith(("SELECT", "WITH", "UPDATE", "INSERT", "DELETE")) and "renders_" in sql:
                cursor.execute(f"EXPLAIN {sql}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
                assert "Seq Scan on renders_" not in plan, f"{sql}\n{plan}"
