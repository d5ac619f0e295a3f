"""A service that keeps failing is left alone by all workers, tried by one, and taken back (R10, R39)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from renderhub.lib import clock
from renders.domain.errors import ErrorCode
from renders.domain.stages import Stage
from renders.domain.steering import Begin, Skip, Wait
from renders.models import Attempt, CircuitRow, Render, RenderEvent, RenderLog, Service, Step
from renders.pipeline import circuits, recovery, steering
from renders.pipeline.transitions.claim import Claimed
from tests.support import pipeline
from tests.support.providers import Misbehaving, error

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("services")]

PROVIDERS = {
    "fake": ("tests.support.providers.Fake", "cpu", 1),
    "service": ("tests.support.providers.Fake", "io", 1),
    "other": ("tests.support.providers.Second", "io", 1),
    "local": ("tests.support.providers.Second", "cpu", 1),
}
NOW = clock.now()


@pytest.fixture
def services(fakes: Any, settings: Any) -> None:
    """Narration is spoken by a service; everything else is made on this machine."""
    settings.RENDERHUB_PROVIDERS = PROVIDERS
    settings.RENDERHUB_CHAINS = {**pipeline.FAKE_CHAINS, "tts": ["service", "local"]}


def alone(settings: Any) -> None:
    """No fallback stands behind the service."""
    settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "tts": ["service"]}


@contextmanager
def later(seconds: float) -> Iterator[datetime]:
    """So long after now; what the process remembered is old by then."""
    moment = clock.now() + timedelta(seconds=seconds)
    with clock.frozen(moment):
        circuits.board.forget()
        yield moment


def dead(code: ErrorCode = ErrorCode.API_ERROR, **more: Any) -> None:
    """The service fails from now on, whatever it is asked."""
    Misbehaving.plan["tts"] = Always(error(code, **more))  # type: ignore[assignment]


class Always(list[Any]):
    """An answer that is given again and again; the local voice has others."""

    def __init__(self, answer: Any) -> None:
        super().__init__([self._answer])
        self.answer = answer

    def _answer(self, request: Any) -> Any:
        from tests.support.providers import Fake

        return Fake()._tts(request) if Misbehaving.calls[-1][1] == "second" else self.answer

    def pop(self, *_: Any) -> Any:
        return self._answer


def asked(name: str = "fake") -> int:
    """How often the service, or the local voice (`second`), was asked to speak."""
    return sum(call[0] == "tts" and call[1] == name for call in Misbehaving.calls)


def work() -> None:
    """Workers of both queues, until nothing is due."""
    while pipeline.run_one("cpu") or pipeline.run_one("io"):
        pass


def narrate() -> Claimed:
    """A claim of a narration."""
    while (claimed := pipeline.take(Stage.TTS, "io")) is None:
        if pipeline.run_one("cpu") is None:
            pipeline.ask(f"a topic {Render.objects.count()} " * 20)
    return claimed


def fail(claimed: Claimed, code: ErrorCode = ErrorCode.API_ERROR, **more: Any) -> None:
    steering.after_call(claimed, error(code, **more))


def opened(code: ErrorCode = ErrorCode.API_ERROR) -> Claimed:
    """A claim, the service's circuit being open."""
    claimed = narrate()
    for _ in range(5):
        fail(claimed, code)
    assert CircuitRow.objects.get(provider="service").open_until is not None
    return claimed


def kinds() -> list[str]:
    told = RenderEvent.objects.filter(kind__regex="^(circuit|service)").order_by("id")
    return list(told.values_list("kind", flat=True))


class TestAnOutage:
    def test_of_200_calls_wanted_of_a_dead_service_at_most_220_are_made_and_each_is_spoken_by_the_fallback(
        self,
    ) -> None:
        dead()
        for number in range(34):
            pipeline.ask(f"topic {number} " * 20, length=180)
        work()
        for _ in range(3):  # the retries of those that had begun before it was left alone
            with later(70):
                recovery.tick()
                work()
        assert asked("second") == 204
        assert asked() <= 1.1 * 204
        assert asked() < 20, "the circuit alone keeps it to a handful"
        assert set(Render.objects.values_list("status", flat=True)) == {"completed"}

    def test_without_a_fallback_they_wait_unspent_and_are_woken_when_it_is_back(self, settings: Any) -> None:
        alone(settings)
        dead()
        for number in range(10):
            pipeline.ask(f"topic {number} " * 20)
        work()
        assert asked() == 5
        waiting = Step.objects.filter(stage="tts", status="sleeping").exclude(waits_for="")
        assert waiting.count() == 15
        assert set(waiting.values_list("attempt", flat=True)) == {0}
        with later(61):  # one tries, and fails; the others do not even ask
            recovery.tick()
            work()
            assert asked() == 6
        Misbehaving.plan.clear()
        with later(61 + 121):
            for _ in range(6):
                recovery.tick()
                work()
        assert set(Render.objects.values_list("status", "retry_count")) == {("completed", 0)}
        assert asked() == 20 + 6
        assert kinds() == ["circuit.opened", "circuit.closed"]

    def test_what_it_waits_for_is_said_on_the_step_and_in_the_log(self, settings: Any) -> None:
        alone(settings)
        claimed = opened()
        pipeline.run(claimed)
        step = Step.objects.get(pk=claimed.step_id)
        assert step.status == "sleeping"
        assert step.waits_for.startswith("No provider can be asked now. service: it is left alone until ")
        log = RenderLog.objects.filter(step_name="tts", status="skipped").get()
        assert log.error_message == step.waits_for
        attempt = Attempt.objects.get(step_id=claimed.step_id)
        assert (attempt.outcome, attempt.decision) == ("cancelled", "wait")

    def test_waiting_for_a_service_does_not_count_towards_the_runs_limit(self, settings: Any) -> None:
        alone(settings)
        claimed = opened()
        Render.objects.update(started_at=clock.now() - timedelta(seconds=settings.RENDERHUB_RUN_SECONDS - 1))
        pipeline.run(claimed)
        began = Render.objects.get(pk=claimed.render_id).started_at
        assert began is not None
        left = settings.RENDERHUB_RUN_SECONDS - (clock.now() - began).total_seconds()
        assert left > 50

    def test_a_skip_is_a_degradation_that_says_why_and_spends_no_attempt(self) -> None:
        claimed = opened()
        pipeline.run(claimed)
        step = Step.objects.get(pk=claimed.step_id)
        assert (step.status, step.provider, step.queue, step.attempt) == ("due", "local", "cpu", 0)
        assert step.degraded.startswith("service: skipped: it is left alone until ")
        assert "API_ERROR: told to answer API_ERROR" in step.degraded


class TestOpening:
    def test_it_is_told_once_with_what_to_do(self) -> None:
        claimed = opened()
        fail(claimed)
        assert kinds() == ["circuit.opened"]
        data = RenderEvent.objects.get(kind="circuit.opened").data
        assert data["name"] == "service"
        assert data["stages"] == ["tts"]
        assert data["primary"] is True
        assert data["error"] == "told to answer API_ERROR"
        assert data["remedy"]

    @pytest.mark.parametrize("code", [ErrorCode.UNAUTHORIZED, ErrorCode.QUOTA_EXCEEDED])
    def test_a_refused_key_or_used_up_quota_opens_it_with_the_first_call(self, code: ErrorCode) -> None:
        claimed = narrate()
        fail(claimed, code)
        assert kinds() == ["service.key_refused"]
        assert isinstance(steering.before_call(claimed), Skip)

    def test_one_that_is_open_for_another_reason_tells_of_the_key_once_a_try_meets_that(self) -> None:
        claimed = opened()
        with later(61):
            assert steering.before_call(claimed) == Begin()
            fail(claimed, ErrorCode.UNAUTHORIZED)
        assert kinds() == ["circuit.opened", "service.key_refused"]

    @pytest.mark.parametrize("code", [ErrorCode.SENSITIVE_CONTENT, ErrorCode.INVALID_INPUT, ErrorCode.NOT_FOUND])
    def test_refused_work_does_not(self, code: ErrorCode) -> None:
        claimed = narrate()
        for _ in range(20):
            fail(claimed, code)
        assert steering.before_call(claimed) == Begin()

    def test_an_engine_on_the_worker_has_none(self) -> None:
        pipeline.ask()
        claimed = pipeline.take_at(Stage.MANIM)
        for _ in range(20):
            fail(claimed)
        assert steering.before_call(claimed) == Begin()
        assert not CircuitRow.objects.exists()

    def test_failures_of_all_processes_count_together(self) -> None:
        claimed = narrate()
        for _ in range(5):
            circuits.board.forget()
            fail(claimed)
        circuits.board.forget()
        assert isinstance(steering.before_call(claimed), Skip)

    def test_answers_of_this_process_are_sent_with_the_next_failure(self) -> None:
        claimed = narrate()
        for _ in range(20):
            circuits.answered(claimed, probe=False)
        for _ in range(5):
            fail(claimed)
        assert steering.before_call(claimed) == Begin(), "five of twenty-five: it mostly answers"

    def test_a_late_answer_from_a_cancelled_call_is_not_counted(self) -> None:
        claimed = narrate()

        def cancelled(request: Any) -> Any:
            request.cancelled.set()
            return error(ErrorCode.UNAUTHORIZED)

        Misbehaving.plan["tts"] = [cancelled]
        pipeline.run(claimed)
        assert not CircuitRow.objects.exists()


class TestTrying:
    def test_one_call_at_a_time_tries_and_the_others_do_not(self) -> None:
        first = opened()
        second = narrate()
        with later(61):
            assert steering.before_call(first) == Begin()
            turn = steering.before_call(second)
            assert isinstance(turn, Skip)
            assert "being tried just now" in turn.reason

    def test_of_two_workers_at_once_one_gets_to_try(self) -> None:
        first = opened()
        second = narrate()
        with later(61) as now:
            answers = pipeline.in_threads(
                lambda: circuits.take_probe(first, now), lambda: circuits.take_probe(second, now)
            )
        assert sorted(answers) == [False, True]

    def test_whoever_dies_while_trying_loses_it_with_his_step(self) -> None:
        first = opened()
        second = narrate()
        with later(61):
            assert steering.before_call(first) == Begin()
            assert isinstance(steering.before_call(second), Skip)
            Step.objects.filter(pk=first.step_id).update(status="due", lease_until=None)
            assert steering.before_call(second) == Begin()

    def test_an_answer_takes_it_back(self) -> None:
        claimed = opened()
        with later(61):
            pipeline.run(claimed)
            assert Step.objects.get(pk=claimed.step_id).status == "done"
            assert steering.before_call(narrate()) == Begin()
        assert kinds() == ["circuit.opened", "circuit.closed"]

    def test_a_failure_leaves_it_alone_for_twice_as_long(self) -> None:
        claimed = opened()
        with later(61) as now:
            assert steering.before_call(claimed) == Begin()
            fail(claimed)
            row = CircuitRow.objects.get(provider="service")
            assert row.open_until == now + timedelta(seconds=120)
            assert row.probe_until is None
        assert kinds() == ["circuit.opened"], "it is told once"

    def test_a_failure_of_another_call_does_not(self) -> None:
        claimed, late = opened(), narrate()
        with later(61) as now:
            assert steering.before_call(claimed) == Begin()
            fail(late)
            assert CircuitRow.objects.get(provider="service").open_until < now  # type: ignore[operator]


class TestPauses:
    def test_one_that_asks_for_a_short_pause_is_waited_for_by_all(self) -> None:
        fail(narrate(), ErrorCode.RATE_LIMITED, retry_after=30)
        turn = steering.before_call(narrate())
        assert isinstance(turn, Wait)
        assert 29 < (turn.until - clock.now()).total_seconds() <= 30
        assert "it asked for a pause until" in turn.reason

    def test_one_that_asks_for_a_long_one_is_skipped(self) -> None:
        fail(narrate(), ErrorCode.RATE_LIMITED, retry_after=300)
        assert isinstance(steering.before_call(narrate()), Skip)
        with later(301):
            assert steering.before_call(narrate()) == Begin()
        assert kinds() == []


class TestHealth:
    def down(self, age: float = 0.0) -> None:
        at = clock.now() - timedelta(seconds=age)
        Service.objects.create(name="service", status="down", since=at, checked_at=at, error="connection refused")

    def test_a_service_that_is_down_is_skipped_straight_to_its_fallback(self) -> None:
        self.down()
        turn = steering.before_call(narrate())
        assert turn == Skip("local", "service: skipped: it is down: connection refused")

    def test_what_was_found_more_than_three_minutes_ago_is_not_believed(self) -> None:
        self.down(age=181)
        assert steering.before_call(narrate()) == Begin()

    def test_the_health_of_an_engine_on_some_worker_is_not_believed_of_all(self) -> None:
        now = clock.now()
        Service.objects.create(name="fake", status="down", since=now, checked_at=now, error="not installed")
        pipeline.ask()
        assert steering.before_call(pipeline.take_at(Stage.MANIM)) == Begin()

    def test_those_who_wait_are_woken_when_it_is_up_again(self, settings: Any, bells: list[Any]) -> None:
        from renders.health.check import Finding
        from renders.health.record import record

        alone(settings)
        self.down()
        claimed = narrate()
        pipeline.run(claimed)
        assert Step.objects.get(pk=claimed.step_id).status == "sleeping"
        bells.clear()
        record([Finding("service", ("tts",), True, 12.0, None)], whole=False)
        assert Step.objects.get(pk=claimed.step_id).status == "due"
        assert [(bell.stage, bell.queue) for bell in bells] == [("tts", "io")]

    def test_a_database_that_cannot_be_asked_keeps_no_call_from_being_made(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from django.db import OperationalError

        claimed = narrate()
        monkeypatch.setattr(circuits, "seen", lambda name: (_ for _ in ()).throw(OperationalError("gone")))
        assert steering.before_call(claimed) == Begin()
        fail(claimed)


class TestWhatItCosts:
    def test_a_step_that_calls_no_service_looks_at_nothing(self) -> None:
        pipeline.ask()
        claimed = pipeline.take_at(Stage.MANIM)
        with CaptureQueriesContext(connection) as captured:
            steering.before_call(claimed)
            steering.after_call(claimed, error(ErrorCode.API_ERROR))
        assert len(captured) == 0

    def test_a_service_that_answers_costs_one_look_in_a_while(self) -> None:
        from renders.domain.outcomes import Ok

        claimed = narrate()
        with CaptureQueriesContext(connection) as captured:
            for _ in range(50):
                assert steering.before_call(claimed) == Begin()
                steering.after_call(claimed, Ok())
        assert len(captured) == 1

    def test_a_poll_is_not_held_back(self) -> None:
        from dataclasses import replace

        claimed = opened()
        assert steering.before_call(replace(claimed, job_id="job")) == Begin()


class TestTheBudget:
    def test_a_retry_is_not_made_while_half_of_the_calls_fail_and_no_more_are_allowed(self, settings: Any) -> None:
        settings.RENDERHUB_CIRCUIT = {**settings.RENDERHUB_CIRCUIT, "failures": 1_000}
        alone(settings)
        dead()
        for number in range(10):
            pipeline.ask(f"topic {number} " * 20)
        work()
        assert asked() == 20
        with later(6):
            recovery.tick()
            work()
        assert asked() <= 22
        waiting = Step.objects.filter(stage="tts", status="sleeping").exclude(waits_for="").first()
        assert waiting is not None
        assert "half of its calls fail" in waiting.waits_for

    def test_with_a_fallback_it_goes_there_at_once(self, settings: Any) -> None:
        settings.RENDERHUB_CIRCUIT = {**settings.RENDERHUB_CIRCUIT, "failures": 1_000}
        dead()
        for number in range(10):
            pipeline.ask(f"topic {number} " * 20)
        work()
        for seconds in (11, 22, 33):
            with later(seconds):
                recovery.tick()
                work()
        assert asked() <= 1.1 * 20
        assert set(Render.objects.values_list("status", flat=True)) == {"completed"}
