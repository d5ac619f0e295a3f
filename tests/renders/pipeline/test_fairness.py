"""Priorities are real, and nobody is starved or held up, by the rows that a claim reads (R44)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from benchmarks.queue.rows import copies
from renderhub.lib import clock
from renders.actions.request import Wish, request
from renders.domain.job import Priority
from renders.domain.rank import HEAD_START, TURN
from renders.models import Render
from tests.support import pipeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]
NOW = clock.now()


def ask(name: str, workspace: str = "one", *, after: float = 0.0, priority: Priority = Priority.NORMAL) -> Render:
    """A request, so many seconds from now."""
    with clock.frozen(NOW + timedelta(seconds=after)):
        wish = Wish("topic_short", name=name, input_text=f"{name} " * 50, priority=priority)
        return request(pipeline.workspace(workspace), wish).render


def served(count: int) -> list[str]:
    """Names of the renders that the next claims are of."""
    names = []
    for _ in range(count):
        claimed = pipeline.take()
        assert claimed is not None
        names.append(claimed.job.name)
    return names


def test_a_high_one_overtakes_all_normal_ones_that_wait() -> None:
    for number in range(20):
        ask(f"normal-{number}")
    ask("high", after=3600, priority=Priority.HIGH)
    ask("low", priority=Priority.LOW)
    assert served(2) == ["high", "normal-0"]


def test_a_low_one_waits_its_half_hour_and_is_then_served_before_newer_normal_ones() -> None:
    ask("low", priority=Priority.LOW)
    late = -HEAD_START[Priority.LOW]
    for number in range(10):
        ask(f"before-{number}", f"w{number}", after=late - 60 + number)
        ask(f"after-{number}", f"w{number}", after=late + 60 + number)
    order = served(21)
    assert order.index("low") == 10
    assert all(name.startswith("before") for name in order[:10])


def test_a_stream_of_high_ones_does_not_starve_a_normal_one_for_ever() -> None:
    ask("normal")
    day = HEAD_START[Priority.HIGH]
    for number in range(10):
        ask(f"high-{number}", f"w{number}", after=day - 5 + number, priority=Priority.HIGH)
    order = served(11)
    assert order.index("normal") in (5, 6)


@pytest.mark.parametrize("jobs", [1000])
def test_a_workspace_with_a_thousand_jobs_does_not_hold_up_anothers_one(jobs: int) -> None:
    first = ask("many-0", "many")
    copies(first, TURN, jobs - 1)
    Render.objects.filter(fingerprint__startswith="copy-").update(name="many-copy")
    ask("one", "few")
    ask("another", "fewer", after=2 * TURN - 1)
    assert served(4) == ["many-0", "one", "many-copy", "another"]
