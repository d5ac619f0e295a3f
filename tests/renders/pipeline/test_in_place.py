"""A worker that finished a step goes on with the one behind it, claimed in the same statement (PERFORMANCE)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from renders.domain.errors import ErrorCode
from renders.domain.stages import Stage
from renders.models import Attempt, Render, RenderEvent, RenderLog, Step
from renders.pipeline import recovery, runner
from renders.pipeline.transitions import finishing, renders
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.finishing import Settled
from renders.pipeline.transitions.steps import Freed
from tests.support import pipeline
from tests.support.pipeline import take, taking
from tests.support.providers import error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


def go_on(claimed: Claimed, **more: Any) -> Settled:
    return runner.run(claimed, 5, taking(**more))


def test_what_is_taken_is_claimed_as_any_other_step() -> None:
    render = pipeline.ask(length=60)
    first = take()
    settled = go_on(first)
    taken = settled.taken
    assert taken is not None
    step = Step.objects.get(pk=taken.step_id)
    assert (step.status, step.claim_no, step.attempt, step.worker) == ("running", 1, 1, "test-worker")
    assert step.lease_until > timezone.now()
    assert step.started_at is not None
    assert (taken.claim_no, taken.stage, taken.segment) == (1, Stage(step.stage), step.segment)
    assert (taken.payload, taken.provider, taken.job) == (step.payload, "fake", first.job)
    assert Attempt.objects.get(step=step).outcome == "under_way"
    assert RenderLog.objects.get(step_name=step.stage, segment=step.segment).status == "started"
    render.refresh_from_db()
    assert (render.status, render.stage) == ("processing", step.stage)
    pipeline.check_care()


def test_the_others_that_were_freed_are_left_to_others() -> None:
    pipeline.ask(length=60)
    settled = go_on(take())
    due = list(Step.objects.filter(status="due").order_by("position").values_list("stage", "queue"))
    assert [Freed(*one) for one in due] == settled.freed
    assert len(due) == 3
    assert Step.objects.filter(status="running").count() == 1


def test_one_worker_carries_a_render_to_its_end() -> None:
    render = pipeline.ask()
    stages = [claimed.stage.value for claimed in pipeline.run_in_place(take())]
    assert stages == ["script_gen", "tts", "manim", "tts", "manim", "revideo", "upload"]
    render.refresh_from_db()
    assert (render.status, render.degraded) == ("completed", [])
    assert RenderEvent.objects.filter(kind="render.completed").count() == 1
    assert set(Attempt.objects.values_list("outcome", "number")) == {("ok", 1)}
    started = RenderLog.objects.filter(status="started").count()
    assert started == RenderLog.objects.filter(status="completed").count() == Step.objects.count()


def test_who_made_all_of_it_has_in_hand_what_is_stored_and_does_not_ask() -> None:
    pipeline.ask()
    with CaptureQueriesContext(connection) as captured:
        done = pipeline.run_in_place(take())
    assert questions(captured) == 0
    [composing] = [claimed for claimed in done if claimed.stage is Stage.REVIDEO]
    before = Step.objects.filter(status="done", stage__in=("script_gen", "manim", "tts"))
    stored = {(step.stage, step.segment): step.result for step in before}
    assert {(stage, segment): json.loads(result) for stage, segment, _, result in composing.made} == stored


def test_who_made_a_part_of_it_asks_for_all_of_it() -> None:
    pipeline.ask()
    mine = go_on(take()).taken
    runner.run(take(), 5)
    with CaptureQueriesContext(connection) as captured:
        pipeline.run_in_place(mine)
    assert questions(captured) == 1
    timeline = Step.objects.get(stage="revideo").result["timeline"]
    assert all(clip["asset"] for clip in timeline["tracks"]["visuals"] + timeline["tracks"]["narration"])
    assert Render.objects.get().status == "completed"


def questions(captured: CaptureQueriesContext) -> int:
    """How often it was asked what the run had made."""
    return sum("EXECUTE made_before" in query["sql"] for query in captured.captured_queries)


def test_a_step_beside_it_is_claimed_as_any_other_step() -> None:
    pipeline.ask()
    claimed = pipeline.take_at(Stage.TTS)
    settled = go_on(claimed)
    taken = settled.taken
    assert (taken.stage, taken.segment) == (Stage.MANIM, claimed.segment)
    assert (settled.freed, settled.was_due) == ([], True)
    step = Step.objects.get(pk=taken.step_id)
    assert (step.status, step.claim_no, step.attempt, step.worker) == ("running", 1, 1, "test-worker")
    assert Attempt.objects.get(step=step).outcome == "under_way"
    assert RenderLog.objects.get(step_name="manim", segment=step.segment).status == "started"


def test_a_step_beside_it_brings_its_own_past_along() -> None:
    pipeline.ask()
    claimed = pipeline.take_at(Stage.TTS)
    Step.objects.filter(stage="manim", segment=claimed.segment).update(losses=2, attempt=1, degraded="another failed")
    taken = go_on(claimed).taken
    assert (taken.losses, taken.attempt, taken.degraded) == (2, 2, "another failed")


def test_a_step_beside_it_that_its_provider_works_on_is_left_to_a_claim_of_its_own() -> None:
    pipeline.ask()
    claimed = pipeline.take_at(Stage.TTS)
    Step.objects.filter(status="due").update(job_id="at work")
    assert go_on(claimed) == Settled()


def test_a_step_beside_it_is_left_where_something_more_urgent_waits() -> None:
    pipeline.ask()
    claimed = pipeline.take_at(Stage.TTS)
    pipeline.ask("urgent " * 60, priority="high")
    assert go_on(claimed) == Settled()
    assert take().stage is Stage.SCRIPT_GEN


@pytest.mark.django_db(transaction=True)
def test_two_that_finish_at_once_go_on_with_two_steps() -> None:
    pipeline.ask(length=60)
    pipeline.run_one()
    first, second = take(), take()
    answers = pipeline.in_threads(lambda: go_on(first), lambda: go_on(second))
    went_on = {answer.taken.step_id for answer in answers if answer.taken}
    assert len(went_on) == Step.objects.filter(status="running").count() >= 1
    assert set(Step.objects.filter(status="running").values_list("claim_no", flat=True)) == {1}


@pytest.mark.parametrize("last", [Stage.MANIM, Stage.REVIDEO])
def test_it_is_left_where_something_more_urgent_waits(last: Stage) -> None:
    pipeline.ask()
    claimed = pipeline.take_at(Stage.REVIDEO) if last is Stage.REVIDEO else take_last_asset()
    pipeline.ask("urgent " * 60, priority="high")
    settled = go_on(claimed)
    following = "upload" if last is Stage.REVIDEO else "revideo"
    assert settled == Settled([Freed(following, "cpu")], None)
    assert Step.objects.get(stage=following, render_id=claimed.render_id).status == "due"
    assert take().stage is Stage.SCRIPT_GEN


def test_a_step_of_the_script_is_left_where_something_more_urgent_waits() -> None:
    pipeline.ask()
    claimed = take()
    pipeline.ask("urgent " * 60, priority="high")
    settled = go_on(claimed)
    assert settled.taken is None
    assert len(settled.freed) == Step.objects.filter(render_id=claimed.render_id, status="due").count() == 4


def test_what_is_less_urgent_does_not_hinder_it() -> None:
    pipeline.ask()
    claimed = pipeline.take_at(Stage.REVIDEO)
    pipeline.ask("later " * 60, priority="low")
    assert go_on(claimed).taken.stage is Stage.UPLOAD


@pytest.mark.parametrize("how", [{"queue": "io"}, {"seconds": -1.0}])
def test_it_is_left_where_the_queue_is_another_or_the_time_in_place_is_over(how: dict[str, Any]) -> None:
    pipeline.ask()
    for stage in (Stage.SCRIPT_GEN, Stage.REVIDEO):
        settled = go_on(pipeline.take_at(stage), **how)
        assert settled.taken is None
        assert settled.freed


def test_a_worker_that_dies_with_it_in_hand_loses_it_to_the_keeper() -> None:
    pipeline.ask()
    taken = go_on(pipeline.take_at(Stage.REVIDEO)).taken
    pipeline.let_pass(60)
    assert Freed("upload", "cpu") in recovery.tick()
    step = Step.objects.get(pk=taken.step_id)
    assert (step.status, step.losses, step.attempt) == ("due", 1, 0)
    assert Attempt.objects.get(step=step).outcome == "lost"


def test_a_held_render_goes_nowhere(fakes: Any) -> None:
    fakes.plan["tts"] = [error(ErrorCode.INVALID_INPUT)]
    pipeline.ask()
    assert go_on(pipeline.take_at(Stage.REVIDEO)) == Settled()
    assert Render.objects.get().status == "held"


def test_a_cancelled_render_goes_nowhere() -> None:
    render = pipeline.ask()
    claimed = take_last_asset()
    renders.cancel(render.pk)
    before = pipeline.snapshot()
    assert go_on(claimed) == Settled()
    assert pipeline.snapshot() == before


@pytest.mark.django_db(transaction=True)
def test_of_two_that_finish_at_once_one_goes_on() -> None:
    pipeline.ask(length=60)
    pipeline.run_one()
    claims = []
    while (claimed := take()) is not None:
        claims.append(claimed)
    finishes = [lambda c=c: finishing.finish(c, {"files": {}}, taking=taking()) for c in claims]
    answers = pipeline.in_threads(*finishes)
    assert [answer.freed for answer in answers] == [[]] * len(claims)
    assert [answer.taken.stage for answer in answers if answer.taken] == [Stage.REVIDEO]
    assert Step.objects.get(stage="revideo").claim_no == 1


def take_last_asset() -> Claimed:
    """The last of a render's assets, all others made."""
    pipeline.run_one()
    claims = []
    while (claimed := take()) is not None:
        claims.append(claimed)
    for claimed in claims[:-1]:
        pipeline.run(claimed)
    return claims[-1]
