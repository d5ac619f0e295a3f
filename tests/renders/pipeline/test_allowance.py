"""Limits of a provider, kept by all workers together (R39)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
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
from renders.domain.limits import Limit, Rate, taken
from renders.domain.stages import Stage
from renders.domain.steering import Begin, Skip, Wait
from renders.models import Attempt, CircuitRow, Slot, Step
from renders.pipeline import allowance, steering
from renders.pipeline.transitions.claim import Claimed
from tests.support import pipeline

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
        answers = pipeline.in_threads(*[lambda one=one: allowance.take(one, limit, now, 6.0) for one in claims])  # type: ignore[misc]
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
        turns = [steering.before_call(one) for one in claims]
        times = [turn.until for turn in turns if isinstance(turn, Wait)]
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
        answers = pipeline.in_threads(*[lambda one=one: allowance.take(one, limit, now, 6.0) for one in claims])  # type: ignore[misc]
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
