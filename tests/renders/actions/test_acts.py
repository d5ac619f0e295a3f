"""Acts on several things: foreseen, done one by one, each told; a double click is one click (R62)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from renderhub.lib import clock
from renders.actions.act import perform
from renders.actions.cancel import Cancel, cancel
from renders.actions.rerender import Rerender, rerender
from renders.actions.resolve import Reopen, Resolve, reopen, resolve
from renders.actions.retry import Retry, failed_for_good
from renders.domain.errors import ErrorCode
from renders.domain.stages import Stage
from renders.domain.states import MoveRefused
from renders.models import Render, RenderFailure, User
from tests.support import pipeline
from tests.support.providers import error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


@pytest.fixture
def operator() -> User:
    return User.objects.create_user("operator", is_staff=True)


def made(name: str = "Made") -> Render:
    render = pipeline.ask(f"{name} " * 60, name=name)
    pipeline.run_all()
    return Render.objects.get(pk=render.pk)


def failed(fakes: Any, name: str = "Failed", stage: str = "script_gen") -> Render:
    fakes.plan[stage] = [error(ErrorCode.INVALID_INPUT)]
    render = pipeline.ask(f"{name} " * 60, name=name)
    pipeline.run_all()
    render.refresh_from_db()
    assert render.final
    return render


def foreseen(act: Any, render: Render) -> Any:
    return act.foresee([render])[render.pk]


class TestForesight:
    def test_a_new_run_from_a_stage_says_what_is_kept_and_is_right(self) -> None:
        render = made()
        told = foreseen(Rerender(Stage.TTS), render).told
        assert told.startswith(
            "Keeps the script and 2 visuals; makes again 2 narrations, the composing and the publishing."
        )
        before = {stage: pipeline.calls(stage) for stage in Stage}
        rerender(render.pk, Stage.TTS)
        pipeline.run_all()
        again = {stage.value: pipeline.calls(stage) - before[stage] for stage in Stage}
        assert {stage: times for stage, times in again.items() if times} == {"tts": 2, "revideo": 1, "upload": 1}

    def test_a_completed_one_is_made_anew_whole(self) -> None:
        assert foreseen(Rerender(), made()).told.startswith("Keeps nothing; makes everything, from the script on.")

    def test_a_failed_one_goes_on_where_it_stopped(self, fakes: Any) -> None:
        told = foreseen(Rerender(), failed(fakes, stage="revideo")).told
        assert told == "Keeps the script, 2 visuals and 2 narrations; makes again the composing and the publishing."

    def test_it_says_where_a_new_run_cannot_help(self, fakes: Any) -> None:
        assert "will not help" in foreseen(Rerender(), failed(fakes)).warning
        assert foreseen(Rerender(), made()).warning == ""

    def test_what_is_under_way_is_refused_in_words(self) -> None:
        render = pipeline.ask()
        assert foreseen(Rerender(), render).told == "It is queued already (run 1): cancel it first, or wait."
        assert not foreseen(Cancel(), render).refused
        assert foreseen(Cancel(), made()).told == "It is completed (run 1): there is nothing to stop."

    def test_an_open_twin_is_foreseen(self, fakes: Any) -> None:
        first = made("Twin")
        twin = pipeline.ask("Twin " * 60, name="Twin")
        assert str(twin.pk) in foreseen(Rerender(), first).told

    def test_nothing_is_changed_by_looking(self, fakes: Any) -> None:
        renders = [made(), failed(fakes), pipeline.ask()]
        before = pipeline.snapshot()
        for act in (Rerender(), Rerender(Stage.UPLOAD), Retry(), Cancel()):
            act.foresee(renders)
        assert pipeline.snapshot() == before
        assert not LogEntry.objects.exists()

    def test_its_queries_do_not_grow_with_the_renders(self, fakes: Any) -> None:
        renders = [made(f"Film {number}") for number in range(4)]

        def queries(some: list[Render]) -> int:
            with CaptureQueriesContext(connection) as context:
                Rerender(Stage.REVIDEO).foresee(some)
            return len(context)

        assert queries(renders) == queries(renders[:1]) <= 3


class TestPerform:
    def test_one_that_is_refused_stops_no_other_and_both_are_written_down(self, operator: User) -> None:
        done, waiting = made(), pipeline.ask("waiting " * 60)
        lines = perform(Cancel(), [(done, 1), (waiting, 1)], operator, "op")
        assert [line.refused for line in lines] == [True, False]
        assert Render.objects.get(pk=waiting.pk).status == "cancelled"
        rows = LogEntry.objects.order_by("id")
        assert [row.user for row in rows] == [operator, operator]
        assert '"refused": true' in rows[0].change_message

    def test_the_same_click_twice_makes_one_run_and_tells_it_twice(self, operator: User) -> None:
        render = made()
        operation = str(uuid.uuid4())
        lines = [perform(Rerender(), [(render, 1)], operator, operation)[0] for _ in range(2)]
        assert [(line.told, line.refused) for line in lines] == [("Run 2 queued.", False)] * 2
        assert Render.objects.get().run == 2
        assert LogEntry.objects.count() == 1

    def test_another_click_on_an_old_preview_is_told_what_has_changed(self, operator: User) -> None:
        render = made()
        rerender(render.pk)
        (line,) = perform(Rerender(), [(render, 1)], operator, str(uuid.uuid4()))
        assert line.refused
        pipeline.run_all()
        (line,) = perform(Rerender(), [(Render.objects.get(), 1)], operator, str(uuid.uuid4()))
        assert line.told == "It has changed since you looked: it is in run 2 by now. Look again."
        assert Render.objects.get().run == 2

    def test_a_cancel_does_not_hit_a_newer_run(self) -> None:
        render = pipeline.ask()
        cancel(render.pk)
        rerender(render.pk)
        with pytest.raises(MoveRefused, match="in run 2 by now"):
            cancel(render.pk, seen_run=1)
        render.refresh_from_db()
        assert (render.status, render.run) == ("queued", 2)
        pipeline.check_care()

    def test_one_that_is_gone_is_said(self, operator: User) -> None:
        render = made()
        stale = Render.objects.get()
        RenderFailure.objects.all().delete()
        Render.objects.filter(pk=render.pk).delete()
        (line,) = perform(Rerender(), [(stale, 1)], operator, "op")
        assert (line.told, line.refused) == ("It is gone.", True)

    @pytest.mark.django_db(transaction=True)
    def test_two_clicks_at_once_make_one_run(self, operator: User) -> None:
        made()
        operation = str(uuid.uuid4())
        answers = pipeline.in_threads(
            *[lambda: perform(Rerender(), [(Render.objects.get(), 1)], operator, operation)[0]] * 3
        )
        assert [(answer.told, answer.refused) for answer in answers] == [("Run 2 queued.", False)] * 3
        assert Render.objects.get().run == 2
        assert LogEntry.objects.count() == 1


class TestRetry:
    def test_all_that_failed_for_good_and_nobody_has_dealt_with(self, fakes: Any, operator: User) -> None:
        first, second, settled = failed(fakes, "One"), failed(fakes, "Two"), failed(fakes, "Three")
        made()
        fakes.plan["script_gen"] = [error(ErrorCode.NOT_FOUND)]
        pipeline.ask("again " * 60)
        pipeline.run_all()
        resolve(RenderFailure.objects.get(render=settled).pk, operator)
        assert list(failed_for_good(Render.objects.all())) == [first, second]

    def test_since_counts_from_the_failure(self, fakes: Any) -> None:
        failed(fakes)
        before, after = clock.now(), clock.now()
        assert failed_for_good(Render.objects.all(), after).count() == 0
        RenderFailure.objects.update(created_at=before)
        assert failed_for_good(Render.objects.all(), before).count() == 1

    def test_it_leaves_alone_what_did_not_fail_or_was_seen_to(self, fakes: Any, operator: User) -> None:
        render, settled = made(), failed(fakes)
        resolve(RenderFailure.objects.get(render=settled).pk, operator)
        lines = perform(Retry(), [(render, 1), (Render.objects.get(pk=settled.pk), 1)], operator, "op")
        assert [line.refused for line in lines] == [True, True]
        assert set(Render.objects.values_list("run", flat=True)) == {1}

    def test_its_retry_count_is_nought(self, fakes: Any, operator: User) -> None:
        render = failed(fakes)
        Render.objects.update(retry_count=3)
        perform(Retry(), [(Render.objects.get(), 1)], operator, "op")
        render.refresh_from_db()
        assert (render.status, render.run, render.retry_count) == ("queued", 2, 0)


class TestResolve:
    def test_who_when_and_what_was_done(self, fakes: Any, operator: User) -> None:
        failed(fakes)
        failure = resolve(RenderFailure.objects.get().pk, operator, "Asked the feed's owner.")
        assert (failure.resolved, failure.resolved_by, failure.note) == (True, operator, "Asked the feed's owner.")
        assert failure.resolved_at is not None
        assert {row.content_type.model for row in LogEntry.objects.all()} == {"render", "renderfailure"}

    def test_it_is_taken_back(self, fakes: Any, operator: User) -> None:
        failed(fakes)
        pk = RenderFailure.objects.get().pk
        resolve(pk, operator, "A note")
        failure = reopen(pk, operator)
        assert (failure.resolved, failure.resolved_by, failure.resolved_at, failure.note) == (
            False, None, None, "A note",
        )  # fmt: skip

    def test_the_first_one_counts(self, fakes: Any, operator: User) -> None:
        failed(fakes)
        pk = RenderFailure.objects.get().pk
        resolve(pk, operator, "first")
        with pytest.raises(MoveRefused):
            resolve(pk, User.objects.create_user("late"), "second")
        assert RenderFailure.objects.get().note == "first"
        assert Resolve().foresee([RenderFailure.objects.get()])[pk].told.startswith("It is marked as dealt with by")
        assert not Reopen().foresee([RenderFailure.objects.get()])[pk].refused
