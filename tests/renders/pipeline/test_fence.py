"""The fence (I2): who is late changes nothing at all, and is told so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from renderhub.lib import clock
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Ok
from renders.domain.stages import Stage
from renders.domain.states import AssetStatus, StepStatus
from renders.models import Asset, Attempt, Render, RenderEvent, RenderLog, Step
from renders.pipeline import chains, graph, recovery, runner
from renders.pipeline.transitions import failing, finishing, renders, steps
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.fence import StaleClaim
from renders.pipeline.transitions.finishing import Published, Settled
from tests.support import pipeline
from tests.support.pipeline import snapshot, take
from tests.support.providers import script

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]

ERROR = GenerationError(ErrorCode.TIMEOUT, "fake", "too late")
VIDEO = Published("/v.mp4", "/t.jpg", "/c.vtt", 60.0)
Move = Callable[[Claimed], Any]


def in_a_minute() -> Any:
    return clock.now() + timedelta(minutes=1)


MOVES: dict[str, Move] = {
    "finish": lambda c: finishing.finish(c, {"a": 1}),
    "finish and publish": lambda c: finishing.finish_last(c, {"a": 1}, VIDEO),
    "finish and go on": lambda c: finishing.finish(c, {"a": 1}, taking=pipeline.taking()),
    "finish with an asset": lambda c: finishing.finish_asset(replace(c, stage=Stage.TTS), {"files": {"a": "k"}}),
    "finish with steps to follow": lambda c: finishing.finish_script(
        c, {"a": 1}, graph.plan_segments(c.job, script(2), {}, chains.primary), chains.queue_of
    ),
    "placeholder": lambda c: finishing.give_placeholder(replace(c, stage=Stage.TTS), ERROR, AssetStatus.FAILED),
    "retry": lambda c: steps.retry(c, ERROR, in_a_minute()),
    "retry an asset": lambda c: steps.retry(replace(c, stage=Stage.TTS), ERROR, in_a_minute()),
    "switch": lambda c: steps.switch_provider(c, ERROR, "second", "cpu", "why"),
    "leave pending": lambda c: steps.leave_pending(c, "job-1", in_a_minute()),
    "hand back": steps.hand_back,
    "hand back what is pending": lambda c: steps.hand_back(replace(c, job_id="job-1")),
    "fail until requeued": lambda c: failing.fail(c, ERROR, "why", requeue_at=in_a_minute()),
    "fail for good": lambda c: failing.fail(c, ERROR, "why", requeue_at=None),
}


def lose(claimed: Claimed) -> None:
    pipeline.let_pass(60)
    recovery.tick()


def lose_to_another(claimed: Claimed) -> None:
    lose(claimed)
    assert take().claim_no == claimed.claim_no + 1


WAYS_TO_BE_LATE: dict[str, Move] = {
    "the lease ran out": lose,
    "another worker has it": lose_to_another,
    "another worker has done it": lambda c: (lose(c), pipeline.run(take())),
    "the render was cancelled": lambda c: renders.cancel(c.render_id),
    "it is done": lambda c: finishing.finish(c, {"a": 0}),
    "it was handed back": steps.hand_back,
    "the run was out of time": lambda c: failing.fail_render(
        c.render_id, c.run, "script_gen", ERROR, "slow", requeue_at=in_a_minute()
    ),
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("way", WAYS_TO_BE_LATE)
def test_a_stale_claim_changes_nothing_and_is_told_so(way: str, move: str) -> None:
    pipeline.ask()
    claimed = take()
    WAYS_TO_BE_LATE[way](claimed)
    before = snapshot()
    with pytest.raises(StaleClaim):
        MOVES[move](claimed)
    assert snapshot() == before
    assert steps.renew([(claimed.step_id, claimed.claim_no)], 8) == set()
    assert snapshot() == before


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("status", sorted(set(StepStatus) - {"running"}))
def test_a_step_is_moved_by_its_claim_from_running_only(status: str, move: str) -> None:
    """Compare and swap: with the right claim number, and in every other state."""
    pipeline.ask()
    claimed = take()
    Step.objects.filter(pk=claimed.step_id).update(status=status, wake_at=timezone.now(), waits=1, result={})
    before = snapshot()
    with pytest.raises(StaleClaim):
        MOVES[move](claimed)
    assert snapshot() == before


@pytest.mark.parametrize(("move", "logged"), [
    ("finish", "completed"), ("placeholder", "failed"), ("retry", "retrying"), ("switch", "degraded"),
    ("hand back", "skipped"), ("fail until requeued", "retrying"), ("fail for good", "failed"),
])  # fmt: skip
def test_each_move_leaves_one_log_row_and_settles_its_one_attempt(move: str, logged: str) -> None:
    pipeline.ask()
    claimed = take()
    RenderLog.objects.all().delete()
    MOVES[move](claimed)
    log = RenderLog.objects.get()
    assert (log.status, log.step_name, log.provider) == (logged, "script_gen", "fake")
    assert log.duration_ms is not None
    attempt = Attempt.objects.get()
    assert attempt.outcome != "under_way"
    assert attempt.ended_at is not None
    pipeline.let_pass(1)
    assert steps.renew([(claimed.step_id, claimed.claim_no)], 8) == set()


@pytest.mark.parametrize("move", ["fail until requeued", "fail for good"])
def test_a_failure_leaves_one_event_and_one_failure(move: str) -> None:
    render = pipeline.ask()
    claimed = take()
    MOVES[move](claimed)
    assert list(RenderEvent.objects.filter(kind="render.failed").values_list("stage", flat=True)) == ["script_gen"]
    failure = render.failures.get()
    assert failure.final is (move == "fail for good")
    assert failure.fingerprint == "fake/script_gen/TIMEOUT"
    assert failure.error_details["attempt"] == 1


def test_a_zombie_cannot_store_its_result() -> None:
    """Its lease ran out while it worked, and its successor is at the same step."""
    pipeline.ask()
    pipeline.run_one()
    zombie = take(Stage.TTS)
    lose(zombie)
    successor = take(Stage.TTS)
    assert successor.step_id == zombie.step_id
    before = snapshot()
    pipeline.run(zombie)
    assert snapshot() == before, "not even its asset"
    pipeline.run(successor)
    assert Asset.objects.get().status == "generated"


def test_what_comes_after_a_cancel_is_dropped(fakes: Any) -> None:
    """R6: the provider answers well, too late."""
    render = pipeline.ask()
    claimed = take()

    def cancelled_meanwhile(request: Any) -> Ok:
        renders.cancel(render.pk)
        return Ok({"script": script().to_json()})

    fakes.plan["script_gen"] = [cancelled_meanwhile]
    pipeline.run(claimed)
    render.refresh_from_db()
    assert render.status == "cancelled"
    assert Step.objects.get(pk=claimed.step_id).result is None
    assert Attempt.objects.get().outcome == "cancelled"
    assert take() is None


def test_a_claim_that_the_lease_keeper_gave_up_is_dropped_even_where_the_fence_would_let_it_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipeline.ask()
    claimed = take()
    before = snapshot()
    real = runner._call

    def cancelled_in_hand(claimed: Claimed, request: Any) -> Any:
        request.cancelled.set()
        return real(claimed, request)

    monkeypatch.setattr(runner, "_call", cancelled_in_hand)
    assert runner.run(claimed, 5) == Settled()
    assert snapshot() == before


def test_a_renewal_lengthens_the_lease_of_what_is_still_ours_and_nothing_else() -> None:
    pipeline.ask()
    pipeline.run_one()
    mine, gone = take(), take()
    steps.hand_back(gone)
    pipeline.let_pass(7)
    held = [(mine.step_id, mine.claim_no), (gone.step_id, gone.claim_no), (mine.step_id, 99)]
    assert steps.renew(held, 8) == {mine.step_id}
    assert (Step.objects.get(pk=mine.step_id).lease_until - timezone.now()).total_seconds() > 7
    assert Step.objects.get(pk=gone.step_id).lease_until is None


def test_handing_back_spends_no_attempt() -> None:
    pipeline.ask()
    claimed = take()
    assert steps.hand_back(claimed) == steps.Freed("script_gen", "cpu")
    again = take()
    assert (again.attempt, again.losses, again.key) == (1, 0, claimed.key)


def test_handing_back_what_a_provider_works_on_keeps_its_job() -> None:
    """I4: a paid submission is not made twice because a worker was told to stop."""
    pipeline.ask()
    steps.leave_pending(take(), "job-7", clock.now())
    recovery.tick()
    steps.hand_back(take())
    again = take()
    assert (again.job_id, again.attempt) == ("job-7", 1)
    assert Attempt.objects.get().outcome == "under_way"


RENDER_MOVES: dict[str, tuple[set[str], Callable[[Render], Any]]] = {
    "requeue": ({"failed"}, lambda r: renders.requeue(r.pk, lambda stage: "fake", lambda name: "cpu")),
    "let go": ({"held"}, lambda r: renders.let_go(r.pk, "why")),
    "cancel": ({"queued", "processing", "held", "failed"}, lambda r: renders.cancel(r.pk)),
    "run anew": (
        {"completed", "cancelled"},
        lambda r: renders.run_anew(r, [], lambda name: "cpu", rank=0.0, clear_output=True),
    ),
    "fail": (
        {"queued", "processing"},
        lambda r: failing.fail_render(r.pk, r.run, "tts", ERROR, "why", requeue_at=in_a_minute()),
    ),
}


@pytest.mark.parametrize("status", ["queued", "processing", "held", "completed", "failed", "cancelled"])
@pytest.mark.parametrize("move", RENDER_MOVES)
def test_a_render_is_moved_from_the_states_that_allow_it_and_left_alone_in_all_others(move: str, status: str) -> None:
    allowed, make = RENDER_MOVES[move]
    render = pipeline.ask()
    values = {"completed_at": timezone.now(), "video_url": "/v", "wake_at": timezone.now(), "error_message": "why"}
    Render.objects.filter(pk=render.pk).update(status=status, **values)
    Step.objects.filter(stage="script_gen").update(status="failed" if status == "failed" else "done", result={})
    render.refresh_from_db()
    RenderEvent.objects.all().delete()
    before = snapshot()
    from django.db import transaction

    from renders.domain.states import MoveRefused

    try:
        with transaction.atomic():
            answer = make(render)
        refused = answer is False or (move == "requeue" and answer == [])
    except MoveRefused:
        refused = True
    assert refused is (status not in allowed)
    if refused:
        assert snapshot() == before
    else:
        assert RenderEvent.objects.count() == 1


@pytest.mark.parametrize("move", ["requeue", "cancel"])
def test_what_failed_for_good_is_moved_on_by_a_new_run_only(move: str) -> None:
    render = pipeline.ask()
    failing.fail(take(), ERROR, "why", requeue_at=None)
    before = snapshot()
    from renders.domain.states import MoveRefused

    try:
        answer = RENDER_MOVES[move][1](render)
    except MoveRefused:
        answer = []
    assert answer == []
    assert snapshot() == before


@pytest.mark.parametrize("status", ["cancelled", "held", "queued"])
def test_a_render_is_completed_from_processing_only_whatever_its_upload_says(status: str) -> None:
    """The render's own guard, should a step ever be in hand whose render is not under way."""
    render = pipeline.ask()
    upload = pipeline.take_at(Stage.UPLOAD)
    Render.objects.filter(pk=render.pk).update(status=status)
    finishing.finish_last(upload, {"a": 1}, VIDEO)
    render.refresh_from_db()
    assert (render.status, render.video_url) == (status, "")
    assert not RenderEvent.objects.filter(kind="render.completed").exists()
