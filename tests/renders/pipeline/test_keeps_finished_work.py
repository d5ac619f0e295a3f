"""What a stage finished is kept: no requeue, restart or new run does it again (R20, R21)."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from renderhub.lib import clock
from renders.actions.rerender import rerender
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.stages import Stage
from renders.models import Render, Step
from renders.pipeline import recovery
from renders.pipeline.transitions import failing, renders
from tests.support import pipeline
from tests.support.pipeline import let_pass
from tests.support.providers import Misbehaving, error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]

ALL = {"script_gen": 1, "manim": 2, "tts": 2, "revideo": 1, "upload": 1}


def asked() -> dict[str, int]:
    """Provider calls by stage since the last look."""
    counted = dict(Counter(call[0] for call in Misbehaving.calls))
    Misbehaving.calls.clear()
    return counted


def finished() -> Render:
    render = pipeline.ask()
    pipeline.run_all()
    render.refresh_from_db()
    return render


class TestRequeue:
    @pytest.mark.parametrize("stage", ["script_gen", "revideo", "upload"])
    def test_it_does_the_failed_stage_again_and_nothing_else(self, stage: str, fakes: Any) -> None:
        render = pipeline.ask()
        fakes.plan[stage] = [error(ErrorCode.NOT_FOUND)]
        pipeline.run_all()
        let_pass(300)
        recovery.tick()
        pipeline.run_all()
        render.refresh_from_db()
        assert (render.status, render.retry_count, render.run) == ("completed", 1, 1)
        assert asked() == ALL | {stage: ALL[stage] + 1}

    def test_a_failed_asset_neither_stops_nor_repeats_the_others(self, fakes: Any) -> None:
        """R21, with the one code for which an asset is worth a requeue."""
        render = pipeline.ask()
        fakes.plan["tts"] = [error(ErrorCode.RATE_LIMITED, retry_after=400.0)]
        pipeline.run_all()
        render.refresh_from_db()
        assert (render.status, render.final) == ("failed", False)
        assert Counter(Step.objects.values_list("status", flat=True)) == {"done": 4, "failed": 1, "waiting": 2}
        let_pass(399)
        assert recovery.tick() == [], "its Retry-After is not undercut"
        let_pass(2)
        recovery.tick()
        pipeline.run_all()
        render.refresh_from_db()
        assert render.status == "completed"
        assert asked() == ALL | {"tts": 3}

    def test_of_two_assets_that_wait_the_longer_wait_counts(self, fakes: Any) -> None:
        render = pipeline.ask()
        waits = (400.0, 4_000.0)
        fakes.plan |= {
            stage: [error(ErrorCode.RATE_LIMITED, retry_after=wait)]
            for stage, wait in zip(("tts", "manim"), waits, strict=True)
        }
        pipeline.run_all()
        render.refresh_from_db()
        assert render.failures.count() == 2
        assert render.events.filter(kind="render.failed").count() == 1, "it failed once, for two reasons"
        pipeline.check_care()
        let_pass(3_990)
        assert recovery.tick() == []
        let_pass(11)
        assert len(recovery.tick()) == 2
        pipeline.run_all()
        render.refresh_from_db()
        assert render.status == "completed"

    def test_requeues_are_counted_by_render_however_many_assets_ask_for_them(self, fakes: Any) -> None:
        """An asset that began before its sibling's requeue does not make a fourth of three."""
        render = pipeline.ask()
        pipeline.run_one()
        slow, limited = pipeline.take(Stage.TTS), pipeline.take(Stage.TTS)
        Render.objects.update(retry_count=2)
        refused = error(ErrorCode.RATE_LIMITED, retry_after=400.0)
        fakes.plan["tts"] = [refused]
        pipeline.run(limited)
        let_pass(401)
        Step.objects.filter(pk=slow.step_id).update(lease_until="2100-01-01T00:00Z")
        recovery.tick()
        fakes.plan["tts"] = [refused]
        decision = pipeline.run(slow)
        render.refresh_from_db()
        assert render.retry_count == 3
        assert type(decision).__name__ == "Placeholder"

    def test_a_failure_for_good_ends_a_wait_for_the_requeue(self, fakes: Any) -> None:
        """Nothing stays behind that a requeue would find nothing to do for."""
        render = pipeline.ask()
        pipeline.run_one()
        other = pipeline.take(Stage.MANIM)
        fakes.plan["tts"] = [error(ErrorCode.RATE_LIMITED, retry_after=400.0)]
        pipeline.run(pipeline.take(Stage.TTS))
        failing.fail(other, GenerationError(ErrorCode.UNKNOWN, "fake", "no"), "no", requeue_at=None)
        render.refresh_from_db()
        assert (render.status, render.final, render.wake_at) == ("failed", True, None)
        pipeline.check_care()

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("longer", [timedelta(), timedelta(hours=1)])
    def test_a_requeue_waits_for_a_step_that_is_failing_at_the_same_moment(self, longer: timedelta) -> None:
        """Otherwise that step would stay behind, failed, in a render that is on its way: lost."""
        render = pipeline.ask()
        pipeline.run_one()
        first, second = pipeline.take(Stage.TTS), pipeline.take(Stage.TTS)
        busy = error(ErrorCode.RATE_LIMITED).error
        failing.fail(first, busy, "busy", requeue_at=clock.now())
        keeper = threading.Thread(target=lambda: (recovery.tick(), connection.close()))
        with transaction.atomic():
            failing.fail(second, busy, "busy", requeue_at=clock.now() + longer)
            keeper.start()
            pipeline.wait_for_a_lock()
        keeper.join(10)
        render.refresh_from_db()
        if longer:
            assert render.status == "failed"
            assert render.wake_at - clock.now() > timedelta(minutes=59)
            let_pass(3_601)
            assert len(recovery.tick()) == 2
        assert not Step.objects.filter(status="failed").exists()
        pipeline.run_all()
        render.refresh_from_db()
        assert render.status == "completed"

    def test_work_of_a_lost_worker_is_done_again_and_nobody_elses(self) -> None:
        pipeline.ask()
        pipeline.take_at(Stage.MANIM)
        let_pass(9)
        recovery.tick()
        pipeline.run_all()
        assert asked() == ALL


class TestRerender:
    @pytest.mark.parametrize(
        ("stage", "again"),
        [
            (None, ALL),
            (Stage.SCRIPT_GEN, ALL),
            (Stage.MANIM, {"manim": 2, "revideo": 1, "upload": 1}),
            (Stage.TTS, {"tts": 2, "revideo": 1, "upload": 1}),
            (Stage.REVIDEO, {"revideo": 1, "upload": 1}),
            (Stage.UPLOAD, {"upload": 1}),
        ],
    )
    def test_of_a_completed_render_makes_what_was_asked_for_and_keeps_the_rest(
        self, stage: Stage | None, again: dict[str, int]
    ) -> None:
        render = finished()
        asked()
        answer = rerender(render.pk, stage)
        assert (answer.status, answer.run, answer.retry_count, answer.completed_at) == ("queued", 2, 0, None)
        assert answer.video_url, "the old video stays up until there is a new one"
        pipeline.check_care()
        pipeline.run_all()
        render.refresh_from_db()
        assert render.status == "completed"
        assert asked() == again
        kept = Step.objects.filter(run=2).exclude(reused_from=None)
        assert set(kept.values_list("stage", flat=True)) == set(ALL) - set(again)
        assert set(kept.values_list("reused_from", flat=True)) <= {1}
        pipeline.check_care()

    def test_music_is_a_stage_like_the_others(self, settings: Any) -> None:
        settings.RENDERHUB_CHAINS |= {"music": ["fake"]}
        render = finished()
        assert asked() == ALL | {"music": 1}
        rerender(render.pk, Stage.MUSIC)
        pipeline.run_all()
        assert asked() == {"music": 1, "revideo": 1, "upload": 1}

    @pytest.mark.parametrize(
        ("stage", "again"), [("script_gen", ALL), ("revideo", {"revideo": 1, "upload": 1}), ("upload", {"upload": 1})]
    )
    def test_of_a_failed_one_goes_on_where_it_failed(self, stage: str, again: dict[str, int], fakes: Any) -> None:
        fakes.plan[stage] = [error(ErrorCode.INVALID_INPUT)]
        render = finished()
        assert (render.status, render.final) == ("failed", True)
        asked()
        answer = rerender(render.pk)
        assert (answer.status, answer.final, answer.error_message) == ("queued", False, "")
        pipeline.run_all()
        render.refresh_from_db()
        assert render.status == "completed"
        assert asked() == again
        failed = Step.objects.get(run=1, stage=stage)
        assert failed.status == "failed", "the old run still tells what failed"

    def test_of_a_cancelled_one_goes_on_where_it_stopped(self) -> None:
        render = pipeline.ask()
        running = pipeline.take_at(Stage.MANIM)
        renders.cancel(render.pk)
        made = asked()
        rerender(render.pk)
        pipeline.run(running)  # late, and of another run
        pipeline.run_all()
        render.refresh_from_db()
        assert render.status == "completed"
        again = asked()
        assert again["manim"] == 3, "two that are needed, and the late one's"
        assert again["tts"] + made.get("tts", 0) == 2
        assert "script_gen" not in again

    def test_placeholders_are_tried_again(self, fakes: Any) -> None:
        fakes.plan["tts"] = [error(ErrorCode.INVALID_INPUT)]
        render = finished()
        assert render.status == "held"
        renders.let_go(render.pk, "as it is")
        pipeline.run_all()
        asked()
        rerender(render.pk, Stage.REVIDEO)
        pipeline.run_all()
        assert asked() == {"tts": 1, "revideo": 1, "upload": 1}

    def test_what_was_kept_twice_is_still_known_by_the_run_that_made_it(self) -> None:
        render = finished()
        for _ in range(2):
            rerender(render.pk, Stage.UPLOAD)
            pipeline.run_all()
        assert set(Step.objects.filter(run=3, stage="tts").values_list("reused_from", flat=True)) == {1}

    def test_results_of_a_provider_that_the_settings_no_longer_know_are_kept(self, settings: Any) -> None:
        render = finished()
        Step.objects.filter(stage="script_gen").update(provider="bygone")
        rerender(render.pk, Stage.REVIDEO)
        pipeline.run_all()
        render.refresh_from_db()
        assert render.status == "completed"
