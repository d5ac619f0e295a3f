"""Another priority is another place in the queue, for what waits and for what is still to be planned (R44, R62)."""

from __future__ import annotations

from typing import Any

import pytest

from renderhub.lib import clock
from renders.actions.prioritise import Prioritise, prioritise
from renders.actions.rerender import rerender
from renders.domain.errors import ErrorCode
from renders.domain.job import Priority
from renders.domain.rank import HEAD_START
from renders.domain.states import MoveRefused
from renders.models import Render, Step
from tests.support import pipeline
from tests.support.providers import error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


def test_one_that_is_raised_overtakes_what_waited_before_it() -> None:
    pipeline.ask("first " * 60)
    second = pipeline.ask("second " * 60)
    prioritise(second.pk, Priority.HIGH)
    assert pipeline.take().render_id == second.pk


def test_one_that_is_lowered_is_overtaken_by_what_came_after_it() -> None:
    first, second = pipeline.ask("first " * 60), pipeline.ask("second " * 60)
    prioritise(first.pk, Priority.LOW)
    assert pipeline.take().render_id == second.pk


def test_it_keeps_its_turn() -> None:
    render = pipeline.ask()
    raised = prioritise(render.pk, Priority.HIGH)
    assert raised.rank == render.rank - HEAD_START[Priority.HIGH]
    assert prioritise(render.pk, Priority.NORMAL).rank == render.rank


def test_the_last_of_many_does_not_wait_for_a_turn_that_is_far_away() -> None:
    """A workspace that asked for a hundred: its last one's turn is more than an hour away."""
    last = [pipeline.ask(f"{number} " * 60) for number in range(5)][-1]
    Render.objects.filter(pk=last.pk).update(rank=clock.now().timestamp() + 7200)
    raised = prioritise(last.pk, Priority.HIGH)
    assert raised.rank <= clock.now().timestamp() - HEAD_START[Priority.HIGH] + 60


def test_steps_that_are_planned_later_have_the_new_place() -> None:
    """Its script is in a worker's hands while the priority is changed."""
    render = pipeline.ask()
    claimed = pipeline.take()
    raised = prioritise(render.pk, Priority.HIGH)
    pipeline.run(claimed)
    assert Step.objects.filter(render=render).count() == 7
    assert set(Step.objects.filter(render=render, status__in=("due", "waiting")).values_list("rank", flat=True)) == {
        raised.rank
    }


def test_one_that_waits_for_its_requeue_comes_back_with_it(fakes: Any) -> None:
    fakes.plan["script_gen"] = [error(ErrorCode.NOT_FOUND)]
    render = pipeline.ask()
    pipeline.run_all()
    raised = prioritise(render.pk, Priority.HIGH)
    assert Step.objects.get(render=render, stage="script_gen").rank == raised.rank


def test_a_finished_one_is_refused_and_left_alone() -> None:
    render = pipeline.ask()
    pipeline.run_all()
    before = pipeline.snapshot()
    with pytest.raises(MoveRefused):
        prioritise(render.pk, Priority.HIGH)
    assert pipeline.snapshot() == before
    assert Prioritise(Priority.HIGH).foresee([Render.objects.get()])[render.pk].refused


def test_twice_is_refused_and_a_newer_run_is_left_alone() -> None:
    render = pipeline.ask()
    prioritise(render.pk, Priority.HIGH)
    with pytest.raises(MoveRefused, match="of high priority already"):
        prioritise(render.pk, Priority.HIGH)
    pipeline.run_all()
    rerender(render.pk)
    with pytest.raises(MoveRefused, match="in run 2 by now"):
        prioritise(render.pk, Priority.LOW, seen_run=1)
    assert Render.objects.get().priority == "high"
