"""The workspace's turn as the database takes it: the same as `domain/rank.py` says."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renderhub.lib import clock
from renders.domain.job import Priority
from renders.domain.rank import rank
from renders.models import Workspace
from renders.pipeline.transitions.turn import take_turn
from tests.support import pipeline

NOW = 1_800_000_000


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(Priority), st.integers(0, 200)), max_size=12))
def test_the_database_takes_turns_as_the_domain_does(asked: list[tuple[Priority, int]]) -> None:
    workspace = Workspace.objects.create(name="turns", slug=f"turns-{Workspace.objects.count()}")
    turns: dict[Priority, float] = {}
    for priority, second in sorted(asked, key=lambda one: one[1]):
        place, turns[priority] = rank(priority, NOW + second, turns.get(priority))
        with clock.frozen(datetime.fromtimestamp(NOW + second, UTC)):
            assert take_turn(workspace.pk, priority) == pytest.approx(place, abs=1e-3)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fakes")
def test_requests_at_once_take_a_turn_each() -> None:
    renders = pipeline.in_threads(*(lambda n=n: pipeline.ask(f"{n} " * 60) for n in range(4)))
    places = sorted(render.rank for render in renders)
    assert all(later - earlier > 1 for earlier, later in itertools.pairwise(places))
