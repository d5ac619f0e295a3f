"""A promise, and what becomes of it (R75)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.consumer import consume
from monitoring.models import RunOutcome, SLARecord
from renders.models import Render, RenderEvent
from renders.pipeline import outbox
from tests.support.promises import missed

MARK = {"stage": "manim", "segment": "s1", "provider": "still", "reason": "manim: TIMEOUT: too slow"}


def the_record() -> SLARecord:
    return SLARecord.objects.get()


def test_it_stands_from_the_moment_when_the_render_is_queued(morning):
    render = morning.ask(target_date=date(2026, 11, 10))
    morning.read()
    record = the_record()
    assert (record.render_id, record.due_at, record.ready_at, record.on_time) == (render.pk, morning.due, None, None)
    assert (record.workspace, record.language, record.job_type) == (morning.workspace, "en", "daily_ca")
    assert record.date == record.target_date == date(2026, 11, 10)


def test_nothing_is_promised_for_a_render_without_a_due_time(morning):
    render = morning.ask()
    Render.objects.filter(pk=render.pk).update(due_at=None)
    morning.complete(render, -5)
    morning.read()
    assert not SLARecord.objects.exists()
    assert RunOutcome.objects.get().outcome == "completed"


@pytest.mark.parametrize(("minutes", "on_time"), [(-0.01, True), (0, True), (0.01, False), (45, False)])
def test_it_is_kept_up_to_the_very_moment(minutes, on_time, morning):
    render = morning.ask()
    morning.complete(render, minutes)
    morning.read()
    assert (the_record().ready_at, the_record().on_time) == (morning.at(minutes), on_time)


def test_a_later_run_makes_no_late_video_punctual_and_no_punctual_one_late(morning):
    early, late = morning.ask("Early"), morning.ask("Late")
    morning.complete(early, -30)
    morning.complete(late, 30)
    for render in (early, late):
        morning.run_anew(render, 60)
    morning.fail(early, 70)
    morning.complete(late, 70)
    morning.read()
    kept = {record.name: record for record in SLARecord.objects.all()}
    assert (kept["Early"].ready_at, kept["Early"].failed_at, kept["Early"].code) == (morning.at(-30), None, "")
    assert (kept["Late"].ready_at, kept["Late"].on_time) == (morning.at(30), False)


def test_a_run_that_is_completed_after_one_that_failed_is_in_time_if_it_is(morning):
    render = morning.ask()
    morning.fail(render, -60)
    morning.run_anew(render, -50)
    morning.complete(render, -10)
    morning.read()
    assert (the_record().on_time, the_record().failed_at) == (True, None)


def test_a_failure_says_why_with_its_remedy(morning):
    render = morning.ask()
    morning.fail(render, -60, final=False, reason="It was busy", remedy="Nothing to do")
    morning.fail(render, -20, code="QUOTA_EXCEEDED", stage="tts", provider="a4f", reason="No credit", remedy="Top up")
    morning.read()
    record = the_record()
    told = (record.code, record.stage, record.provider, record.reason, record.remedy)
    assert told == ("QUOTA_EXCEEDED", "tts", "a4f", "No credit", "Top up")
    assert record.failed_at == morning.at(-20)


def test_what_was_degraded_or_held_is_kept(morning):
    render = morning.ask()
    morning.hold(render, -40)
    morning.complete(render, -15, degraded=[MARK])
    morning.read()
    assert (the_record().degraded, the_record().held, the_record().on_time) == ([MARK], True, True)


def test_it_is_told_by_the_run_that_was_first_where_the_row_tells_of_another_already(morning):
    from renders.models import Step

    render = morning.ask()
    Step.objects.create(
        render=render, run=1, stage="manim", segment="s1", position=10, status="done", result={}, queue="cpu",
        provider="still", degraded=MARK["reason"],
    )  # fmt: skip
    morning.complete(render, 5)
    morning.run_anew(render, 6)
    morning.read()
    assert (the_record().degraded, the_record().ready_at) == ([MARK], morning.at(5))


@pytest.mark.parametrize(("minutes", "excused"), [(-30, True), (30, False)])
def test_only_what_is_called_off_before_it_is_due_is_excused(minutes, excused, morning):
    morning.cancel(morning.ask(), minutes)
    morning.read()
    assert the_record().is_excused is excused


def test_asking_again_renews_the_promise(morning):
    render = morning.ask()
    morning.cancel(render, -60)
    morning.run_anew(render, -50)
    morning.read()
    assert not the_record().is_excused


@pytest.mark.parametrize(
    ("asked", "began", "ready", "why"),
    [
        (-120, -110, 30, "asked for 2 h 00 m before it was due, it waited 10 m 00 s for a worker and took 2 h 20 m"),
        (-120, -5, 30, "asked for 2 h 00 m before it was due, it waited 1 h 55 m for a worker and took 35 m 00 s"),
        (10, 11, 30, "asked for when it was due already, it waited 1 m 00 s for a worker and took 19 m 00 s to make."),
    ],
)
def test_where_nothing_failed_it_says_where_the_time_went(asked, began, ready, why, morning):
    render = morning.ask(asked=asked)
    morning.begin(render, began)
    morning.complete(render, ready)
    morning.read()
    assert why in the_record().reason


def test_reading_events_again_changes_nothing(morning):
    render = morning.ask()
    morning.fail(render, -60)
    morning.run_anew(render, -50)
    morning.complete(render, 20)
    morning.read()
    before = (list(SLARecord.objects.values()), list(RunOutcome.objects.values()))
    events = list(RenderEvent.objects.order_by("pk"))
    for again in (events, events[:2], events[1:]):
        consume(again)
    assert (list(SLARecord.objects.values()), list(RunOutcome.objects.values())) == before


def test_an_older_event_that_comes_again_undoes_nothing_newer(morning):
    render = morning.ask()
    morning.fail(render, -60)
    morning.run_anew(render, -50)
    morning.read()
    consume(list(RenderEvent.objects.filter(kind="render.failed")))
    assert the_record().failed_at is None


def test_a_daily_video_that_nobody_asked_for_is_missed(morning):
    missed(morning.workspace, date(2026, 11, 10))
    morning.read()
    record = the_record()
    assert (record.render, record.due_at, record.reason) == (None, morning.due, "Every feed is broken")
    missed(morning.workspace, date(2026, 11, 10), "Given up")
    morning.read()
    assert the_record().reason == "Given up"


def test_a_render_that_comes_after_all_takes_the_promise_up(morning):
    missed(morning.workspace, date(2026, 11, 10))
    morning.read()
    render = morning.ask(asked=30, target_date=date(2026, 11, 10))
    Render.objects.filter(pk=render.pk).update(due_at=None)  # a day that is over has no deadline any more
    morning.complete(render, 50)
    morning.read()
    assert (the_record().render_id, the_record().ready_at, the_record().on_time) == (render.pk, morning.at(50), False)


def test_a_render_that_is_there_is_not_missed(morning):
    morning.ask(target_date=date(2026, 11, 10))
    morning.read()
    missed(morning.workspace, date(2026, 11, 10))
    morning.read()
    assert the_record().render is not None


def test_what_an_event_says_of_an_unknown_workspace_is_passed_over(morning):
    outbox.tell("daily.missed", workspace="nobody", language="en", date="2026-11-10", why="")
    morning.read()
    assert not SLARecord.objects.exists()
    assert not RenderEvent.objects.filter(processed_at=None).exists()


def test_the_number_of_queries_does_not_grow_with_the_events(morning):
    def queries(renders: int) -> int:
        for number in range(renders):
            render = morning.ask(f"{renders} {number}", target_date=date(2026, 11, 10) - timedelta(days=number))
            morning.fail(render, -50)
        with CaptureQueriesContext(connection) as context:
            assert consume(list(RenderEvent.objects.filter(processed_at=None).order_by("pk"))) is None
        RenderEvent.objects.update(processed_at=morning.due)
        return len(context)

    assert queries(30) == queries(1) <= 8


def test_it_asks_nothing_for_events_that_it_has_no_use_for(morning):
    render = morning.ask()
    morning.read()
    events = [morning.event(render, "render.processing", 0), morning.event(render, "render.requeued", 1)]
    with CaptureQueriesContext(connection) as context:
        consume(events)
    assert len(context) == 0
