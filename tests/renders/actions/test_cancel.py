"""A cancel stops a render before its next stage, whatever is going on (R6)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from renders.actions.cancel import cancel
from renders.actions.rerender import rerender
from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Ok
from renders.domain.stages import Stage
from renders.domain.states import MoveRefused
from renders.models import Attempt, Render, Step
from renders.pipeline import enact, lease, runner
from renders.pipeline.transitions import failing, finishing
from tests.support import pipeline
from tests.support.pipeline import take
from tests.support.providers import error, script

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


@pytest.mark.parametrize("stage", [None, *Stage])
def test_nothing_of_it_is_taken_any_more_whatever_stage_it_is_at(stage: Stage | None, settings: Any) -> None:
    settings.RENDERHUB_CHAINS |= {"orchestrator": ["fake"]} if stage is Stage.ORCHESTRATOR else {"music": ["fake"]}
    render = pipeline.ask()
    if stage is not None:
        pipeline.take_at(stage)
    cancel(render.pk)
    assert Render.objects.get().status == "cancelled"
    assert take() is None
    assert set(Step.objects.values_list("status", flat=True)) <= {"cancelled", "done"}
    assert not Attempt.objects.filter(outcome="under_way").exists()
    pipeline.check_care()


def test_one_that_waits_for_its_requeue_is_not_requeued(fakes: Any) -> None:
    fakes.plan["script_gen"] = [error(ErrorCode.NOT_FOUND)]
    render = pipeline.ask()
    pipeline.run_all()
    cancel(render.pk)
    pipeline.let_pass(600)
    from renders.pipeline import recovery

    assert recovery.tick() == []
    assert Render.objects.get().status == "cancelled"


def test_what_is_finished_is_not_cancelled(fakes: Any) -> None:
    render = pipeline.ask()
    pipeline.run_all()
    with pytest.raises(MoveRefused, match="is completed"):
        cancel(render.pk)
    fakes.plan["script_gen"] = [error(ErrorCode.INVALID_INPUT)]
    failed = pipeline.ask("fails " * 60)
    pipeline.run_all()
    with pytest.raises(MoveRefused, match="is failed"), transaction.atomic():
        cancel(failed.pk)
    assert Step.objects.get(render=failed, stage="script_gen").status == "failed"


def test_twice_is_refused_and_unknown_ones_are_said() -> None:
    import uuid

    render = pipeline.ask()
    cancel(render.pk)
    with pytest.raises(MoveRefused):
        cancel(render.pk)
    with pytest.raises(Render.DoesNotExist):
        cancel(uuid.uuid4())


def test_the_lease_keeper_stops_the_provider_that_is_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    render = pipeline.ask()
    claimed = take()
    keeper = lease.LeaseKeeper()
    monkeypatch.setattr(keeper, "_start", lambda: None)
    with keeper.holding(claimed, 60) as held:
        keeper._renew([held])
        assert not held.cancelled.is_set()
        cancel(render.pk)
        keeper._renew([held])
        assert held.cancelled.is_set()


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    """The cancel waits for a worker that is just finishing; what that one planned or freed is cancelled, too."""

    def cancel_while(self, render: Render, finishing: Any) -> None:
        """`finishing` runs in an open transaction; the cancel begins before that is committed."""
        import threading

        began = threading.Event()

        def cancelling() -> None:
            began.set()
            cancel(render.pk)

        thread = threading.Thread(target=lambda: (cancelling(), connection.close()))
        with transaction.atomic():
            finishing()
            thread.start()
            began.wait(5)
            pipeline.wait_for_a_lock()
        thread.join(10)

    def test_steps_that_a_script_just_planned_are_cancelled_too(self) -> None:
        render = pipeline.ask()
        claimed = take()
        work = runner.inputs.work_of(claimed)
        self.cancel_while(render, lambda: enact.succeeded(claimed, work, Ok({"script": script().to_json()}), {}, {}))
        assert Step.objects.count() == 7
        assert not Step.objects.filter(status__in=("due", "waiting")).exists()
        assert Render.objects.get().status == "cancelled"

    def test_a_step_that_was_just_freed_is_cancelled_too(self) -> None:
        render = pipeline.ask()
        pipeline.run_one()
        last = [take() for _ in range(4)]
        for claimed in last[:3]:
            finishing.finish(claimed, {"files": {}})
        self.cancel_while(render, lambda: finishing.finish(last[3], {"files": {}}))
        assert Step.objects.get(stage="revideo").status == "cancelled"
        pipeline.check_care()

    def test_a_run_out_of_time_takes_up_what_was_just_freed(self) -> None:
        """The same for a run that is stopped to be requeued: nothing of it goes on meanwhile, nothing is forgotten."""
        import threading

        from renderhub.lib import clock

        render = pipeline.ask()
        pipeline.run_one()
        last = [take() for _ in range(4)]
        for claimed in last[:3]:
            finishing.finish(claimed, {"files": {}})
        timeout = error(ErrorCode.TIMEOUT).error
        stop = threading.Thread(
            target=lambda: (
                failing.fail_render(render.pk, 1, "tts", timeout, "slow", requeue_at=clock.now()),
                connection.close(),
            )
        )
        with transaction.atomic():
            finishing.finish(last[3], {"files": {}})
            stop.start()
            pipeline.wait_for_a_lock()
        stop.join(10)
        assert Step.objects.get(stage="revideo").status == "failed"
        pipeline.check_care()

    def test_a_cancel_and_a_claim_at_once_leave_no_step_in_hand(self) -> None:
        for number in range(5):
            render = pipeline.ask(f"{number} " * 60)
            pipeline.in_threads(lambda render=render: cancel(render.pk), take)
            assert not Step.objects.filter(render=render, status__in=("due", "running")).exists()

    def test_two_cancels_and_a_new_run_at_once(self) -> None:
        render = pipeline.ask()
        answers = pipeline.in_threads(*[lambda: cancel(render.pk)] * 2)
        assert sorted(type(answer).__name__ for answer in answers) == ["MoveRefused", "NoneType"]
        answers = pipeline.in_threads(*[lambda: rerender(render.pk).run] * 3)
        assert [answer for answer in answers if answer == 2] == [2]
        assert Render.objects.get().run == 2
        pipeline.check_care()
