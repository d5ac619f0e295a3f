"""Limits of a provider, kept by all workers together (R39)."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from renderhub.lib import clock
from renders import checks
from renders.domain.errors import ErrorCode
from renders.domain.limits import Limit, Rate, taken
from renders.domain.outcomes import Outcome
from renders.domain.stages import Stage
from renders.domain.steering import Begin, Skip, Wait
from renders.models import Attempt, CircuitRow, Render, Slot, Step
from renders.pipeline import allowance, enact, steering
from renders.pipeline.transitions import rescue
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.steps import Freed
from renders.providers.base import Request
from tests.support import pipeline
from tests.support.providers import Fake, error

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("services")]


@pytest.fixture
def services(fakes: Any, settings: Any) -> None:
    settings.RENDERHUB_PROVIDERS = {
        "fake": ("tests.support.providers.Fake", "cpu", 1),
        "service": ("tests.support.providers.Fake", "io", 6),
        "waiting": ("tests.support.providers.Slow", "io", 6),
        "local": ("tests.support.providers.Second", "cpu", 1),
    }
    settings.RENDERHUB_CHAINS = {**pipeline.FAKE_CHAINS, "tts": ["service", "local"]}


def narrations(count: int) -> list[Claimed]:
    """So many claims of narrations."""
    claims: list[Claimed] = []
    while len(claims) < count:
        claimed = pipeline.take(Stage.TTS, "io")
        if claimed is not None:
            claims.append(claimed)
        elif pipeline.run_one("cpu") is None:
            pipeline.ask(f"a topic {len(claims)} " * 20, length=180)
    return claims


class TestSoManyAtOnce:
    @pytest.fixture(autouse=True)
    def limited(self, settings: Any) -> None:
        settings.RENDERHUB_PROVIDER_LIMITS = ["service=2", "waiting=2"]

    def test_what_gets_no_slot_waits_and_spends_no_attempt(self) -> None:
        first, second, third = narrations(3)
        assert [steering.before_call(one) for one in (first, second)] == [Begin(), Begin()]
        pipeline.run(third)
        step = Step.objects.get(pk=third.step_id)
        assert (step.status, step.attempt) == ("sleeping", 0)
        assert step.waits_for == "service: 2 of its calls are under way, its limit"
        assert Attempt.objects.get(step=step).decision == "wait"

    def test_a_call_that_ends_gives_its_slot_back_by_itself(self) -> None:
        first, second, third = narrations(3)
        pipeline.run(first)
        assert steering.before_call(second) == Begin()
        assert steering.before_call(third) == Begin()
        assert allowance.in_use() == {"service": 2}

    def test_so_does_a_worker_that_dies(self) -> None:
        first, second, third = narrations(3)
        assert [steering.before_call(one) for one in (first, second)] == [Begin(), Begin()]
        Step.objects.filter(pk=first.step_id).update(status="due", lease_until=None)
        assert steering.before_call(third) == Begin()

    def test_a_stranger_with_the_same_step_later_has_no_slot_by_that(self) -> None:
        """The claim counts: a step that was put back and taken again asks anew."""
        first, second, third = narrations(3)
        assert [steering.before_call(one) for one in (first, second)] == [Begin(), Begin()]
        Step.objects.filter(pk=first.step_id).update(claim_no=first.claim_no + 1)
        assert steering.before_call(third) == Begin()

    def test_work_that_the_provider_has_in_hand_keeps_its_slot_while_the_step_sleeps(self, settings: Any) -> None:
        settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "tts": ["waiting"]}
        first, second, third = narrations(3)
        pipeline.run(first)
        assert Step.objects.get(pk=first.step_id).status == "sleeping"
        assert steering.before_call(second) == Begin()
        assert isinstance(steering.before_call(third), Wait)
        assert allowance.in_use() == {"waiting": 2}

    def test_of_many_workers_at_once_no_more_get_one_than_there_are(self) -> None:
        claims = narrations(8)
        limit = Limit(at_once=2)
        now = clock.now()
        answers = pipeline.in_threads(*[lambda one=one: allowance.take(one, limit, now, 6.0) for one in claims])
        assert sum(answer is None for answer in answers) == 2
        assert not any(isinstance(answer, Exception) for answer in answers)

    def test_a_slot_that_somebody_is_taking_is_passed_by_and_not_waited_for(self) -> None:
        first, second, third = narrations(3)
        limit, now = Limit(at_once=2), clock.now()
        Slot.objects.bulk_create(Slot(provider="service", number=number) for number in (1, 2))
        with transaction.atomic():
            assert allowance.take(first, limit, now, 6.0) is None
            assert pipeline.in_threads(lambda: allowance.take(second, limit, now, 6.0)) == [None]
        assert allowance.take(third, limit, now, 6.0) is not None

    def test_those_who_wait_look_again_one_after_the_other(self) -> None:
        claims = narrations(6)
        for one in claims[:2]:
            assert steering.before_call(one) == Begin()
        for one in claims[2:]:
            pipeline.run(one)
        times = [wake_at for wake_at in map(wakes_at, claims[2:]) if wake_at is not None]
        gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
        assert len(times) == 4
        assert all(abs(gap - 3) < 0.5 for gap in gaps), "six seconds a call, two at once"

    def test_near_the_deadline_the_next_provider_takes_it(self) -> None:
        first, second, third = narrations(3)
        assert [steering.before_call(one) for one in (first, second)] == [Begin(), Begin()]
        hurried = replace(third, due_at=clock.now() + timedelta(seconds=8))
        turn = steering.before_call(hurried)
        assert isinstance(turn, Skip)
        assert turn.provider == "local"

    def test_it_costs_one_statement_a_call_and_a_provider_without_a_limit_none(self, settings: Any) -> None:
        first, second = narrations(2)
        steering.before_call(first)
        with CaptureQueriesContext(connection) as captured:
            steering.before_call(second)
        assert len(captured) == 1
        settings.RENDERHUB_PROVIDER_LIMITS = []
        with CaptureQueriesContext(connection) as captured:
            steering.before_call(second)
        assert len(captured) == 0


class TestTheNextOne:
    """Who waits for a slot gets it when a call ends, whatever time he was told."""

    @pytest.fixture(autouse=True)
    def limited(self, settings: Any) -> None:
        settings.RENDERHUB_PROVIDER_LIMITS = ["service=1"]

    def test_it_is_due_as_soon_as_a_call_ends_the_most_urgent_first(self, bells: list[Any]) -> None:
        first, second, third = narrations(3)
        assert steering.before_call(first) == Begin()
        Step.objects.filter(pk=third.step_id).update(rank=third.rank - 100)
        for waiting in (second, third):
            pipeline.run(waiting)
        assert enact.failed(first, error(ErrorCode.API_ERROR).error)[1] == [Freed("tts", "io")]
        assert [status(one) for one in (second, third)] == ["sleeping", "due"]
        claimed = pipeline.run_one("io")
        assert claimed is not None
        assert (claimed.step_id, status(claimed)) == (third.step_id, "done")
        assert status(second) == "due", "and so on"

    def test_no_more_are_woken_than_there_are_slots(self, settings: Any) -> None:
        settings.RENDERHUB_PROVIDER_LIMITS = ["service=2"]
        claims = narrations(6)
        for one in claims[:2]:
            assert steering.before_call(one) == Begin()
        for one in claims[2:]:
            pipeline.run(one)
        for _ in range(3):
            assert allowance.call_next("service") == []
        enact.failed(claims[0], error(ErrorCode.API_ERROR).error)
        for _ in range(3):
            allowance.attend()
        assert [status(one) for one in claims[2:]] == ["due", "sleeping", "sleeping", "sleeping"]

    def test_nobody_passes_by_one_who_waits_and_is_more_urgent(self) -> None:
        first, second, third = narrations(3)
        assert steering.before_call(first) == Begin()
        pipeline.run(second)
        enact.failed(first, error(ErrorCode.API_ERROR).error)
        assert status(second) == "due", "it is not claimed yet"
        assert isinstance(steering.before_call(third), Wait)
        claimed = pipeline.take(Stage.TTS, "io")
        assert claimed is not None
        assert steering.before_call(claimed) == Begin()

    def test_whom_nobody_takes_up_keeps_no_slot_free(self) -> None:
        first, second, third = narrations(3)
        assert steering.before_call(first) == Begin()
        pipeline.run(second)
        enact.failed(first, error(ErrorCode.API_ERROR).error)
        pipeline.let_pass(6)
        assert steering.before_call(third) == Begin()

    def test_a_call_that_ends_just_before_somebody_sleeps_wakes_him_all_the_same(self) -> None:
        first, second = narrations(2)
        assert steering.before_call(first) == Begin()
        refused = steering.before_call(second)
        assert isinstance(refused, Wait)
        enact.failed(first, error(ErrorCode.API_ERROR).error)
        assert enact.turned(second, refused).freed == [Freed("tts", "io")]
        assert status(second) == "due"

    def test_the_keeper_calls_who_waits_for_the_slot_of_a_worker_that_died(self, bells: list[Any]) -> None:
        first, second = narrations(2)
        assert steering.before_call(first) == Begin()
        pipeline.run(second)
        allowance.attend()
        assert status(second) == "sleeping"
        Step.objects.filter(pk=first.step_id).update(status="due", lease_until=None, due_since=clock.now())
        allowance.attend()
        assert status(second) == "due"
        assert bells[-1] == Freed("tts", "io")

    def test_work_that_a_provider_has_in_hand_is_not_woken_by_it(self, settings: Any) -> None:
        settings.RENDERHUB_PROVIDER_LIMITS = ["waiting=2"]
        settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "tts": ["waiting"]}
        (first,) = narrations(1)
        Step.objects.filter(pk=first.step_id).update(wants_slot=True)
        pipeline.run(first)
        allowance.attend()
        assert status(first) == "sleeping"

    def test_a_service_that_is_back_wakes_those_who_wait_for_it_and_not_for_a_slot(self) -> None:
        first, second = narrations(2)
        assert steering.before_call(first) == Begin()
        pipeline.run(second)
        assert rescue.wake_waiting(["tts"]) == []

    def test_the_wait_is_work_and_does_not_count_towards_the_runs_limit(self) -> None:
        first, second = narrations(2)
        began = Render.objects.get(pk=second.render_id).started_at
        assert steering.before_call(first) == Begin()
        pipeline.run(second)
        assert Render.objects.get(pk=second.render_id).started_at == began
        pipeline.let_pass(3000)
        Step.objects.filter(pk=second.step_id).update(wants_slot=False)
        assert [render for render, *_ in rescue.out_of_time(2700)] == [second.render_id]
        Step.objects.filter(pk=second.step_id).update(wants_slot=True)
        assert rescue.out_of_time(2700) == []
        enact.failed(first, error(ErrorCode.API_ERROR).error)
        assert status(second) == "due"
        assert rescue.out_of_time(2700) == [], "it has only begun"
        pipeline.let_pass(3000)
        assert rescue.out_of_time(2700)

    def test_a_provider_without_a_limit_costs_no_statement(self, settings: Any) -> None:
        settings.RENDERHUB_PROVIDER_LIMITS = ["service=9/s"]
        with CaptureQueriesContext(connection) as captured:
            assert allowance.call_next("service") == []
            assert allowance.call_next("local") == []
        assert len(captured) == 0

    @pytest.mark.parametrize("at_once", [1, 3])
    def test_ten_calls_side_by_side_take_as_long_as_they_do_and_none_starves(
        self, settings: Any, fakes: Any, at_once: int
    ) -> None:
        """Six workers and no keeper. It took a look of the keeper and up to a minute for each before."""
        settings.RENDERHUB_PROVIDER_LIMITS = [f"service={at_once}"]
        counted = Counted(0.1 if at_once == 1 else 0.03)
        fakes.plan["tts"] = [counted] * 10
        claims = narrations(10)
        Step.objects.filter(pk__in=[one.step_id for one in claims]).update(
            status="due", claim_no=0, attempt=0, lease_until=None, due_since=clock.now()
        )
        Attempt.objects.filter(step__stage="tts").delete()
        others = Step.objects.filter(stage="tts").exclude(pk__in=[one.step_id for one in claims])
        others.update(status="cancelled", due_since=None)
        began = time.monotonic()
        assert pipeline.in_threads(*[lambda: work_until(counted, 10, began + 20)] * 6) == [None] * 6
        assert counted.ended == 10, "one second of calls, and 20 to make them in"
        assert 1 <= counted.most <= at_once
        done = Step.objects.filter(pk__in=[one.step_id for one in claims], status="done")
        assert done.count() == 10


class Counted:
    """Calls that take a while; how many were under way at once, and how many have ended."""

    def __init__(self, seconds: float) -> None:
        self._lock, self._seconds, self._nobody = threading.Lock(), seconds, threading.Event()
        self.now = self.most = self.ended = 0

    def __call__(self, request: Request) -> Outcome:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self._nobody.wait(self._seconds)
        with self._lock:
            self.now -= 1
            self.ended += 1
        return Fake()._tts(request)


def work_until(counted: Counted, count: int, until: float) -> None:
    """As a worker does: whatever is due, until so many calls have ended."""
    nobody = threading.Event()
    while counted.ended < count and time.monotonic() < until:
        if pipeline.run_one("io") is None:
            nobody.wait(0.01)


def status(claimed: Claimed) -> str:
    return Step.objects.get(pk=claimed.step_id).status


def wakes_at(claimed: Claimed) -> datetime | None:
    return Step.objects.get(pk=claimed.step_id).wake_at


class TestSoManyInAWhile:
    def test_what_is_over_the_rate_waits_its_turn(self, settings: Any) -> None:
        settings.RENDERHUB_PROVIDER_LIMITS = ["service=3/min"]
        claims = narrations(3)
        with clock.frozen(clock.now()):
            turns = [steering.before_call(one) for one in claims]
        assert isinstance(turns[0], Begin)
        waits = [(turn.until - clock.now()).total_seconds() for turn in turns[1:] if isinstance(turn, Wait)]
        assert [round(wait) for wait in waits] == [20, 40]

    def test_of_many_workers_at_once_no_more_call_than_may(self, settings: Any) -> None:
        claims = narrations(8)
        limit, now = Limit(rate=Rate(30, 60)), clock.now()
        answers = pipeline.in_threads(*[lambda one=one: allowance.take(one, limit, now, 6.0) for one in claims])
        assert sum(answer is None for answer in answers) == limit.rate.burst  # type: ignore[union-attr]

    @hypothesis(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.integers(1, 700), st.sampled_from([1.0, 60.0]), st.lists(st.floats(0, 3), min_size=1, max_size=8))
    def test_the_database_does_the_same_sums_as_the_domain(self, calls: int, seconds: float, gaps: list[float]) -> None:
        CircuitRow.objects.all().delete()
        rate, now, full_at = Rate(calls, seconds), clock.now(), None
        for gap in gaps:
            now += timedelta(seconds=gap * rate.interval)
            expected, full_at = taken(full_at, now, rate)
            assert allowance._take_call("service", rate, now) is expected


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("service=lots", "PROVIDER_LIMITS: 'service=lots'"),
        ("local=5", "local: no provider of that name calls a service"),
    ],
)
def test_a_limit_that_cannot_work_is_said_at_start(settings: Any, written: str, told: str) -> None:
    settings.RENDERHUB_PROVIDER_LIMITS = [written]
    (problem,) = checks.check_limits()
    assert told in str(problem.msg)


def test_limits_that_can_are_not(settings: Any) -> None:
    settings.RENDERHUB_PROVIDER_LIMITS = ["service=5", "service=600/min"]
    assert checks.check_limits() == []
