"""The keeper wakes and rescues, and doing it twice changes nothing (I1, R42)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from renderhub.lib import clock
from renders.domain.errors import ErrorCode
from renders.domain.stages import Stage
from renders.models import Attempt, Render, RenderEvent, RenderLog, Step
from renders.pipeline import leader, recovery, storage
from renders.pipeline.transitions import renders, rescue, steps
from renders.pipeline.transitions.steps import Freed
from tests.support import pipeline
from tests.support.pipeline import let_pass, snapshot, take
from tests.support.providers import error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


class TestSleepers:
    def test_they_are_woken_when_their_time_has_come_and_not_before(self, fakes: Any, bells: list[Freed]) -> None:
        pipeline.ask()
        fakes.plan["script_gen"] = [error(ErrorCode.RATE_LIMITED, retry_after=30.0)]
        pipeline.run_one()
        step = Step.objects.get(stage="script_gen")
        with clock.frozen(step.wake_at - timedelta(seconds=1)):
            assert recovery.tick() == []
            assert take() is None
        with clock.frozen(step.wake_at):
            assert recovery.tick() == [Freed("script_gen", "cpu")]
        assert bells == [Freed("script_gen", "cpu")]
        assert take().attempt == 2

    def test_every_sleeper_is_rung_for(self, fakes: Any, bells: list[Freed]) -> None:
        pipeline.ask()
        pipeline.run_one()
        fakes.plan |= {stage: [error(ErrorCode.TIMEOUT)] * 2 for stage in ("tts", "manim")}
        pipeline.run_all()
        let_pass(60)
        recovery.tick()
        assert sorted(freed.stage for freed in bells) == ["manim", "manim", "tts", "tts"]


class TestLostWorkers:
    def test_their_steps_are_handed_on_the_attempt_given_back_and_the_loss_counted(self, bells: list[Freed]) -> None:
        render = pipeline.ask()
        lost = take()
        assert recovery.tick() == [], "its lease still runs"
        let_pass(9)
        assert recovery.tick() == bells == [Freed("script_gen", "cpu")]
        assert Attempt.objects.get().outcome == "lost"
        assert "test-worker was lost" in RenderLog.objects.get(status="retrying").error_message
        again = take()
        assert (again.attempt, again.losses, again.claim_no, again.key) == (1, 1, 2, lost.key)
        assert RenderEvent.objects.filter(render=render).count() == 2

    def test_a_renewed_lease_is_believed(self) -> None:
        pipeline.ask()
        claimed = take()
        for _ in range(3):
            let_pass(7)
            steps.renew([(claimed.step_id, claimed.claim_no)], 8)
            assert recovery.tick() == []

    def test_after_an_outage_of_the_database_leases_are_not_held_against_their_workers(self) -> None:
        pipeline.ask()
        take()
        let_pass(60)
        assert recovery.tick(believe_leases=False) == []
        assert recovery.tick() == [Freed("script_gen", "cpu")]

    def test_the_databases_clock_decides_about_leases(self) -> None:
        """I8: a worker or keeper whose clock is wrong loses nothing and takes nothing."""
        pipeline.ask()
        take()
        with clock.frozen(timezone.now() + timedelta(days=1)):
            assert recovery.tick() == []

    def test_whoever_comes_next_looks_before_asking_again(self, fakes: Any, monkeypatch: Any) -> None:
        """I4: the answer to a submission may be what was lost."""
        from renders.domain.outcomes import Pending
        from tests.support.providers import Fake

        pipeline.ask()
        lost = take()
        let_pass(9)
        recovery.tick()
        asked_for: list[str] = []
        monkeypatch.setattr(Fake, "find", lambda self, request, key: asked_for.append(key) or Pending("job-1", 1.0))
        pipeline.run_one()
        assert asked_for == [lost.key]
        assert pipeline.calls("script_gen") == 0
        assert Step.objects.get(stage="script_gen").job_id == "job-1"

    def test_a_step_that_kills_its_workers_ends_as_its_providers_failure(self, fakes: Any, settings: Any) -> None:
        settings.RENDERHUB_CHAINS |= {"tts": ["fake", "second"]}
        render = pipeline.ask()
        pipeline.run_one()
        for provider in ("fake", "second"):
            for losses in range(5):
                claimed = take(Stage.TTS)
                assert (claimed.provider, claimed.losses) == (provider, losses)
                let_pass(9)
                recovery.tick()
            pipeline.run(take(Stage.TTS))
        assert pipeline.calls("tts") == 0, "it is not even tried again"
        step = Step.objects.filter(stage="tts").first()
        assert step.status == "placeholder"
        assert "5 workers in a row died" in step.result["error"]["message"]
        assert "bigger worker" in step.result["error"]["remedy"]
        render.refresh_from_db()
        assert render.status == "processing", "the others go on (R51)"

    def test_losses_are_counted_in_a_row(self, fakes: Any) -> None:
        pipeline.ask()
        fakes.plan["script_gen"] = [error(ErrorCode.TIMEOUT)]
        take()
        let_pass(9)
        recovery.tick()
        pipeline.run_one()
        let_pass(60)
        recovery.tick()
        assert take().losses == 0


class TestRequeues:
    def fail(self, fakes: Any) -> Render:
        fakes.plan["script_gen"] = [error(ErrorCode.UNAUTHORIZED)]
        pipeline.run_one()
        return Render.objects.get()

    def test_a_failed_render_goes_back_after_five_minutes_three_times_and_then_has_failed_for_good(
        self, fakes: Any
    ) -> None:
        pipeline.ask()
        for retries in range(3):
            render = self.fail(fakes)
            assert (render.status, render.final, render.retry_count) == ("failed", False, retries)
            assert 299 < (render.wake_at - clock.now()).total_seconds() <= 300
            let_pass(298)
            assert recovery.tick() == []
            let_pass(2)
            assert recovery.tick() == [Freed("script_gen", "cpu")]
            render.refresh_from_db()
            assert (render.status, render.retry_count, render.wake_at) == ("queued", retries + 1, None)
        render = self.fail(fakes)
        assert (render.status, render.final, render.wake_at) == ("failed", True, None)
        assert "3 requeues did not help" in render.error_message
        assert render.error_code == "UNAUTHORIZED"
        assert "key" in render.error_remedy
        assert [f.final for f in render.failures.order_by("id")] == [False, False, False, True]
        let_pass(86_400)
        assert recovery.tick() == []
        assert set(Step.objects.values_list("stage", "status")) == {
            ("script_gen", "failed"),
            ("revideo", "cancelled"),
            ("upload", "cancelled"),
        }

    def test_a_requeue_starts_at_the_top_of_the_chain_with_attempts_anew(self, fakes: Any, settings: Any) -> None:
        settings.RENDERHUB_CHAINS |= {"script_gen": ["fake", "second"]}
        pipeline.ask()
        fakes.plan["script_gen"] = [error(ErrorCode.UNAUTHORIZED)] * 2
        pipeline.run_all()
        let_pass(300)
        recovery.tick()
        step = Step.objects.get(stage="script_gen")
        assert (step.status, step.provider, step.attempt, step.degraded) == ("due", "fake", 0, "")
        assert timezone.now() - step.due_since < timedelta(seconds=5), "it has been due since now"
        pipeline.run_all()
        assert Render.objects.get().degraded == []

    def test_one_render_that_cannot_be_woken_does_not_keep_the_others_from_it(
        self, fakes: Any, monkeypatch: Any
    ) -> None:
        poison = pipeline.ask()
        self.fail(fakes)
        other = pipeline.ask("other " * 60)
        fakes.plan["script_gen"] = [error(ErrorCode.UNAUTHORIZED)]
        pipeline.run_one()
        real = renders.requeue

        def requeue(render_id: Any, *more: Any) -> Any:
            if render_id == poison.pk:
                raise LookupError("no such provider")
            return real(render_id, *more)

        monkeypatch.setattr(renders, "requeue", requeue)
        let_pass(300)
        assert recovery.tick() == [Freed("script_gen", "cpu")]
        other.refresh_from_db()
        assert other.status == "queued"

    def test_a_database_that_is_away_is_the_keepers_own_affair(self, fakes: Any, monkeypatch: Any) -> None:
        pipeline.ask()
        self.fail(fakes)

        def away(*_: Any) -> None:
            raise OperationalError("gone")

        monkeypatch.setattr(renders, "requeue", away)
        let_pass(300)
        with pytest.raises(OperationalError):
            recovery.tick()


class TestHeld:
    def hold(self, fakes: Any, **more: Any) -> Render:
        fakes.plan["tts"] = [error(ErrorCode.INVALID_INPUT)]
        pipeline.ask(**more)
        pipeline.run_all()
        return Render.objects.get()

    def test_it_is_published_as_it_is_when_the_due_time_is_near_and_marked_so(
        self, fakes: Any, bells: list[Freed]
    ) -> None:
        due = timezone.now() + timedelta(hours=2)
        render = self.hold(fakes, due_at=due)
        assert (render.status, render.wake_at) == ("held", due - timedelta(minutes=15))
        assert "1 narration(s) missing" in render.error_message
        let_pass(6_299)
        assert recovery.tick() == []
        let_pass(2)
        assert recovery.tick() == [Freed("upload", "cpu")] == bells[-1:]
        assert pipeline.run_one().stage is Stage.UPLOAD
        render.refresh_from_db()
        assert render.status == "completed"
        assert "its due time was near" in str(render.degraded)
        pipeline.check_care()

    def test_one_without_a_due_time_waits_for_an_editor(self, fakes: Any) -> None:
        render = self.hold(fakes)
        assert (render.status, render.wake_at) == ("held", None)
        let_pass(30 * 86_400)
        recovery.tick()
        recovery.sweep()
        assert Render.objects.get().status == "held"

    def test_the_time_for_which_it_was_held_is_not_the_runs(self, fakes: Any) -> None:
        """R19: it is not out of its time the moment it is let go; and what is shown is what the work took."""
        self.hold(fakes)
        hours = timedelta(hours=3)
        step = Step.objects.get(stage="revideo")
        Step.objects.filter(pk=step.pk).update(ended_at=step.ended_at - hours)
        let_pass(hours.total_seconds())
        renders.let_go(Render.objects.get().pk, "an editor said so")
        recovery.sweep()
        assert Render.objects.get().status == "processing"
        pipeline.run_all()
        render = Render.objects.get()
        assert render.status == "completed"
        assert render.processing_ms < 60_000

    def test_a_lost_bell_is_rung_again_for_one_that_was_let_go(self, fakes: Any, bells: list[Freed]) -> None:
        self.hold(fakes)
        renders.let_go(Render.objects.get().pk, "an editor said so")
        bells.clear()
        let_pass(6)
        recovery.sweep()
        assert bells == [Freed("upload", "cpu")]


class TestSweep:
    def test_it_rings_for_bells_that_nobody_heard_and_for_no_others(self, bells: list[Freed]) -> None:
        for number in range(12):
            pipeline.ask(f"wish {number} " * 30)
        bells.clear()
        recovery.sweep()
        assert bells == [], "they were rung for just now"
        let_pass(6)
        recovery.sweep()
        assert bells == [Freed("script_gen", "cpu")] * recovery.BELLS

    def test_a_run_that_is_out_of_its_time_is_requeued_and_in_the_end_fails(self, fakes: Any) -> None:
        pipeline.ask()
        for requeues in range(4):
            hanging = take()
            let_pass(1)
            steps.renew([(hanging.step_id, hanging.claim_no)], 10_000)
            let_pass(45 * 60)
            recovery.sweep()
            render = Render.objects.get()
            assert (render.status, render.error_code) == ("failed", "TIMEOUT")
            assert render.final is (requeues == 3)
            assert Attempt.objects.filter(outcome="under_way").count() == 0
            pipeline.check_care()
            let_pass(301)
            recovery.tick()
        assert render.stage == "script_gen"

    def test_only_renders_that_are_under_way_run_out_of_time(self) -> None:
        pipeline.ask()
        pipeline.run_all()
        let_pass(10 * 86_400)
        before = snapshot()
        recovery.sweep()
        assert snapshot() == before

    def test_folders_of_the_dead_are_removed_and_those_of_the_running_are_not(self) -> None:
        pipeline.ask()
        claimed = take()
        mine, older, dead = (
            storage.work_root() / name
            for name in (f"{claimed.step_id}-{claimed.claim_no}", f"{claimed.step_id}-0", "999999-1")
        )
        for folder in (mine, older, dead):
            folder.mkdir(parents=True)
            (folder / "file").touch()
        recovery.sweep()
        assert storage.work_folders() == [mine]


class TestTwice:
    @pytest.fixture
    def everything_at_once(self, fakes: Any) -> None:
        """A sleeper, a lost step, a render to requeue and a held one to let go: all due now."""
        for name, plan in {
            "sleeps": {"script_gen": [error(ErrorCode.TIMEOUT)]},
            "failed": {"script_gen": [error(ErrorCode.NOT_FOUND)]},
            "held": {"tts": [error(ErrorCode.INVALID_INPUT)]},
        }.items():
            fakes.plan |= plan
            pipeline.ask(f"{name} " * 60, due_at=timezone.now() + timedelta(hours=1))
            pipeline.run_all()
        pipeline.ask("lost " * 60)
        assert take() is not None
        let_pass(3_600)

    @pytest.mark.usefixtures("everything_at_once")
    def test_a_tick_after_a_tick_does_nothing(self) -> None:
        freed = recovery.tick()
        assert sorted(one.stage for one in freed) == ["script_gen", "script_gen", "script_gen", "upload"]
        before = snapshot()
        assert recovery.tick() == []
        assert snapshot() == before

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.usefixtures("everything_at_once")
    def test_two_keepers_at_once_do_nothing_twice(self) -> None:
        first, second = pipeline.in_threads(recovery.tick, recovery.tick)
        freed = sorted(one.stage for one in first + second)
        assert freed == ["script_gen", "script_gen", "script_gen", "upload"]
        assert RenderEvent.objects.filter(kind="render.requeued").count() == 1
        assert RenderEvent.objects.filter(kind="render.let_go").count() == 1
        assert Attempt.objects.filter(outcome="lost").count() == 1
        assert set(Step.objects.values_list("losses", flat=True)) == {0, 1}
        assert Render.objects.filter(retry_count__gt=1).count() == 0

    @pytest.mark.django_db(transaction=True)
    def test_one_keeper_leads_until_its_connection_ends(self) -> None:
        assert leader.try_to_lead()
        assert leader.leads()
        assert pipeline.in_threads(lambda: (leader.try_to_lead(), leader.leads())) == [(False, False)]
        connection.close()
        assert not leader.leads()
        assert pipeline.in_threads(leader.try_to_lead) == [True]

    @pytest.mark.django_db(transaction=True)
    def test_a_sleeper_that_another_holds_is_passed_by(self, fakes: Any) -> None:
        from django.db import transaction

        fakes.plan["script_gen"] = [error(ErrorCode.TIMEOUT)]
        pipeline.ask()
        pipeline.run_one()
        let_pass(60)
        with transaction.atomic():
            Step.objects.select_for_update().get(stage="script_gen")
            assert pipeline.in_threads(rescue.wake_sleepers) == [[]]
        assert rescue.wake_sleepers() == [Freed("script_gen", "cpu")]
