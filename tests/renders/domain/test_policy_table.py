"""SPEC R31's table, cell by cell, as it is written there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.policy import (
    Candidate,
    Decision,
    GiveUp,
    Limits,
    NextProvider,
    Placeholder,
    Requeue,
    Retry,
    Situation,
    decide,
)

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
FIRST, SECOND = Candidate("first", expected=10, kind="scene"), Candidate("second", expected=5, kind="scene")
STILL = Candidate("still", expected=1, kind="still")
ALONE = Situation(current=FIRST, attempt=1, rest=(), makes_asset=False, requeues=0, now=NOW, jitter=0.5)
STAGE = replace(ALONE, rest=(SECOND,))
LAST = replace(ALONE, attempt=3)
ASSET = replace(ALONE, makes_asset=True)

PASSING = [
    ErrorCode.TRANSIENT_PROVIDER_ERROR,
    ErrorCode.PROVIDER_FAILURE,
    ErrorCode.TIMEOUT,
    ErrorCode.API_ERROR,
    ErrorCode.UNKNOWN,
]
OPERATORS = [ErrorCode.UNAUTHORIZED, ErrorCode.QUOTA_EXCEEDED, ErrorCode.NOT_FOUND]
REQUEUED = Requeue(NOW + timedelta(minutes=5))


def error(code: ErrorCode, **more: object) -> GenerationError:
    return GenerationError(code, "first", "it said no", **more)  # type: ignore[arg-type]


def after(code: ErrorCode, situation: Situation, **more: object) -> Decision:
    return decide(error(code, **more), situation)


def in_seconds(seconds: float) -> Retry:
    return Retry(NOW + timedelta(seconds=seconds))


def test_every_code_stands_in_one_row_of_the_table() -> None:
    rows = [ErrorCode.RATE_LIMITED, *PASSING, *OPERATORS, ErrorCode.SENSITIVE_CONTENT, ErrorCode.INVALID_INPUT]
    assert sorted(rows) == sorted(ErrorCode)


# RATE_LIMITED | after its Retry-After | at once if the wait is over the cap or the deadline is near | requeue


def test_rate_limited_is_asked_again_after_its_retry_after() -> None:
    assert after(ErrorCode.RATE_LIMITED, STAGE, retry_after=20.0) == in_seconds(20)


def test_rate_limited_with_a_wait_of_exactly_the_cap_is_still_waited_for() -> None:
    assert after(ErrorCode.RATE_LIMITED, STAGE, retry_after=60.0) == in_seconds(60)


def test_rate_limited_goes_to_the_next_provider_at_once_when_the_wait_is_over_the_cap() -> None:
    assert isinstance(after(ErrorCode.RATE_LIMITED, STAGE, retry_after=60.1), NextProvider)


def test_rate_limited_goes_to_the_next_provider_at_once_when_the_deadline_is_near() -> None:
    near = replace(STAGE, deadline=NOW + timedelta(seconds=29))  # 20 to wait and 10 to work
    assert isinstance(after(ErrorCode.RATE_LIMITED, near, retry_after=20.0), NextProvider)
    assert after(ErrorCode.RATE_LIMITED, replace(near, rest=()), retry_after=20.0) == in_seconds(20)


@pytest.mark.parametrize("situation", [LAST, replace(LAST, makes_asset=True)], ids=["stage", "asset"])
def test_rate_limited_with_no_provider_left_requeues(situation: Situation) -> None:
    assert after(ErrorCode.RATE_LIMITED, situation) == REQUEUED


def test_a_requeue_does_not_undercut_a_long_retry_after() -> None:
    assert after(ErrorCode.RATE_LIMITED, ALONE, retry_after=1800.0) == Requeue(NOW + timedelta(minutes=30))


def test_rate_limited_with_every_requeue_used_up_ends() -> None:
    done = replace(LAST, requeues=3)
    assert isinstance(after(ErrorCode.RATE_LIMITED, done), GiveUp)
    assert after(ErrorCode.RATE_LIMITED, replace(done, makes_asset=True)) == Placeholder(needs_prompt_update=False)


# TRANSIENT, FAILURE, TIMEOUT, API_ERROR, UNKNOWN | with backoff, up to the limit | then | placeholder / requeue


@pytest.mark.parametrize("code", PASSING)
def test_a_passing_fault_is_asked_again_with_backoff(code: ErrorCode) -> None:
    assert after(code, STAGE) == in_seconds(2.5)  # 5 s, jitter of one half
    assert after(code, replace(STAGE, attempt=2)) == in_seconds(5)


@pytest.mark.parametrize("code", PASSING)
def test_a_passing_fault_goes_to_the_next_provider_after_three_attempts(code: ErrorCode) -> None:
    decision = after(code, replace(STAGE, attempt=3))
    assert isinstance(decision, NextProvider)
    assert decision.provider == "second"
    assert code.value in decision.reason, "a degradation says why (R1)"


@pytest.mark.parametrize("code", PASSING)
def test_a_passing_fault_with_no_provider_left_makes_a_placeholder_or_requeues(code: ErrorCode) -> None:
    assert after(code, replace(LAST, makes_asset=True)) == Placeholder(needs_prompt_update=False)
    assert after(code, LAST) == REQUEUED


# UNAUTHORIZED, QUOTA_EXCEEDED, NOT_FOUND | never | at once | placeholder / requeue with that remedy


@pytest.mark.parametrize("code", OPERATORS)
def test_what_the_operator_must_cure_goes_to_the_next_provider_at_once(code: ErrorCode) -> None:
    assert isinstance(after(code, STAGE), NextProvider)


@pytest.mark.parametrize("code", OPERATORS)
def test_what_the_operator_must_cure_with_no_provider_left(code: ErrorCode) -> None:
    assert after(code, ASSET) == Placeholder(needs_prompt_update=False)
    assert after(code, ALONE) == REQUEUED
    given_up = after(code, replace(ALONE, requeues=3))
    assert isinstance(given_up, GiveUp)
    assert error(code).what_to_do in given_up.reason


# SENSITIVE_CONTENT | never | only another kind of visual | needs_prompt_update / fails for good


def test_refused_content_never_goes_to_another_model_of_the_same_kind() -> None:
    same = replace(ASSET, rest=(SECOND,))
    assert after(ErrorCode.SENSITIVE_CONTENT, same) == Placeholder(needs_prompt_update=True)


def test_refused_content_goes_to_another_kind_of_visual() -> None:
    decision = after(ErrorCode.SENSITIVE_CONTENT, replace(ASSET, rest=(SECOND, STILL)))
    assert isinstance(decision, NextProvider)
    assert decision.provider == "still"


def test_refused_content_where_kinds_are_not_told_apart_goes_nowhere() -> None:
    voices = replace(ASSET, current=Candidate("a4f"), rest=(Candidate("edge"), Candidate("espeak")))
    assert after(ErrorCode.SENSITIVE_CONTENT, voices) == Placeholder(needs_prompt_update=True)


def test_refused_content_of_a_stage_fails_for_good_and_says_what_to_do() -> None:
    decision = after(ErrorCode.SENSITIVE_CONTENT, STAGE)
    assert isinstance(decision, GiveUp)
    assert "Change the wording" in decision.reason


# INVALID_INPUT | never | at once (another may accept it) | needs_prompt_update / fails for good


def test_invalid_input_goes_to_the_next_provider_at_once() -> None:
    assert isinstance(after(ErrorCode.INVALID_INPUT, STAGE), NextProvider)


def test_invalid_input_with_no_provider_left() -> None:
    assert after(ErrorCode.INVALID_INPUT, ASSET) == Placeholder(needs_prompt_update=True)
    assert isinstance(after(ErrorCode.INVALID_INPUT, ALONE), GiveUp)


# R35 to R38


def test_the_backoff_doubles_and_is_capped() -> None:
    many = replace(ALONE, limits=Limits(attempts=99), jitter=1.0)
    waits = [after(ErrorCode.TIMEOUT, replace(many, attempt=attempt)) for attempt in range(1, 8)]
    assert waits == [in_seconds(seconds) for seconds in (5, 10, 20, 40, 60, 60, 60)]


@pytest.mark.parametrize(("said", "attempt", "again"), [(1, 1, False), (2, 1, True), (2, 2, False), (9, 3, False)])
def test_a_provider_may_say_that_more_attempts_are_useless_but_never_gets_more(
    said: int, attempt: int, again: bool
) -> None:
    decision = after(ErrorCode.API_ERROR, replace(STAGE, attempt=attempt), max_attempts=said)
    assert isinstance(decision, Retry) is again


def test_unhealthy_providers_are_skipped() -> None:
    sick = replace(STAGE, rest=(replace(SECOND, healthy=False), STILL), attempt=3)
    decision = after(ErrorCode.TIMEOUT, sick)
    assert isinstance(decision, NextProvider)
    assert decision.provider == "still"
    assert after(ErrorCode.TIMEOUT, replace(sick, rest=(replace(SECOND, healthy=False),))) == REQUEUED


def test_near_the_deadline_the_fastest_provider_is_taken() -> None:
    near = replace(STAGE, attempt=3, rest=(SECOND, STILL), deadline=NOW + timedelta(seconds=4))
    decision = after(ErrorCode.TIMEOUT, near)
    assert isinstance(decision, NextProvider)
    assert decision.provider == "still"


def test_what_comes_after_the_stage_counts_against_the_deadline() -> None:
    near = replace(STAGE, deadline=NOW + timedelta(seconds=60), after=50.0)  # 2.5 to wait, 10 to work
    assert isinstance(after(ErrorCode.TIMEOUT, near), NextProvider)
    assert after(ErrorCode.TIMEOUT, replace(near, after=40.0)) == in_seconds(2.5)


@pytest.mark.parametrize("absurd", [1e9, 1e18, float("inf")])
@pytest.mark.parametrize("code", [ErrorCode.RATE_LIMITED, ErrorCode.API_ERROR])
def test_a_wait_of_years_is_a_failure_and_not_a_requeue(code: ErrorCode, absurd: float) -> None:
    assert isinstance(after(code, ALONE, retry_after=absurd), GiveUp)
    assert after(code, ASSET, retry_after=absurd) == Placeholder(needs_prompt_update=False)
