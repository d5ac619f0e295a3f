"""A step's result, its attempt, its log row, its asset and what it frees: all of it or nothing (I3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from renders.domain.errors import ErrorCode
from renders.domain.stages import Stage
from renders.models import Asset, Attempt, Render, RenderEvent, RenderLog, Step
from renders.pipeline import enact, graph, runner
from renders.pipeline.transitions import finishing, prepared, renders, steps
from renders.pipeline.transitions.fence import StaleClaim
from renders.pipeline.transitions.finishing import Settled
from tests.support import pipeline
from tests.support.pipeline import snapshot, take
from tests.support.providers import error

pytestmark = pytest.mark.usefixtures("fakes")


class Crash(Exception):
    """Stands for a worker that dies on this line."""


def crash(*_: Any, **__: Any) -> None:
    raise Crash


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    import backoff._sync

    monkeypatch.setattr(backoff._sync.time, "sleep", lambda seconds: None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stage", "where", "name"),
    [
        (Stage.SCRIPT_GEN, graph, "plan_segments"),
        (Stage.SCRIPT_GEN, finishing, "finish_script"),
        (Stage.SCRIPT_GEN, finishing, "planned_values"),
        (Stage.TTS, finishing, "finish_asset"),
        (Stage.TTS, finishing, "generated_values"),
        (Stage.MANIM, finishing, "generated_values"),
        (Stage.REVIDEO, finishing, "finish"),
        (Stage.UPLOAD, enact, "_published"),
        (Stage.UPLOAD, finishing, "finish_last"),
    ],
)
def test_a_crash_on_any_line_of_it_leaves_nothing_and_the_next_worker_makes_it_whole(
    stage: Stage, where: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = pipeline.ask()
    claimed = pipeline.take_at(stage)
    before = snapshot()
    with monkeypatch.context() as patch:
        patch.setattr(where, name, crash)
        with pytest.raises(Crash):
            runner.run(claimed, 5)
    assert snapshot() == before
    pipeline.run(claimed)
    pipeline.run_all()
    render.refresh_from_db()
    assert render.status == "completed"


@pytest.mark.django_db
def test_a_crash_between_holding_and_finishing_leaves_nothing(monkeypatch: pytest.MonkeyPatch, fakes: Any) -> None:
    pipeline.ask()
    fakes.plan["tts"] = [error(ErrorCode.INVALID_INPUT)]
    claimed = pipeline.take_at(Stage.REVIDEO)
    before = snapshot()
    with monkeypatch.context() as patch:
        patch.setattr(renders, "hold", crash)
        with pytest.raises(Crash):
            runner.run(claimed, 5)
    assert snapshot() == before


@pytest.mark.django_db
def test_a_failure_is_all_or_nothing_too(monkeypatch: pytest.MonkeyPatch, fakes: Any) -> None:
    pipeline.ask()
    pipeline.run_one()
    for code, where in ((ErrorCode.TIMEOUT, steps), (ErrorCode.INVALID_INPUT, finishing)):
        claimed = take(Stage.TTS)
        before = snapshot()
        with monkeypatch.context() as patch:
            patch.setattr(where, "failure_values", crash)
            with pytest.raises(Crash):
                enact.failed(claimed, error(code).error)
        assert snapshot() == before


@pytest.mark.django_db
def test_failing_for_good_stops_the_others_in_the_same_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    from renders.pipeline.transitions import failing

    pipeline.ask()
    claimed = take()
    before = snapshot()
    with monkeypatch.context() as patch:
        patch.setattr(failing, "stop_steps", crash)
        with pytest.raises(Crash):
            enact.failed(claimed, error(ErrorCode.INVALID_INPUT).error)
    assert snapshot() == before


@pytest.mark.django_db
def test_a_finished_stage_leaves_its_result_attempt_log_asset_and_freed_steps() -> None:
    pipeline.ask()
    claimed = pipeline.take_at(Stage.TTS)
    RenderLog.objects.all().delete()
    pipeline.run(claimed)
    step = Step.objects.get(pk=claimed.step_id)
    assert (step.status, step.lease_until, step.job_id, step.losses) == ("done", None, "", 0)
    assert step.result["files"]["narration"].endswith(".wav")
    assert (Attempt.objects.get(step=step).outcome, RenderLog.objects.get().status) == ("ok", "completed")
    asset = Asset.objects.get(slot="tts", segment=claimed.segment)
    assert (asset.status, asset.kind, asset.duration, asset.provider) == ("generated", "narration", 2.0, "fake")
    assert asset.file == step.result["files"]["narration"]


@pytest.mark.django_db
def test_a_render_is_completed_with_its_last_step_and_shows_what_was_made() -> None:
    render = pipeline.ask()
    pipeline.run_all()
    render.refresh_from_db()
    assert (render.status, render.stage, render.error_message, render.degraded) == ("completed", "", "", [])
    assert render.video_url.startswith("/media/")
    assert render.duration == pytest.approx(5.2)
    assert render.processing_ms is not None
    assert RenderEvent.objects.filter(kind="render.completed").count() == 1
    assert set(Step.objects.values_list("status", flat=True)) == {"done"}
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"ok"}


@pytest.mark.django_db(transaction=True)
class TestCutConnections:
    """The database restarts, or somebody ends the connection, while work is in hand (R42)."""

    def test_cut_before_the_result_is_stored(self) -> None:
        pipeline.ask()
        pipeline.run_one()
        claimed = take(Stage.TTS)
        pipeline.cut(pipeline.my_pid())
        self.finish(claimed)

    def finish(self, claimed: Any) -> None:
        # What the provider made is not made again: the move alone is.
        asked = pipeline.calls("tts")
        work = runner.inputs.work_of
        runner.inputs.work_of = lambda claimed: runner.Work("", 1, claimed.job, claimed.payload)
        try:
            runner.run(claimed, 5)
        finally:
            runner.inputs.work_of = work
        assert pipeline.calls("tts") == asked + 1
        assert Step.objects.get(pk=claimed.step_id).status == "done"
        assert Asset.objects.filter(slot="tts").count() == 1
        assert RenderLog.objects.filter(step_name="tts", status="completed").count() == 1
        assert Step.objects.get(stage="revideo").waits == 3
        pipeline.check_care()

    def test_cut_after_the_commit_and_before_the_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The second try is told that its claim is stale; nothing is published twice."""
        render = pipeline.ask()
        claimed = pipeline.take_at(Stage.UPLOAD)
        real, tries = prepared.Prepared.rows, []

        def lost_answer(self: Any, values: Any) -> Any:
            rows = real(self, values)
            if self.name == "settle_last_step":
                tries.append(rows)
                if len(tries) == 1:
                    pipeline.cut(pipeline.my_pid())
                    raise OperationalError("server closed the connection unexpectedly")
            return rows

        monkeypatch.setattr(prepared.Prepared, "rows", lost_answer)
        assert runner.run(claimed, 5) == Settled()
        assert len(tries) == 2
        render.refresh_from_db()
        assert render.status == "completed"
        assert RenderEvent.objects.filter(kind="render.completed").count() == 1
        assert Attempt.objects.filter(step__stage="upload").count() == 1

    def test_a_failures_decision_outlives_a_cut_connection(self) -> None:
        pipeline.ask()
        claimed = take()
        pipeline.cut(pipeline.my_pid())
        enact.failed(claimed, error(ErrorCode.TIMEOUT).error)
        assert Step.objects.get(stage="script_gen").status == "sleeping"
        assert Attempt.objects.get().decision == "retry"

    def test_statements_are_prepared_anew_on_a_new_connection(self) -> None:
        pipeline.ask()
        assert take(Stage.UPLOAD) is None
        connection.close()
        assert take() is not None


@pytest.mark.django_db(transaction=True)
class TestFanIn:
    @pytest.mark.parametrize("length", [120])
    def test_parallel_finishes_free_the_next_step_exactly_once(self, length: int) -> None:
        pipeline.ask(length=length)
        pipeline.run_one()
        claims = []
        while (claimed := take()) is not None:
            claims.append(claimed)
        assert len(claims) == 8
        finishes = [lambda c=c: finishing.finish(c, {"files": {}}) for c in claims]
        answers = pipeline.in_threads(*finishes)
        assert [settled.freed for settled in answers if settled.freed] == [[steps.Freed("revideo", "cpu")]]
        revideo = Step.objects.get(stage="revideo")
        assert (revideo.status, revideo.waits) == ("due", 0)
        assert revideo.due_since is not None

    def test_the_same_claim_finished_by_two_threads_counts_once(self) -> None:
        pipeline.ask()
        pipeline.run_one()
        claimed = take()
        answers = pipeline.in_threads(*[lambda: finishing.finish(claimed, {"files": {}})] * 2)
        assert sum(isinstance(answer, StaleClaim) for answer in answers) == 1
        assert Step.objects.get(stage="revideo").waits == 3
        assert Render.objects.get().status == "processing"
