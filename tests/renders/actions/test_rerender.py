"""A new run by staff: of what, and what it clears (R20, R37, R62).

What is kept: pipeline/test_keeps_finished_work.py.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.utils import timezone

from renders.actions.request import Wish, request
from renders.actions.rerender import rerender
from renders.domain.errors import ErrorCode
from renders.domain.stages import Stage
from renders.domain.states import MoveRefused
from renders.models import Render, RenderEvent, Step
from renders.pipeline import recovery
from renders.pipeline.transitions import renders
from renders.pipeline.transitions.steps import Freed
from tests.support import pipeline
from tests.support.providers import error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


def failed_for_good(fakes: Any, text: str = "word " * 60) -> Render:
    fakes.plan["script_gen"] = [error(ErrorCode.INVALID_INPUT)]
    render = pipeline.ask(text)
    pipeline.run_all()
    render.refresh_from_db()
    assert render.final
    return render


@pytest.mark.parametrize("state", ["queued", "processing", "held", "waiting for its requeue"])
def test_what_is_not_finished_is_refused_and_left_alone(state: str, fakes: Any) -> None:
    render = pipeline.ask()
    if state == "processing":
        pipeline.run_one()
    if state == "held":
        fakes.plan["tts"] = [error(ErrorCode.INVALID_INPUT)]
        pipeline.run_all()
    if state == "waiting for its requeue":
        fakes.plan["script_gen"] = [error(ErrorCode.NOT_FOUND)]
        pipeline.run_all()
    before = pipeline.snapshot()
    with pytest.raises(MoveRefused):
        rerender(render.pk)
    assert pipeline.snapshot() == before


def test_a_queued_render_that_was_cancelled_begins_anew() -> None:
    render = pipeline.ask()
    renders.cancel(render.pk)
    assert rerender(render.pk, Stage.UPLOAD).run == 2
    pipeline.run_all()
    render.refresh_from_db()
    assert render.status == "completed"
    assert pipeline.calls("script_gen") == 1, "there was nothing to keep"


def test_a_failed_one_forgets_its_failure_and_output_and_keeps_what_it_was_asked_for(fakes: Any) -> None:
    render = failed_for_good(fakes)
    Render.objects.filter(pk=render.pk).update(
        retry_count=3, video_url="/old", duration=9.0, degraded=[{"stage": "tts"}]
    )
    created = render.created_at
    anew = rerender(render.pk)
    assert (anew.status, anew.run, anew.retry_count, anew.final, anew.wake_at) == ("queued", 2, 0, False, None)
    assert (anew.error_code, anew.error_message, anew.error_remedy) == ("", "", "")
    assert (anew.video_url, anew.duration, anew.degraded, anew.started_at) == ("", None, [], None)
    assert (anew.input_text, anew.name, anew.created_at) == (render.input_text, render.name, created)
    assert anew.failures.count() == 1, "history stays"
    assert RenderEvent.objects.filter(render=render, kind="render.queued").count() == 2


def test_it_takes_its_place_at_the_end_of_its_workspaces_queue(fakes: Any) -> None:
    render = failed_for_good(fakes)
    other = pipeline.ask("other " * 60)
    assert rerender(render.pk).rank > other.rank
    assert pipeline.take().render_id == other.pk


def test_requeues_are_counted_anew(fakes: Any) -> None:
    render = failed_for_good(fakes)
    Render.objects.filter(pk=render.pk).update(retry_count=3)
    rerender(render.pk)
    fakes.plan["script_gen"] = [error(ErrorCode.NOT_FOUND)]
    pipeline.run_all()
    render.refresh_from_db()
    assert (render.final, render.retry_count) == (False, 0)
    pipeline.let_pass(300)
    recovery.tick()
    pipeline.run_all()
    render.refresh_from_db()
    assert (render.status, render.retry_count) == ("completed", 1)


def test_one_whose_twin_is_on_its_way_is_refused_in_plain_words(fakes: Any) -> None:
    """R4: a wish has one open render."""
    render = failed_for_good(fakes)
    twin = request(pipeline.workspace(), Wish(job_type="topic_short", input_text=render.input_text)).render
    before = pipeline.snapshot()
    with pytest.raises(MoveRefused, match=f"on its way as {twin.pk}"):
        rerender(render.pk)
    assert pipeline.snapshot() == before


def test_an_unknown_render_is_said() -> None:
    with pytest.raises(Render.DoesNotExist):
        rerender(uuid.uuid4())


def test_late_work_of_the_old_run_changes_nothing_of_the_new_one() -> None:
    render = pipeline.ask()
    old = pipeline.take_at(Stage.MANIM)
    renders.cancel(render.pk)
    rerender(render.pk)
    before = pipeline.snapshot()
    pipeline.run(old)
    assert pipeline.snapshot() == before


def test_a_completed_one_whose_new_run_fails_is_failed_and_can_be_run_again(fakes: Any) -> None:
    render = pipeline.ask()
    pipeline.run_all()
    rerender(render.pk)
    fakes.plan["script_gen"] = [error(ErrorCode.INVALID_INPUT)]
    pipeline.run_all()
    render.refresh_from_db()
    assert (render.status, render.final) == ("failed", True)
    rerender(render.pk)
    pipeline.run_all()
    render.refresh_from_db()
    assert (render.status, render.run) == ("completed", 3)
    assert render.completed_at <= timezone.now()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_make_one_new_run(self, bells: list[Freed]) -> None:
        render = pipeline.ask()
        renders.cancel(render.pk)
        bells.clear()
        answers = pipeline.in_threads(*[lambda: rerender(render.pk).run] * 3)
        assert sorted(str(answer) for answer in answers)[0] == "2"
        assert sum(isinstance(answer, MoveRefused) for answer in answers) == 2
        assert Step.objects.filter(run=2).count() == 3
        assert bells == [Freed("script_gen", "cpu")]

    def test_a_new_run_and_a_twins_request_leave_one_open_render(self, fakes: Any) -> None:
        render = failed_for_good(fakes)
        workspace = pipeline.workspace()
        wish = Wish(job_type="topic_short", input_text=render.input_text)
        answers = pipeline.in_threads(lambda: rerender(render.pk), lambda: request(workspace, wish))
        assert not any(isinstance(answer, BaseException) and not isinstance(answer, MoveRefused) for answer in answers)
        assert Render.objects.filter(status="queued").count() == 1
        pipeline.check_care()
