from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alerts.streak import MOST, Streak, joined

OUTCOMES = st.lists(st.tuples(st.integers(1, 60), st.booleans()), max_size=40, unique_by=lambda pair: pair[0])


def told(streak: Streak, outcomes: list[tuple[int, bool]]) -> Streak:
    return joined(streak, [pk for pk, good in outcomes if good], [pk for pk, good in outcomes if not good])


def test_failures_count_until_one_completes() -> None:
    streak = told(Streak(), [(1, False), (2, False)])
    assert len(streak.failures) == 2
    assert told(streak, [(3, True)]) == Streak(3, ())
    assert told(streak, [(3, True), (4, False)]) == Streak(3, (4,))


def test_an_older_batch_that_comes_later_does_not_count() -> None:
    assert told(Streak(last_success=10), [(4, False), (5, False)]) == Streak(10, ())


@given(OUTCOMES, st.randoms(use_true_random=False), st.integers(1, 6))
def test_in_whatever_batches_and_order_it_comes_the_streak_is_the_same(outcomes, random, size) -> None:
    whole = told(Streak(), outcomes)
    shuffled = [*outcomes, *outcomes[: len(outcomes) // 2]]  # some of them twice
    random.shuffle(shuffled)
    streak = Streak()
    for start in range(0, len(shuffled), size):
        streak = told(streak, shuffled[start : start + size])
    assert streak == whole


@given(OUTCOMES)
def test_it_is_what_counting_from_the_newest_back_gives(outcomes) -> None:
    count = 0
    for _, good in sorted(outcomes, reverse=True):
        if good:
            break
        count += 1
    assert len(told(Streak(), outcomes).failures) == count


def test_a_streak_without_end_is_kept_in_bounds() -> None:
    assert len(told(Streak(), [(n, False) for n in range(1, 2000)]).failures) == MOST
