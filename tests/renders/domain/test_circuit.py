"""When a service is left alone, and when it is taken back (R39)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from renders.domain.calls import GRAINS, Calls, Tally
from renders.domain.circuit import (
    AT_ONCE,
    COUNTED,
    LONGEST_PAUSE,
    Allowed,
    Circuit,
    Numbers,
    after_answer,
    after_failure,
    allows,
    asked_again,
    left_out,
    with_probe,
)
from renders.domain.errors import ErrorCode

START = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
NUMBERS = Numbers()
DOWN = ErrorCode.API_ERROR
REFUSALS = frozenset(ErrorCode) - COUNTED - AT_ONCE - {ErrorCode.RATE_LIMITED}

moments = st.floats(0, 3_600).map(lambda seconds: START + timedelta(seconds=seconds))
numbers = st.builds(
    Numbers,
    failures=st.integers(1, 8),
    window=st.floats(1, 600),
    share=st.floats(0, 1),
    cool_down=st.floats(0.1, 600),
    longest_cool_down=st.floats(0.1, 3_600),
    pause=st.floats(0, 60),
)
calls = st.one_of(
    st.tuples(st.sampled_from(ErrorCode), st.none() | st.floats()),
    st.tuples(st.none(), st.none()),
)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def opened(code: ErrorCode = DOWN) -> Circuit:
    circuit = Circuit()
    for second in range(NUMBERS.failures):
        circuit = after_failure(circuit, code, at(second), NUMBERS)
    assert circuit.is_open
    return circuit


class TestOpening:
    def test_it_opens_with_the_fifth_failure_in_the_window(self) -> None:
        circuit = Circuit()
        for second in range(4):
            circuit = after_failure(circuit, DOWN, at(second), NUMBERS)
            assert allows(circuit, at(second)) is Allowed.YES
        circuit = after_failure(circuit, DOWN, at(5), NUMBERS)
        assert allows(circuit, at(5)) is Allowed.NO
        assert circuit.open_until == at(65)

    def test_five_failures_that_lie_farther_apart_do_not_open_it(self) -> None:
        circuit = Circuit()
        for number in range(20):
            circuit = after_failure(circuit, DOWN, at(16 * number), NUMBERS)
            assert not circuit.is_open

    def test_a_busy_service_that_fails_at_one_call_in_five_stays_in_use(self) -> None:
        circuit = Circuit()
        for number in range(600):
            now = at(number / 10)
            circuit = (
                after_failure(circuit, DOWN, now, NUMBERS) if number % 5 == 4 else after_answer(circuit, now, NUMBERS)
            )
        assert not circuit.is_open

    @given(st.sampled_from(sorted(AT_ONCE)))
    def test_a_refused_key_or_a_used_up_quota_opens_it_at_once(self, code: ErrorCode) -> None:
        circuit = after_failure(Circuit(), code, START, NUMBERS)
        assert allows(circuit, START) is Allowed.NO
        assert circuit.code is code

    @given(st.lists(st.sampled_from(sorted(REFUSALS)), max_size=40))
    def test_refused_work_never_opens_it(self, codes: list[ErrorCode]) -> None:
        circuit = Circuit()
        for code in codes:
            circuit = after_failure(circuit, code, START, NUMBERS)
        assert not circuit.is_open
        assert circuit.calls.within(START, NUMBERS.window).failed == 0


class TestCoolingDown:
    def test_one_call_may_try_when_the_cool_down_is_over(self) -> None:
        circuit = opened()
        assert circuit.open_until is not None
        assert allows(circuit, circuit.open_until - timedelta(microseconds=1)) is Allowed.NO
        assert allows(circuit, circuit.open_until) is Allowed.PROBE

    def test_while_somebody_tries_nobody_else_does_until_his_time_is_over(self) -> None:
        circuit = with_probe(opened(), at(200))
        assert allows(circuit, at(199)) is Allowed.NO
        assert allows(circuit, at(200)) is Allowed.PROBE

    def test_it_doubles_with_each_try_that_fails_up_to_ten_minutes(self) -> None:
        circuit, waits = opened(), []
        for _ in range(6):
            assert circuit.open_until is not None
            now = circuit.open_until
            circuit = after_failure(with_probe(circuit, now + timedelta(seconds=9)), DOWN, now, NUMBERS, probe=True)
            assert circuit.open_until is not None
            waits.append((circuit.open_until - now).total_seconds())
        assert waits == [120, 240, 480, 600, 600, 600]

    @given(st.sampled_from([None, *sorted(REFUSALS), ErrorCode.RATE_LIMITED]))
    def test_any_answer_to_the_try_closes_it_and_the_past_is_forgotten(self, code: ErrorCode | None) -> None:
        circuit = with_probe(opened(), at(300))
        if code is None:
            circuit = after_answer(circuit, at(100), NUMBERS, probe=True)
        else:
            circuit = after_failure(circuit, code, at(100), NUMBERS, probe=True)
        assert allows(circuit, at(100)) is Allowed.YES
        assert not after_failure(circuit, DOWN, at(101), NUMBERS).is_open

    def test_a_late_answer_or_failure_of_another_call_changes_nothing(self) -> None:
        circuit = with_probe(opened(), at(300))
        assert after_answer(circuit, at(100), NUMBERS) == circuit
        assert after_failure(circuit, DOWN, at(100), NUMBERS) == circuit


class TestPauses:
    @given(st.none() | st.floats())
    def test_a_pause_that_is_asked_for_is_kept_whatever_number_it_is(self, asked: float | None) -> None:
        circuit = after_failure(Circuit(), ErrorCode.RATE_LIMITED, START, NUMBERS, retry_after=asked)
        assert circuit.limited_until is not None
        pause = (circuit.limited_until - START).total_seconds()
        assert 0 <= pause <= LONGEST_PAUSE
        if asked is not None and 0.001 < asked <= LONGEST_PAUSE:
            assert abs(pause - asked) < 0.001
        assert not circuit.is_open

    def test_the_longer_of_two_pauses_counts(self) -> None:
        circuit = after_failure(Circuit(), ErrorCode.RATE_LIMITED, START, NUMBERS, retry_after=30)
        circuit = after_failure(circuit, ErrorCode.RATE_LIMITED, START, NUMBERS, retry_after=5)
        assert circuit.limited_until == at(30)


@given(numbers, st.lists(st.tuples(moments, calls, st.booleans()), max_size=60))
def test_whatever_happens_it_is_open_or_closed_as_a_whole_and_never_for_longer_than_it_may(
    with_these: Numbers, events: list[tuple[datetime, tuple[ErrorCode | None, float | None], bool]]
) -> None:
    """Clocks that jump included: the moments come in any order."""
    circuit = Circuit()
    longest = max(with_these.longest_cool_down, with_these.cool_down)
    for now, (code, asked), probe in events:
        allowed = allows(circuit, now)
        probes = probe and allowed is Allowed.PROBE
        if probes:
            circuit = with_probe(circuit, now + timedelta(seconds=10))
        if code is None:
            after = after_answer(circuit, now, with_these, probe=probes)
        else:
            after = after_failure(circuit, code, now, with_these, probe=probes, retry_after=asked)
        assert (after.open_until is None) == (after.opened_at is None)
        if circuit.is_open and not after.is_open:
            assert probes, "only a probe closes it"
        if after.open_until != circuit.open_until and after.open_until is not None:
            assert code in COUNTED | AT_ONCE
            assert after.open_until - now <= timedelta(seconds=longest)
        assert len(after.calls.grains) <= GRAINS
        circuit = after
    # It never stays shut for good: once everything is over a call or a probe may be made.
    assert allows(circuit, at(3_600 + longest + 10)) is not Allowed.NO


@given(st.lists(st.tuples(st.floats(0, 300), st.integers(0, 3), st.integers(0, 3)), max_size=40), st.floats(1, 120))
def test_a_window_counts_what_is_younger_than_eleven_twelfths_of_it_and_nothing_that_is_older_than_it(
    events: list[tuple[float, int, int]], seconds: float
) -> None:
    window, now = Calls(), START
    for offset, made, failed in sorted(events):
        now = at(offset)
        window = window.counted(Tally(made, made, min(made, failed)), now, seconds)
    ages = [((now - at(offset)).total_seconds(), made) for offset, made, _ in events]
    counted = window.within(now, seconds).made
    assert counted >= sum(made for age, made in ages if age <= seconds * (GRAINS - 1) / GRAINS - 1e-3)
    assert counted <= sum(made for age, made in ages if age <= seconds + 1e-3)
    assert Calls.from_json(window.to_json()) == window


def test_what_was_left_out_counts_as_wanted_and_the_state_stays_as_it_is() -> None:
    circuit = opened()
    after = left_out(circuit, at(10), NUMBERS)
    assert after.calls.within(at(10), NUMBERS.window) == Tally(wanted=1, made=5, failed=5)
    assert replace(after, calls=circuit.calls) == circuit


class TestAnOperatorWantsItTried:
    def test_the_next_call_probes_and_a_failure_leaves_it_alone_for_twice_as_long(self) -> None:
        asked = asked_again(replace(opened(), limited_until=at(500)), at(11))
        assert allows(asked, at(11)) is Allowed.PROBE
        assert asked.limited_until is None
        again = after_failure(asked, DOWN, at(12), NUMBERS, probe=True)
        assert again.open_until == at(12 + 120)

    def test_a_closed_one_stays_closed_and_forgets_its_pause_alone(self) -> None:
        closed = Circuit(calls=Calls().counted(Tally(made=3, failed=2), at(0), 60), limited_until=at(500))
        assert asked_again(closed, at(1)) == replace(closed, limited_until=None)
