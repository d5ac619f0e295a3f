"""Priorities are real, and nobody is starved (R44)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from renders.domain.job import Priority
from renders.domain.rank import HEAD_START, TURN, rank

NOW = 1_800_000_000.0


def ranks(requests: Sequence[tuple[str, Priority, float]]) -> list[float]:
    """The rank of each request (workspace, priority, time), in the order in which they come in."""
    turns: dict[tuple[str, Priority], float] = {}
    made = []
    for workspace, priority, now in requests:
        place, turns[workspace, priority] = rank(priority, now, turns.get((workspace, priority)))
        made.append(place)
    return made


@given(st.floats(0, 3_600), st.integers(0, 400))
def test_a_high_job_overtakes_every_normal_one_that_is_queued(waited: float, before: int) -> None:
    """An hour's queue of any length, and `high` ones of the same workspace before it."""
    normal, *_ = ranks([("a", Priority.NORMAL, NOW - waited)])
    *_, high = ranks([("b", Priority.HIGH, NOW)] * (before + 1))
    assert high < normal


@given(st.floats(0, 1_000))
def test_a_normal_job_overtakes_a_low_one(later: float) -> None:
    assert ranks([("a", Priority.NORMAL, NOW + later)]) < ranks([("b", Priority.LOW, NOW)])


@given(st.sampled_from(Priority), st.sampled_from(Priority), st.floats(0, 86_400))
def test_nothing_is_starved_for_longer_than_the_head_starts_differ(
    mine: Priority, theirs: Priority, more: float
) -> None:
    """Whoever asks that much later comes after, whatever the priority: so a `low` job's turn always comes."""
    wait = max(HEAD_START[theirs] - HEAD_START[mine], 0) + more + 0.001
    assert ranks([("a", mine, NOW)]) < ranks([("b", theirs, NOW + wait)])


@settings(max_examples=25)
@given(st.integers(2, 1_000), st.sampled_from(Priority), st.floats(0, 30))
def test_a_thousand_jobs_of_one_workspace_hold_up_another_ones_job_by_one_at_most(
    jobs: int, priority: Priority, later: float
) -> None:
    first = ranks([("greedy", priority, NOW)] * jobs)
    one = ranks([("other", priority, NOW + later)])[0]
    assert sum(place <= one for place in first) == 1


def test_workspaces_that_ask_for_many_take_turns() -> None:
    a, b = ranks([("a", Priority.NORMAL, NOW)] * 50), ranks([("b", Priority.NORMAL, NOW + 1)] * 50)
    served = [owner for _, owner in sorted([(r, "a") for r in a] + [(r, "b") for r in b])]
    assert served == ["a", "b"] * 50


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(Priority), st.floats(0, 600)), max_size=30))
def test_of_one_workspace_and_priority_the_older_comes_first(drawn: list[tuple[str, Priority, float]]) -> None:
    requests = sorted(((w, p, NOW + t) for w, p, t in drawn), key=lambda one: one[2])
    made = ranks(requests)
    for key in {(w, p) for w, p, _ in requests}:
        mine = [place for place, (w, p, _) in zip(made, requests, strict=True) if (w, p) == key]
        assert all(b - a >= TURN for a, b in itertools.pairwise(mine))


def test_a_workspace_that_was_idle_has_not_saved_up_turns_nor_debts() -> None:
    place, turn = rank(Priority.NORMAL, NOW, last_turn=NOW - 10 * TURN)
    assert (place, turn) == (NOW, NOW)
