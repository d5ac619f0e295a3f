"""The Celery tasks: what a message makes a worker do, and what it leaves for others to hear (R43, I1)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from celery import states
from celery.exceptions import Ignore, Retry
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from renders import tasks
from renders.domain.errors import ErrorCode
from renders.domain.stages import Stage
from renders.models import Attempt, Render, Step
from renders.pipeline import bell, enact, recovery, runner
from renders.pipeline.late_bell import LateBell
from renders.pipeline.transitions import renders
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.finishing import Settled
from renders.pipeline.transitions.steps import Freed
from tests.support import pipeline
from tests.support.pipeline import let_pass, take
from tests.support.providers import error
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes", "own_connection")]


@pytest.fixture
def own_connection(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """In a test's own transaction the connection must not be looked after: that would end the transaction."""
    if "transaction" not in request.node.get_closest_marker("django_db").kwargs:
        monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


def message(stage: Stage, queue: str = "cpu") -> Any:
    """A message comes in: what the worker would note as its task's state."""
    return tasks.TASKS[stage].apply(routing_key=queue)


class TestMessages:
    def test_one_message_carries_a_render_through_all_stages_of_its_queue(
        self, bells: list[Freed], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks, "_late", LateBell(moment=60))
        render = pipeline.ask()
        bells.clear()
        assert message(Stage.SCRIPT_GEN).state == states.SUCCESS
        render.refresh_from_db()
        assert render.status == "completed"
        assert bells == [], "nothing was left for others for longer than a moment"

    def test_what_is_not_taken_in_a_moment_is_rung_for(
        self, bells: list[Freed], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pipeline.ask()
        bells.clear()
        heard: list[str] = []
        real = runner.run

        def run(claimed: Claimed, *args: Any) -> Settled:
            if claimed.stage is Stage.TTS and not heard:
                wait_until(lambda: len(bells) == 3, 5, "the bells of the other three")
                heard.extend(sorted(freed.stage for freed in bells))
            return real(claimed, *args)

        monkeypatch.setattr(runner, "run", run)
        message(Stage.SCRIPT_GEN)
        assert heard == ["manim", "manim", "tts"]

    def test_a_message_for_a_stage_with_nothing_due_does_nothing(self) -> None:
        pipeline.ask()
        before = pipeline.snapshot()
        assert message(Stage.UPLOAD).state == states.SUCCESS
        assert message(Stage.SCRIPT_GEN, queue="io").state == states.SUCCESS
        assert pipeline.snapshot() == before

    @pytest.mark.parametrize("stage", Stage)
    def test_the_same_message_five_times_makes_nothing_twice(self, stage: Stage, fakes: Any) -> None:
        render = pipeline.ask()
        for _ in range(5):
            message(stage)
            message(Stage.SCRIPT_GEN)
        render.refresh_from_db()
        assert render.status == "completed"
        assert len({call[2] for call in fakes.calls}) == len(fakes.calls) == 7
        assert Attempt.objects.count() == 7
        before = pipeline.snapshot()
        for each in Stage:
            message(each)
        assert pipeline.snapshot() == before

    def test_a_late_message_of_a_cancelled_render_does_nothing(self) -> None:
        render = pipeline.ask()
        renders.cancel(render.pk)
        before = pipeline.snapshot()
        message(Stage.SCRIPT_GEN)
        assert pipeline.snapshot() == before

    def test_every_stage_has_a_task_and_a_fallback_named_for_it(self) -> None:
        assert {task.name for task in tasks.TASKS.values()} == {f"renders.{stage}" for stage in Stage}
        assert {task.name for task in tasks.FALLBACKS.values()} == {f"renders.{stage}_fallback" for stage in Stage}

    def test_results_of_the_hot_path_are_not_stored_and_bells_expire(self) -> None:
        for task in (*tasks.TASKS.values(), *tasks.FALLBACKS.values()):
            assert task.ignore_result
            assert task.expires == 60
            assert task.max_retries == django_settings.RENDERHUB_POLICY["attempts"]
            assert enact.CallFailed in task.autoretry_for


class TestInPlace:
    def test_it_goes_on_with_the_most_urgent_whoevers_it_is(self) -> None:
        normal = pipeline.ask()
        urgent = pipeline.ask("urgent " * 60, priority="high")
        Step.objects.filter(render=urgent).update(queue="io")
        first = take(queue="io")
        pipeline.run(first)
        Step.objects.filter(render=urgent).update(queue="cpu")
        message(Stage.SCRIPT_GEN)  # nobody's script but the normal one's is due
        order = list(Attempt.objects.order_by("id").values_list("step__render", "step__stage"))[1:]
        assert order[0] == (normal.pk, "script_gen")
        assert {render for render, _ in order[1:7]} == {urgent.pk}
        assert {render for render, _ in order[7:]} == {normal.pk}

    def test_time_is_up_the_step_that_it_would_have_taken_is_rung_for(
        self, bells: list[Freed], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pipeline.ask()
        bells.clear()
        monkeypatch.setattr(tasks, "IN_PLACE_SECONDS", -1.0)
        message(Stage.SCRIPT_GEN)
        assert Attempt.objects.count() == 1
        assert sorted(freed.stage for freed in bells) == ["manim", "manim", "tts", "tts"]

    def test_a_step_that_was_passed_over_for_something_more_urgent_is_rung_for_too(
        self, bells: list[Freed], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It frees some, takes another render's more urgent step in their place, frees some there, and has to stop."""
        pipeline.ask()
        clock = iter([0.0, 0.0, 99.0])
        monkeypatch.setattr(tasks, "time", SimpleNamespace(monotonic=lambda: next(clock)))
        urgent: list[Render] = []
        real = runner.run

        def run(claimed: Claimed, *args: Any) -> Settled:
            if not urgent:
                urgent.append(pipeline.ask("urgent " * 60, priority="high"))
            return real(claimed, *args)

        monkeypatch.setattr(runner, "run", run)
        bells.clear()
        message(Stage.SCRIPT_GEN)
        due = sorted(Step.objects.filter(status="due").values_list("stage", flat=True))
        rung = sorted(freed.stage for freed in bells if freed.stage != "script_gen")
        assert rung == due == ["manim"] * 4 + ["tts"] * 4

    @pytest.mark.parametrize("how", ["a failed call", "a crash"])
    def test_what_was_left_unrung_is_rung_for_when_the_loop_raises(
        self, how: str, fakes: Any, bells: list[Freed], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pipeline.ask()
        real = tasks._claim
        taken: list[Claimed | None] = []

        def claim(queue: str, stage: Stage | None) -> Claimed | None:
            if taken and how == "a crash":
                raise MemoryError
            taken.append(real(queue, stage))
            return taken[-1]

        monkeypatch.setattr(tasks, "_claim", claim)
        fakes.plan["tts"] = [error(ErrorCode.TIMEOUT)]
        bells.clear()
        message(Stage.SCRIPT_GEN)
        due = sorted(Step.objects.filter(status="due").values_list("stage", flat=True))
        assert due
        assert sorted(freed.stage for freed in bells) == due

    def test_steps_of_another_queue_are_rung_for_there(self, bells: list[Freed], settings: Any) -> None:
        settings.RENDERHUB_PROVIDERS = pipeline.FAKES | {"remote": ("tests.support.providers.Fake", "io", 1)}
        settings.RENDERHUB_CHAINS |= {"tts": ["remote"]}
        pipeline.ask()
        bells.clear()
        message(Stage.SCRIPT_GEN)
        assert bells == [Freed("tts", "io"), Freed("tts", "io")]
        bells.clear()
        message(Stage.TTS, queue="io")
        assert bells == [Freed("revideo", "cpu")]

    def test_the_owner_of_the_claim_can_be_found(self) -> None:
        import os

        pipeline.ask()
        claimed = tasks._claim("cpu", None)
        assert Step.objects.get(pk=claimed.step_id).worker.endswith(f"/{os.getpid()}")


class TestDecisions:
    @pytest.mark.parametrize(
        ("stage", "failure", "state"),
        [
            (Stage.SCRIPT_GEN, error(ErrorCode.TIMEOUT), states.RETRY),
            (Stage.SCRIPT_GEN, error(ErrorCode.UNAUTHORIZED), states.RETRY),
            (Stage.SCRIPT_GEN, error(ErrorCode.SENSITIVE_CONTENT), states.FAILURE),
            (Stage.TTS, error(ErrorCode.SENSITIVE_CONTENT), states.IGNORED),
            (Stage.UPLOAD, error(ErrorCode.UNAUTHORIZED), states.FAILURE),
        ],
        ids=["retry", "next provider", "give up", "placeholder", "requeue"],
    )
    def test_celery_is_told_what_became_of_the_call(
        self, stage: Stage, failure: Any, state: str, fakes: Any, settings: Any
    ) -> None:
        settings.RENDERHUB_CHAINS |= {"script_gen": ["fake", "second"]}
        pipeline.ask()
        while not Step.objects.filter(stage=stage, status="due").exists():
            pipeline.run_one()
        fakes.plan[stage.value] = [failure]
        assert message(stage).state == state

    def test_the_wait_is_the_rows_and_no_message_is_sent_for_it(self, fakes: Any, bells: list[Freed]) -> None:
        """A countdown would undercut the Retry-After, sit in a worker's memory, and die with it."""
        pipeline.ask()
        bells.clear()
        fakes.plan["script_gen"] = [error(ErrorCode.RATE_LIMITED, retry_after=42.0)]
        answer = message(Stage.SCRIPT_GEN)
        assert answer.state == states.RETRY
        assert bells == []
        step = Step.objects.get(stage="script_gen")
        assert (step.status, step.attempt) == ("sleeping", 1)
        assert 41 < (step.wake_at - timezone.now()).total_seconds() <= 42
        assert answer.result.when == step.wake_at

    def test_the_next_provider_is_rung_for_by_its_fallback(self, fakes: Any, bells: list[Freed], settings: Any) -> None:
        settings.RENDERHUB_CHAINS |= {"script_gen": ["fake", "second"]}
        pipeline.ask()
        bells.clear()
        fakes.plan["script_gen"] = [error(ErrorCode.NOT_FOUND)]
        message(Stage.SCRIPT_GEN)
        assert bells == [Freed("script_gen", "cpu", fallback=True)]

    def test_a_call_that_failed_too_late_is_ignored(self, fakes: Any, monkeypatch: Any) -> None:
        pipeline.ask()
        claimed = take()
        let_pass(60)
        recovery.tick()
        task = tasks.TASKS[Stage.SCRIPT_GEN]
        before = pipeline.snapshot()
        assert isinstance(task.retry(exc=enact.CallFailed(claimed, error(ErrorCode.TIMEOUT).error)), Ignore)
        assert pipeline.snapshot() == before

    def test_what_is_no_failed_call_is_not_retried(self) -> None:
        with pytest.raises(TypeError):
            tasks.TASKS[Stage.TTS].retry(exc=ValueError())

    def test_celerys_own_limit_does_not_end_what_the_policy_goes_on_with(self, fakes: Any) -> None:
        """Attempts are counted in the database (R35): a message that comes for the ninth time counts like the first."""
        pipeline.ask()
        claimed = take()
        task = tasks.TASKS[Stage.SCRIPT_GEN]
        failed = enact.CallFailed(claimed, error(ErrorCode.TIMEOUT).error)
        assert isinstance(task.retry(exc=failed, max_retries=0, countdown=9), Retry)


@pytest.mark.django_db(transaction=True)
class TestConnections:
    def test_one_that_was_cut_before_a_task_does_not_poison_it_nor_the_next(self) -> None:
        for number in range(2):
            pipeline.ask(f"{number} " * 60)
            pipeline.cut(pipeline.my_pid())
            assert message(Stage.SCRIPT_GEN).state == states.SUCCESS
        assert set(Render.objects.values_list("status", flat=True)) == {"completed"}

    def test_one_that_was_cut_in_a_task_loses_no_more_than_that_one(self, fakes: Any, monkeypatch: Any) -> None:
        import backoff._sync

        monkeypatch.setattr(backoff._sync.time, "sleep", lambda seconds: None)

        def cut(request: Any) -> Any:
            pipeline.cut(pipeline.my_pid())
            return error(ErrorCode.TIMEOUT)

        pipeline.ask()
        fakes.plan["script_gen"] = [cut]
        assert message(Stage.SCRIPT_GEN).state == states.RETRY
        let_pass(60)
        recovery.tick()
        assert message(Stage.SCRIPT_GEN).state == states.SUCCESS
        assert Render.objects.get().status == "completed"


class TestBell:
    def test_each_freed_step_is_rung_for_on_its_queue(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[tuple[str, str]] = []
        for table in (tasks.TASKS, tasks.FALLBACKS):
            for task in table.values():
                monkeypatch.setattr(task, "apply_async", lambda queue, name=task.name, **_: sent.append((name, queue)))
        monkeypatch.setattr(bell, "_ring", tasks.ring)
        bell.ring([Freed("tts", "io"), Freed("revideo", "cpu"), Freed("tts", "cpu", fallback=True)])
        assert sent == [("renders.tts", "io"), ("renders.revideo", "cpu"), ("renders.tts_fallback", "cpu")]

    def test_a_broker_that_does_not_answer_raises_nothing_and_is_tried_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried: list[Freed] = []

        def down(freed: Freed) -> None:
            tried.append(freed)
            raise ConnectionRefusedError("no broker")

        monkeypatch.setattr(bell, "_ring", down)
        bell.ring([Freed("tts", "cpu")] * 5)
        assert len(tried) == 1, "a broker that is away is not asked five times"

    @pytest.mark.django_db(transaction=True)
    def test_with_the_broker_down_a_request_succeeds_and_the_keeper_rings_later(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import socket

        from renderhub.celery import app

        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            nowhere = app.connection_for_write(f"redis://127.0.0.1:{nobody.getsockname()[1]}/0")
            pools = app.amqp.producer_pool
            monkeypatch.setattr(app.amqp, "_producer_pool", type(pools)(app.pool.__class__(nowhere, limit=1), limit=1))
            monkeypatch.setattr(bell, "_ring", tasks.ring)
            render = pipeline.ask()
        assert Render.objects.get(pk=render.pk).status == "queued"
        let_pass(6)
        rung: list[Freed] = []
        monkeypatch.setattr(bell, "_ring", rung.append)
        recovery.sweep()
        assert rung == [Freed("script_gen", "cpu")]
