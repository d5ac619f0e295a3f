"""The claim: the best due step becomes one worker's, and nobody else's (I2, R43, R44)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.utils import timezone

from renders.actions.rerender import rerender
from renders.domain.stages import Stage
from renders.models import Attempt, Render, RenderEvent, RenderLog, Step
from renders.pipeline.transitions import renders
from tests.support import pipeline
from tests.support.pipeline import take

pytestmark = pytest.mark.usefixtures("fakes")


def ask_many(count: int, **more: Any) -> list[Render]:
    return [pipeline.ask(f"wish {number} " * 30, **more) for number in range(count)]


@pytest.mark.django_db
class TestWhatIsTaken:
    def test_the_best_rank_comes_first_and_ties_go_to_the_older_step(self) -> None:
        ask_many(4)
        ids = list(Step.objects.filter(status="due").order_by("id").values_list("id", flat=True))
        for step, rank in zip(ids, (5.0, 1.0, 5.0, 1.0), strict=True):
            Step.objects.filter(pk=step).update(rank=rank)
        taken = [take() for _ in ids]
        assert [claimed.step_id for claimed in taken] == [ids[1], ids[3], ids[0], ids[2]]
        assert take() is None

    def test_a_high_job_overtakes_normal_ones_and_those_overtake_low_ones(self) -> None:
        asked = {priority: pipeline.ask(priority=priority, text=f"{priority} " * 60) for priority in ("low", "normal")}
        asked["high"] = pipeline.ask(priority="high", text="high " * 60)
        taken = [take().render_id for _ in range(3)]
        assert taken == [asked[priority].pk for priority in ("high", "normal", "low")]

    def test_of_two_workspaces_the_one_that_asked_for_many_waits(self) -> None:
        many = ask_many(5)
        one = pipeline.request(
            pipeline.workspace("other"), pipeline.Wish(job_type="topic_short", input_text="other " * 60)
        ).render
        assert [take().render_id for _ in range(2)] == [many[0].pk, one.pk]

    def test_a_run_goes_on_with_the_rank_that_it_has(self) -> None:
        first, second = ask_many(2)
        assert take().render_id == first.pk
        Step.objects.filter(render=first, stage="script_gen").update(status="due", lease_until=None)
        pipeline.run_one()  # its script: now its segments are due, beside the other render's script
        assert {take().render_id for _ in range(4)} == {first.pk}
        assert take().render_id == second.pk

    @pytest.mark.parametrize("status", ["waiting", "sleeping", "running", "done", "placeholder", "failed", "cancelled"])
    def test_only_what_is_due_is_taken(self, status: str) -> None:
        pipeline.ask()
        now = timezone.now()
        Step.objects.update(status=status, waits=1, wake_at=now, lease_until=now, result={})
        assert take() is None

    def test_nothing_is_taken_from_another_queue_or_stage(self) -> None:
        pipeline.ask()
        assert take(queue="io") is None
        assert take(Stage.TTS) is None
        assert take(Stage.SCRIPT_GEN).stage is Stage.SCRIPT_GEN

    def test_a_step_of_an_older_run_is_never_taken(self) -> None:
        """I2: even if something left it due."""
        render = pipeline.ask()
        renders.cancel(render.pk)
        rerender(render.pk)
        Step.objects.filter(run=1).update(status="due")
        claimed = take()
        assert claimed.run == 2
        assert take() is None

    @pytest.mark.parametrize("ended", [{"status": "cancelled"}, {"status": "failed", "final": True}])
    def test_a_step_of_a_render_that_is_over_is_never_taken(self, ended: dict[str, Any]) -> None:
        render = pipeline.ask()
        Render.objects.filter(pk=render.pk).update(**ended, error_message="why")
        assert take() is None

    def test_what_stands_beside_a_failed_asset_goes_on(self) -> None:
        """R21: the render waits for its requeue, its other assets do not."""
        render = pipeline.ask()
        pipeline.run_one()
        Render.objects.filter(pk=render.pk).update(status="failed", wake_at=timezone.now())
        assert take() is not None


@pytest.mark.django_db
class TestWhatItWrites:
    def test_the_step_its_attempt_its_log_row_and_the_renders_move_at_once(self) -> None:
        render = pipeline.ask()
        claimed = take(lease=8)
        step = Step.objects.get(pk=claimed.step_id)
        assert (step.status, step.claim_no, step.attempt, step.worker) == ("running", 1, 1, "test-worker")
        assert 7 < (step.lease_until - timezone.now()).total_seconds() <= 8
        attempt = Attempt.objects.get(step=step)
        assert (attempt.claim_no, attempt.number, attempt.outcome) == (1, 1, "under_way")
        log = RenderLog.objects.get(render=render)
        assert (log.step_name, log.status, log.provider, log.retry_count) == ("script_gen", "started", "fake", 0)
        render.refresh_from_db()
        assert (render.status, render.stage) == ("processing", "script_gen")
        assert render.started_at is not None
        kinds = list(RenderEvent.objects.filter(render=render).values_list("kind", flat=True))
        assert kinds == ["render.queued", "render.processing"]

    def test_each_claim_has_a_number_of_its_own_and_raises_it(self) -> None:
        pipeline.ask()
        numbers = []
        for _ in range(4):
            numbers.append(take().claim_no)
            Step.objects.update(status="due", lease_until=None)
        assert numbers == [1, 2, 3, 4]

    def test_it_tells_the_worker_what_it_needs_and_the_input_to_the_script_only(self) -> None:
        render = pipeline.ask()
        script = take()
        assert script.job == render.job()
        pipeline.run(script)
        visual = pipeline.take_at(Stage.MANIM)
        assert visual.job.input_text == ""
        assert visual.payload["segment"]["id"] == "s1"

    def test_looking_at_pending_work_is_no_new_attempt(self) -> None:
        pipeline.ask()
        Step.objects.filter(stage="script_gen").update(job_id="job-1", attempt=1)
        claimed = take()
        assert (claimed.job_id, claimed.attempt, claimed.claim_no) == ("job-1", 1, 1)
        assert not Attempt.objects.exists()
        assert not RenderLog.objects.exists()

    def test_the_stage_shown_never_goes_backwards(self) -> None:
        render = pipeline.ask()
        pipeline.run_one()
        for stage, shown in ((Stage.TTS, "tts"), (Stage.MANIM, "tts")):
            take(stage)
            render.refresh_from_db()
            assert render.stage == shown

    def test_finding_nothing_writes_nothing(self) -> None:
        pipeline.ask()
        before = pipeline.snapshot()
        assert take(Stage.UPLOAD) is None
        assert pipeline.snapshot() == before


@pytest.mark.django_db(transaction=True)
class TestSideBySide:
    def test_two_connections_never_get_the_same_step(self) -> None:
        ask_many(12)

        def take_until_none_is_left() -> list[int]:
            taken = []
            while (claimed := take()) is not None:
                taken.append(claimed.step_id)
            return taken

        answers = pipeline.in_threads(*[take_until_none_is_left] * 4)
        taken = Counter(step for answer in answers for step in answer)
        assert sorted(taken) == sorted(Step.objects.filter(stage="script_gen").values_list("id", flat=True))
        assert set(taken.values()) == {1}
        assert Attempt.objects.count() == 12

    def test_a_claim_that_is_not_committed_yet_is_passed_by_and_not_waited_for(self) -> None:
        from django.db import connection, transaction

        ask_many(2)
        with transaction.atomic():
            mine = take()
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
            other, nothing = pipeline.in_threads(lambda: [take(), take()])[0]
        assert other.step_id != mine.step_id
        assert nothing is None
