"""The policy as a whole: whatever fails, in whatever order, a chain of decisions ends and keeps its promises (I6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from renders.domain.errors import OPERATOR_ACTS, USER_ACTS, ErrorCode, GenerationError
from renders.domain.policy import (
    LONGEST_WAIT,
    Candidate,
    Decision,
    GiveUp,
    Limits,
    NextProvider,
    Placeholder,
    Requeue,
    Retry,
    Situation,
    backoff,
    decide,
    hold_reason,
)

START = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
SECONDS = st.floats(0, 2_000)

failures = st.builds(
    GenerationError,
    code=st.sampled_from(ErrorCode),
    provider=st.just("p"),
    message=st.text(max_size=20),
    retry_after=st.none() | st.floats(0, 200) | st.floats(),
    max_attempts=st.none() | st.integers(0, 6),
)
limits = st.builds(
    Limits,
    attempts=st.integers(1, 4),
    backoff_base=st.floats(0, 20),
    backoff_factor=st.floats(1, 10),
    backoff_cap=st.floats(0, 120),
    requeues=st.integers(0, 3),
    requeue_delay=st.floats(0, 600),
)
kinds = st.sampled_from(["", "scene", "image", "still"])
chains = st.lists(st.tuples(st.booleans(), SECONDS, kinds), min_size=1, max_size=4).map(
    lambda drawn: tuple(Candidate(f"p{n}", *one) for n, one in enumerate(drawn))
)
situations = st.builds(
    lambda chain, **rest: Situation(current=chain[0], rest=chain[1:], **rest),
    chain=chains,
    attempt=st.integers(1, 6),
    makes_asset=st.booleans(),
    requeues=st.integers(0, 4),
    now=st.just(START),
    limits=limits,
    deadline=st.none() | st.floats(-1_000, 3_000).map(lambda s: START + timedelta(seconds=s)),
    after=SECONDS,
    jitter=st.floats(0, 1, exclude_max=True),
)


@given(failures, situations)
def test_what_must_not_be_asked_again_is_not(failure: GenerationError, situation: Situation) -> None:
    decision = decide(failure, situation)
    if failure.code in USER_ACTS | OPERATOR_ACTS:
        assert not isinstance(decision, Retry)
    if failure.code in USER_ACTS:
        assert not isinstance(decision, Requeue)


@given(failures, situations)
def test_a_retry_after_is_never_undercut(failure: GenerationError, situation: Situation) -> None:
    used_up = replace(situation, rest=(), attempt=situation.limits.attempts, requeues=0)
    for one in (situation, used_up):
        decision = decide(failure, one)
        if isinstance(decision, Retry | Requeue) and failure.retry_after is not None and failure.retry_after >= 0:
            assert decision.at >= one.now + timedelta(seconds=failure.retry_after)


@given(failures, situations)
def test_no_decision_lies_in_the_past_or_beyond_what_somebody_would_wait_for(
    failure: GenerationError, situation: Situation
) -> None:
    decision = decide(failure, situation)
    if isinstance(decision, Retry):
        assert timedelta() <= decision.at - situation.now <= timedelta(seconds=situation.limits.backoff_cap)
    if isinstance(decision, Requeue):
        least = timedelta(seconds=situation.limits.requeue_delay)
        assert least <= decision.at - situation.now <= timedelta(seconds=LONGEST_WAIT)


@given(failures, situations)
def test_attempts_requeues_and_the_providers_own_word_are_kept_to(
    failure: GenerationError, situation: Situation
) -> None:
    decision = decide(failure, situation)
    if isinstance(decision, Retry):
        assert situation.attempt < situation.limits.attempts
        assert failure.max_attempts is None or situation.attempt < failure.max_attempts
    if isinstance(decision, Requeue):
        assert situation.requeues < situation.limits.requeues


@given(failures, situations)
def test_the_next_provider_is_healthy_and_comes_later_in_the_chain(
    failure: GenerationError, situation: Situation
) -> None:
    decision = decide(failure, situation)
    if isinstance(decision, NextProvider):
        chosen = next(one for one in situation.rest if one.name == decision.provider)
        assert chosen.healthy
        if failure.code is ErrorCode.SENSITIVE_CONTENT:
            assert chosen.kind not in ("", situation.current.kind)
    elif not isinstance(decision, Retry) and failure.code is not ErrorCode.SENSITIVE_CONTENT:
        assert not any(one.healthy for one in situation.rest), "nobody gives up while somebody healthy is left"


@given(failures, situations)
def test_nobody_waits_past_the_deadline_while_a_fallback_is_there(
    failure: GenerationError, situation: Situation
) -> None:
    passing = replace(failure, code=ErrorCode.TIMEOUT, max_attempts=None)
    spare = replace(
        situation, attempt=1, rest=(Candidate("spare"), *situation.rest), deadline=situation.deadline or START
    )
    for one in (situation, spare):
        decision = decide(passing, one)
        fallback = any(candidate.healthy for candidate in one.rest)
        if isinstance(decision, Retry) and fallback and one.deadline is not None:
            needed = timedelta(seconds=one.current.expected + one.after)
            assert decision.at + needed <= one.deadline + timedelta(milliseconds=1)


@given(failures, situations)
def test_placeholders_are_for_assets_and_failures_for_stages(failure: GenerationError, situation: Situation) -> None:
    decision = decide(failure, situation)
    if isinstance(decision, Placeholder):
        assert situation.makes_asset
        assert decision.needs_prompt_update is (failure.code in USER_ACTS)
    if isinstance(decision, GiveUp):
        assert not situation.makes_asset, "an asset never ends its render (R51)"
        assert failure.what_to_do.strip() in decision.reason


@given(st.integers(-3, 10**6), limits, st.floats(0, 1))
def test_the_jitter_draws_from_nothing_to_the_capped_wait(attempt: int, numbers: Limits, jitter: float) -> None:
    wait = backoff(attempt, numbers, jitter)
    assert 0 <= wait <= numbers.backoff_cap
    assert wait <= backoff(attempt, numbers, 1.0)
    assert backoff(attempt + 1, numbers, 1.0) >= backoff(attempt, numbers, 1.0)


@settings(max_examples=settings.default.max_examples * 2)
@given(chains, limits, st.booleans(), st.floats(-600, 7_200) | st.none(), st.lists(failures, min_size=1, max_size=12))
def test_a_chain_of_decisions_always_ends(
    chain: tuple[Candidate, ...], numbers: Limits, makes_asset: bool, due: float | None, met: list[GenerationError]
) -> None:
    """Each call fails with the next failure, round and round, until the policy says that it is over."""
    deadline = None if due is None else START + timedelta(seconds=due)
    most = (numbers.requeues + 1) * len(chain) * numbers.attempts
    asked: Counter[tuple[int, str]] = Counter()
    requeues = 0
    last: Decision | None = None
    for provider, requeues, decision in simulate(chain, numbers, makes_asset, deadline, met):
        asked[requeues, provider] += 1
        last = decision
        assert sum(asked.values()) <= most
    assert isinstance(last, GiveUp | Placeholder)
    assert max(asked.values()) <= numbers.attempts
    assert requeues <= numbers.requeues


def simulate(
    chain: tuple[Candidate, ...],
    numbers: Limits,
    makes_asset: bool,
    deadline: datetime | None,
    met: list[GenerationError],
) -> Iterator[tuple[str, int, Decision]]:
    """Provider, requeues so far and decision of each call."""
    place, attempt, requeues, now, calls = 0, 1, 0, START, 0
    while True:
        situation = Situation(
            current=chain[place],
            attempt=attempt,
            rest=chain[place + 1 :],
            makes_asset=makes_asset,
            requeues=requeues,
            now=now,
            limits=numbers,
            deadline=deadline,
            jitter=0.5,
        )
        decision = decide(met[calls % len(met)], situation)
        yield chain[place].name, requeues, decision
        calls += 1
        match decision:
            case Retry(at):
                now, attempt = at, attempt + 1
            case NextProvider(provider):
                place, attempt = [one.name for one in chain].index(provider), 1
            case Requeue(at):
                now, place, attempt, requeues = at, 0, 1, requeues + 1
            case _:
                return


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_a_video_is_held_for_a_missing_narration_or_more_than_a_third_of_the_visuals(
    missing: int, visuals: int, narrations: int
) -> None:
    missing = min(missing, visuals)
    held = hold_reason(missing, visuals, narrations)
    assert (held is not None) is (narrations > 0 or missing * 3 > visuals)
