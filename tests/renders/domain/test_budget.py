"""A failing service is not worth every retry (R39)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from renders.domain.budget import Budget, may_retry
from renders.domain.calls import Tally

tallies = st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500)).map(
    lambda drawn: Tally(drawn[0], drawn[1], min(drawn[1], drawn[2]))
)


@given(tallies)
def test_it_bites_once_half_of_the_calls_fail_and_not_before(tally: Tally) -> None:
    if tally.failed < 0.5 * tally.made or tally.failed < Budget().least:
        assert may_retry(tally, Budget())
    elif tally.made + 1 > 1.1 * tally.wanted:
        assert not may_retry(tally, Budget())


@given(st.integers(60, 400), st.integers(1, 3))
def test_in_a_full_outage_at_most_1_1_calls_are_made_for_each_that_is_wanted(wanted: int, attempts: int) -> None:
    """Each piece of work is called for once; then whoever may retries, again and again, and every call fails."""
    tally = Tally()
    for _ in range(wanted):
        tally += Tally(wanted=1, made=1, failed=1)
        for _ in range(attempts):
            if may_retry(tally, Budget()):
                tally += Tally(made=1, failed=1)
    assert tally.made <= max(1.1 * wanted, wanted + Budget().least)


def test_one_failed_call_in_a_quiet_night_has_its_retries() -> None:
    assert may_retry(Tally(wanted=1, made=1, failed=1), Budget())
    assert may_retry(Tally(wanted=1, made=2, failed=2), Budget())


def test_what_was_left_out_counts_as_wanted() -> None:
    failing = Tally(wanted=10, made=11, failed=11)
    assert not may_retry(failing, Budget())
    assert may_retry(failing + Tally(wanted=10), Budget())
