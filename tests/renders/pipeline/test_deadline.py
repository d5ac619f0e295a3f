"""What is known of the time that is left steers the choice (R38), and is told while something can be done (R77)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from renderhub.lib import clock
from renders.domain.stages import Stage
from renders.domain.steering import Begin
from renders.models import Outlook, Render, RenderEvent, RenderLog, StageHistory, Step
from renders.pipeline import expectations, history, outlook, recovery, steering
from tests.support import pipeline
from tests.support.providers import Misbehaving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("chains")]


@pytest.fixture
def chains(fakes: Any, settings: Any) -> None:
    settings.RENDERHUB_CHAINS = {**pipeline.FAKE_CHAINS, "manim": ["fake", "second"]}
    settings.RENDERHUB_STEPS_AT_ONCE = 2


def slow_days(stage: str = "manim", provider: str = "fake", seconds: float = 300.0, samples: int = 25) -> None:
    """The log of days on which the provider took so long."""
    render = Render.objects.first() or pipeline.ask("of earlier days " * 20)
    at = clock.now() - timedelta(minutes=1)
    RenderLog.objects.bulk_create(
        RenderLog(
            render=render,
            run=1,
            step_name=stage,
            status="completed",
            provider=provider,
            duration_ms=int(1000 * seconds),
            created_at=at,
        )
        for _ in range(samples)
    )


def learn() -> int:
    learnt = history.roll_up()
    expectations.history.forget()
    return learnt


def due_in(seconds: float) -> datetime:
    due = clock.now() + timedelta(seconds=seconds)
    Render.objects.filter(status__in=["queued", "processing"]).update(due_at=due)
    return due


class TestTheChoice:
    """A history in which the primary is slow."""

    @pytest.fixture(autouse=True)
    def slow_primary(self) -> None:
        pipeline.ask()
        slow_days()
        assert learn() >= 25

    def test_with_the_deadline_near_the_faster_provider_is_taken_and_says_so(self) -> None:
        due_in(240)
        pipeline.run_all()
        render = Render.objects.get()
        assert render.status == "completed"
        assert {call[1] for call in Misbehaving.calls if call[0] == "manim"} == {"second"}
        visuals = Step.objects.filter(stage="manim")
        assert set(visuals.values_list("provider", "attempt")) == {("second", 1)}
        reason = next(mark["reason"] for mark in render.degraded if mark["stage"] == "manim")
        assert reason.startswith("fake: skipped: ")
        assert "s are left, it is expected to need 300 s" in reason
        assert reason.endswith("second is faster")
        told = RenderLog.objects.filter(step_name="manim", status="skipped")
        assert told.count() == 2
        assert "second is faster" in told[0].error_message

    def test_with_time_enough_it_is_the_primary(self) -> None:
        due_in(3_600)
        pipeline.run_all()
        assert {call[1] for call in Misbehaving.calls if call[0] == "manim"} == {"fake"}
        assert not [mark for mark in Render.objects.get().degraded if mark["stage"] == "manim"]

    def test_without_a_deadline_it_is_the_primary(self) -> None:
        pipeline.run_all()
        assert {call[1] for call in Misbehaving.calls if call[0] == "manim"} == {"fake"}

    @pytest.mark.parametrize("late", [1, 3_600])
    def test_a_day_that_is_made_again_later_is_made_well(self, late: float) -> None:
        due_in(-late)
        pipeline.run_all()
        assert {call[1] for call in Misbehaving.calls if call[0] == "manim"} == {"fake"}

    def test_what_comes_after_it_counts(self) -> None:
        slow_days(stage="revideo", seconds=1_000)
        learn()
        due_in(1_200)
        pipeline.run_all()
        assert {call[1] for call in Misbehaving.calls if call[0] == "manim"} == {"second"}

    def test_the_other_visuals_after_it_count(self) -> None:
        """Two at once, 300 s each: four of them want ten minutes."""
        pipeline.run_all()
        pipeline.ask("four visuals " * 20, length=120)
        due_in(590)
        assert steering.before_call(pipeline.take_at(Stage.MANIM)) != Begin()

    def test_a_choice_costs_a_look_at_the_history_once_a_minute(self) -> None:
        due_in(3_600)
        claimed = pipeline.take_at(Stage.MANIM)
        expectations.history.forget()
        with CaptureQueriesContext(connection) as captured:
            for _ in range(20):
                steering.before_call(claimed)
        assert len(captured) == 1


class TestTheHistory:
    def test_what_is_expected_after_a_stage_is_the_sum_of_its_primaries(self, settings: Any) -> None:
        settings.RENDERHUB_PROVIDERS = pipeline.FAKES | {"composing": ("a.b.C", "cpu", 20.0)}
        settings.RENDERHUB_CHAINS |= {"revideo": ["composing", "fake"]}
        assert expectations.after(Stage.TTS, {}, 60).slow == 21
        assert expectations.after(Stage.UPLOAD, {}, 60).slow == 0
        assert expectations.after(Stage.SCRIPT_GEN, {}, 14).slow == 21 + 2

    def test_below_twenty_samples_the_shipped_estimate_is_believed(self) -> None:
        slow_days(samples=19)
        assert learn() == 19
        assert expectations.of(Stage.MANIM, "fake").slow == 1
        slow_days(samples=1)
        learn()
        assert expectations.of(Stage.MANIM, "fake").slow == 300

    def test_each_row_is_read_once_and_the_last_ones_count(self) -> None:
        slow_days(samples=150, seconds=10)
        assert learn() == 150
        assert learn() == 0
        slow_days(samples=200, seconds=20)
        assert learn() == 200
        row = StageHistory.objects.get(stage="manim")
        assert (row.count, row.typical, row.slow) == (200, 20, 20)

    def test_failures_and_rows_of_no_stage_are_no_samples(self) -> None:
        slow_days(samples=5)
        RenderLog.objects.filter(step_name="manim").update(status="retrying")
        slow_days(stage="health", samples=5)
        assert learn() == 0

    def test_a_row_that_others_may_not_see_yet_is_left_for_the_next_look(self) -> None:
        slow_days(samples=3)
        RenderLog.objects.filter(step_name="manim").update(created_at=clock.now())
        assert learn() == 0
        RenderLog.objects.filter(step_name="manim").update(created_at=clock.now() - timedelta(seconds=9))
        assert learn() == 3


class TestTheOutlook:
    def kinds(self) -> list[str]:
        return list(RenderEvent.objects.filter(kind__contains="risk").order_by("id").values_list("kind", flat=True))

    def test_an_open_render_with_a_due_time_has_an_expected_ready_time(self) -> None:
        pipeline.ask()
        due_in(3_600)
        assert outlook.look() == 0
        expected = Outlook.objects.get()
        assert clock.now() < expected.ready_at <= expected.slow_at < clock.now() + timedelta(seconds=60)
        assert self.kinds() == []

    def test_one_that_may_come_too_late_is_told_once_and_once_that_it_will_not(self) -> None:
        render = pipeline.ask()
        slow_days()
        learn()
        due_in(120)
        assert [outlook.look(), outlook.look()] == [1, 1]
        event = RenderEvent.objects.get(kind="render.at_risk")
        assert event.render_id == render.pk
        assert "most of it visuals" in event.data["why"]
        assert event.data["due_at"]
        due_in(36_000)
        assert outlook.look() == 0
        assert self.kinds() == ["render.at_risk", "render.out_of_risk"]

    def test_it_is_over_when_the_render_is(self) -> None:
        pipeline.ask()
        due_in(1)
        assert outlook.look() == 1
        pipeline.run_all()
        assert outlook.look() == 0
        assert not Outlook.objects.exists()

    def test_those_before_it_count(self) -> None:
        for number in range(8):
            pipeline.ask(f"topic {number} " * 20)
        slow_days()
        learn()
        due_in(3_600)
        outlook.look()
        times = list(Outlook.objects.order_by("render__rank").values_list("ready_at", flat=True))
        assert times == sorted(times)
        assert times[-1] - times[0] > timedelta(minutes=20)

    def test_a_requeue_that_it_waits_for_counts(self) -> None:
        render = pipeline.ask()
        Render.objects.update(status="failed", wake_at=clock.now() + timedelta(seconds=900), error_message="x")
        Render.objects.update(due_at=clock.now() + timedelta(seconds=600))
        assert outlook.look() == 1
        assert "it waits for" in Outlook.objects.get(pk=render.pk).why

    def test_renders_without_a_due_time_and_of_other_days_cost_nothing(self) -> None:
        pipeline.ask()
        assert outlook.look() == 0
        due_in(48 * 3600)
        assert outlook.look() == 0
        assert not Outlook.objects.exists()


def test_a_step_that_waits_too_long_for_its_deadline_is_gone_without(settings: Any) -> None:
    """The narration's service is down and the deadline near: the video comes without it, held for an editor."""
    from renders.models import Service

    settings.RENDERHUB_PROVIDERS = {
        **settings.RENDERHUB_PROVIDERS,
        "service": ("tests.support.providers.Fake", "io", 1),
    }
    settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "tts": ["service"]}
    now = clock.now()
    Service.objects.create(name="service", status="down", since=now, checked_at=now, error="gone")
    pipeline.ask()
    due_in(20)
    while pipeline.run_one("cpu") or pipeline.run_one("io"):
        pass
    assert set(Step.objects.filter(stage="tts").values_list("status", flat=True)) == {"placeholder"}
    assert Render.objects.get().status == "held"
    assert recovery.tick() != [], "its moment has passed: it goes out as it is"


def test_what_stands_behind_the_orchestrator_takes_as_long_as_the_pipeline_of_our_own() -> None:
    """It answers at once: by its own history it would be the faster one each time."""
    slow_days(stage="orchestrator", provider="in_house", seconds=0.01)
    slow_days(stage="revideo", provider="fake", seconds=90)
    learn()
    assert expectations.of(Stage.ORCHESTRATOR, "in_house").typical > 90
