from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import policy
from alerts.outcomes import NotSent, Sent, Verdict
from alerts.vocabulary import DeliveryState as State

OUTCOMES = st.one_of(
    st.just(Sent("ok")),
    st.builds(NotSent, st.sampled_from(Verdict), st.just("no"), st.just(""), st.none() | st.floats(1, 86_400)),
)


def later(retry_after: float | None = None) -> NotSent:
    return NotSent(Verdict.LATER, "503", "", retry_after)


def test_what_was_taken_mends_its_channel() -> None:
    result = policy.settled(Sent("ok"), 1, 0)
    assert (result.state, result.mends_channel) == (State.SENT, True)


def test_what_was_taken_after_a_doubt_is_uncertain() -> None:
    assert policy.settled(Sent("ok"), 2, 1).state is State.UNCERTAIN


def test_a_refused_message_is_not_its_channels_fault() -> None:
    result = policy.settled(NotSent(Verdict.MESSAGE, "400"), 1, 0)
    assert (result.state, result.breaks_channel) == (State.FAILED, False)


def test_a_refused_channel_is_broken() -> None:
    result = policy.settled(NotSent(Verdict.CHANNEL, "410"), 1, 0)
    assert (result.state, result.breaks_channel) == (State.FAILED, True)


def test_it_is_tried_again_for_hours_and_then_given_up() -> None:
    waits = []
    for attempt in range(1, policy.ATTEMPTS + 1):
        result = policy.settled(later(), attempt, 0)
        if result.state is State.FAILED:
            break
        waits.append(result.wait)
    assert attempt == policy.ATTEMPTS
    assert 2 * 3600 < sum(waits) < 4 * 3600
    assert waits == sorted(waits)


@given(st.floats(1, 86_400), st.integers(1, 50))
def test_a_retry_after_is_never_undercut_and_spends_no_try(asked: float, attempts: int) -> None:
    result = policy.settled(later(asked), attempts, 0)
    assert result.state is State.PENDING
    assert result.wait >= asked
    assert result.channel_wait >= asked
    assert not result.counts


@pytest.mark.parametrize(("doubts", "again"), [(0, True), (1, False), (2, False)])
def test_what_may_have_arrived_is_sent_again_once(doubts: int, again: bool) -> None:
    result = policy.settled(NotSent(Verdict.UNCLEAR, "no answer"), 1, doubts)
    assert (result.state is State.PENDING) == again


@pytest.mark.parametrize(
    ("attempts", "doubts", "may"), [(1, 0, True), (2, 1, True), (3, 2, False), (8, 0, True), (9, 0, False)]
)
def test_senders_that_were_cut_off_too_often_end_it(attempts: int, doubts: int, may: bool) -> None:
    assert (policy.cut_off(attempts, doubts) is None) == may


@settings(max_examples=60)
@given(st.lists(st.tuples(OUTCOMES, st.booleans()), min_size=30, max_size=30))
def test_whatever_happens_it_comes_to_an_end_and_is_handed_over_after_a_doubt_once_at_most(steps) -> None:
    """`steps`: what each sender meets, and whether it is cut off after the hand-over before it could note that."""
    attempts = doubts = handed_in_doubt = 0
    for outcome, cut in steps:
        attempts += 1
        result = policy.cut_off(attempts, doubts)
        if result is None:
            handed_in_doubt += doubts > 0
            if cut:
                doubts += 1
                continue
            result = policy.settled(outcome, attempts, doubts)
        attempts -= not result.counts
        doubts = result.doubts
        if result.state is not State.PENDING:
            break
        if isinstance(outcome, NotSent) and outcome.verdict is Verdict.LATER:
            handed_in_doubt -= doubts > 0  # it was not taken: no duplicate
    assert handed_in_doubt <= 1
    if all(not (isinstance(o, NotSent) and o.retry_after) for o, _ in steps):
        assert result.state is not State.PENDING
