"""Whom to ask for a step that was claimed (R10, R38, R39)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.policy import Candidate, NextProvider, Retry, Situation, decide
from renders.domain.steering import Begin, GoWithout, Skip, Wait, before_call

START = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
SECONDS = st.floats(0, 2_000)
offsets = st.none() | st.floats(-100, 1_000).map(lambda s: START + timedelta(seconds=s))
chains = st.lists(
    st.builds(Candidate, st.just(""), st.booleans(), SECONDS, why=st.just("why"), free_at=offsets),
    min_size=1,
    max_size=4,
).map(lambda drawn: tuple(replace(one, name=f"p{n}") for n, one in enumerate(drawn)))
situations = st.builds(
    lambda chain, **rest: Situation(current=chain[0], rest=chain[1:], requeues=0, now=START, **rest),
    chain=chains,
    attempt=st.integers(1, 3),
    makes_asset=st.booleans(),
    optional=st.booleans(),
    deadline=st.none() | st.floats(-1_000, 3_000).map(lambda s: START + timedelta(seconds=s)),
    after=SECONDS,
)


def situation(*chain: Candidate, left: float | None = None, after: float = 0.0, **more: object) -> Situation:
    deadline = None if left is None else START + timedelta(seconds=left)
    known = {"attempt": 1, "makes_asset": True, "requeues": 0, **more}
    return Situation(current=chain[0], rest=chain[1:], now=START, deadline=deadline, after=after, **known)  # type: ignore[arg-type]


@given(situations)
def test_whoever_is_asked_is_healthy_and_has_a_call_to_give(one: Situation) -> None:
    turn = before_call(one)
    if isinstance(turn, Begin):
        assert one.current.healthy
        assert one.current.free_at is None or one.current.free_at <= one.now
    if isinstance(turn, Skip):
        chosen = next(other for other in one.rest if other.name == turn.provider)
        assert chosen.healthy
        assert turn.reason.startswith(f"{one.current.name}: skipped: ")
    if isinstance(turn, Wait):
        assert turn.until > one.now
        assert turn.reason
        if not one.current.healthy:
            assert not any(other.healthy for other in one.rest), "nobody waits while somebody healthy is there"
    if isinstance(turn, GoWithout):
        assert one.makes_asset


@given(situations)
def test_a_chain_of_skips_ends(one: Situation) -> None:
    chain = (one.current, *one.rest)
    for _ in chain:
        turn = before_call(one)
        if not isinstance(turn, Skip):
            return
        place = [other.name for other in chain].index(turn.provider)
        one = replace(one, current=chain[place], rest=chain[place + 1 :])
    raise AssertionError("it went round")


@given(situations)
def test_with_no_deadline_a_healthy_and_free_primary_is_always_asked(one: Situation) -> None:
    free = replace(one, deadline=None, current=replace(one.current, healthy=True, free_at=None))
    assert before_call(free) == Begin()


class TestTheDeadline:
    SLOW, FAST = Candidate("slow", expected=100), Candidate("fast", expected=5)

    def test_with_time_enough_the_primary_is_asked(self) -> None:
        assert before_call(situation(self.SLOW, self.FAST, left=131, after=30)) == Begin()

    def test_with_too_little_the_faster_one_is_and_it_says_why(self) -> None:
        turn = before_call(situation(self.SLOW, self.FAST, left=129, after=30))
        assert turn == Skip(
            "fast",
            "slow: skipped: 129 s are left, it is expected to need 100 s, and what comes after it 30 s; fast is faster",
        )

    def test_nobody_is_skipped_for_one_that_is_no_faster_or_not_healthy(self) -> None:
        same, ill = Candidate("same", expected=100), replace(self.FAST, healthy=False)
        assert before_call(situation(self.SLOW, same, ill, left=10)) == Begin()

    def test_what_is_late_already_is_made_as_fast_as_may_be(self) -> None:
        turn = before_call(situation(self.SLOW, self.FAST, left=-10))
        assert isinstance(turn, Skip)
        assert "it is 10 s late" in turn.reason


class TestNobodyIsThere:
    ILL = Candidate("ill", healthy=False, why="it is down", free_at=START + timedelta(seconds=30))

    def test_a_stage_waits_for_the_first_that_may_be_back(self) -> None:
        sooner = replace(self.ILL, name="sooner", free_at=START + timedelta(seconds=20))
        turn = before_call(situation(self.ILL, sooner, makes_asset=False))
        assert isinstance(turn, Wait)
        assert turn.until == sooner.free_at
        assert turn.reason == "No provider can be asked now. ill: it is down; sooner: it is down"

    def test_an_asset_waits_as_well_while_there_is_time(self) -> None:
        assert isinstance(before_call(situation(self.ILL)), Wait)
        assert isinstance(before_call(situation(self.ILL, left=31)), Wait)

    def test_an_asset_that_would_come_too_late_is_gone_without(self) -> None:
        assert isinstance(before_call(situation(self.ILL, left=31, after=2)), GoWithout)
        assert isinstance(before_call(situation(self.ILL, left=31, after=2, makes_asset=False)), Wait)

    def test_what_is_late_already_is_waited_for(self) -> None:
        assert isinstance(before_call(situation(self.ILL, left=-1)), Wait)

    def test_nobody_waits_for_music(self) -> None:
        assert isinstance(before_call(situation(self.ILL, optional=True)), GoWithout)


class TestNoCallToGive:
    BUSY = Candidate("busy", why="its limit", free_at=START + timedelta(seconds=30))
    OTHER = Candidate("other", expected=1)

    def test_it_is_waited_for(self) -> None:
        assert before_call(situation(self.BUSY, self.OTHER)) == Wait(START + timedelta(seconds=30), "busy: its limit")

    def test_unless_that_takes_longer_than_a_backoff_ever_does(self) -> None:
        long = replace(self.BUSY, free_at=START + timedelta(seconds=61))
        assert before_call(situation(long, self.OTHER)) == Skip("other", "busy: skipped: its limit")
        assert isinstance(before_call(situation(long)), Wait)

    def test_unless_the_deadline_is_near(self) -> None:
        assert isinstance(before_call(situation(self.BUSY, self.OTHER, left=29)), Skip)


class TestAfterAFailure:
    """`policy.decide` looks at the same things."""

    FAILED = GenerationError(ErrorCode.API_ERROR, "p", "down")

    def test_a_service_that_is_left_alone_now_is_not_waited_for_while_a_fallback_is_there(self) -> None:
        ill, other = Candidate("ill", healthy=False), Candidate("other")
        assert isinstance(decide(self.FAILED, situation(ill, other)), NextProvider)
        assert isinstance(decide(self.FAILED, situation(ill)), Retry)

    def test_one_that_is_not_worth_another_call_neither(self) -> None:
        one, other = Candidate("one"), Candidate("other")
        assert isinstance(decide(self.FAILED, situation(one, other)), Retry)
        assert isinstance(decide(self.FAILED, situation(one, other, may_retry=False)), NextProvider)
        assert isinstance(decide(self.FAILED, situation(one, may_retry=False)), Retry)
