"""A worker that was told to stop finishes what it does, or hands it back unspent (R45)."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from renders import tasks
from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Ok, Outcome
from renders.domain.stages import Stage
from renders.models import Attempt, RenderLog, Step
from renders.pipeline import bell, lease
from renders.pipeline.late_bell import LateBell
from renders.pipeline.lease import LeaseKeeper
from renders.pipeline.transitions import renders
from renders.pipeline.transitions.steps import Freed
from renders.providers.base import Request
from tests.support import pipeline
from tests.support.providers import Misbehaving, error, script

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


@pytest.fixture(autouse=True)
def keeper(monkeypatch: pytest.MonkeyPatch) -> Iterator[LeaseKeeper]:
    """One of this test's own: it stops."""
    made = LeaseKeeper()
    monkeypatch.setattr(made, "_start", lambda: None)
    monkeypatch.setattr(lease, "keeper", made)
    yield made
    Misbehaving.clear()


def stopped_meanwhile(answer: Outcome) -> Any:
    """A provider in whose call the worker is told to stop."""

    def call(request: Request) -> Outcome:
        lease.keeper.hand_back_all()
        assert request.cancelled.is_set()
        return answer

    return call


def test_what_a_worker_that_stops_could_not_finish_is_due_again_and_nothing_is_spent() -> None:
    render = pipeline.ask()
    Misbehaving.plan["script_gen"] = [stopped_meanwhile(error(ErrorCode.PROVIDER_FAILURE))]
    pipeline.run_one()
    step = Step.objects.get(render=render, stage="script_gen")
    assert (step.status, step.attempt, step.losses) == ("due", 0, 0)
    assert [attempt.outcome for attempt in Attempt.objects.all()] == ["cancelled"]
    assert "failed" not in RenderLog.objects.values_list("status", flat=True)


def test_what_it_could_finish_after_all_counts() -> None:
    render = pipeline.ask()
    Misbehaving.plan["script_gen"] = [stopped_meanwhile(Ok({"script": script(2).to_json()}))]
    pipeline.run_one()
    assert Step.objects.get(render=render, stage="script_gen").status == "done"


def test_what_was_cancelled_before_it_was_handed_back_stays_so() -> None:
    render = pipeline.ask()

    def cancelled_first(request: Request) -> Outcome:
        renders.cancel(render.pk)
        answer: Outcome = stopped_meanwhile(error(ErrorCode.TIMEOUT))(request)
        return answer

    Misbehaving.plan["script_gen"] = [cancelled_first]
    pipeline.run_one()
    assert Step.objects.get(render=render, stage="script_gen").status == "cancelled"


def test_a_worker_that_stops_takes_nothing_more_and_passes_the_bell_on(monkeypatch: pytest.MonkeyPatch) -> None:
    render = pipeline.ask()
    rung: list[Freed] = []
    monkeypatch.setattr(bell, "ring", rung.extend)
    lease.keeper.hand_back_all()
    task = SimpleNamespace(request=SimpleNamespace(delivery_info={"routing_key": "cpu"}))
    tasks._work(task, Stage.SCRIPT_GEN)  # type: ignore[arg-type]
    assert rung == [Freed("script_gen", "cpu")]
    assert Step.objects.get(render=render, stage="script_gen").status == "due"


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_in_place_no_longer_once_it_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.ask()
    render = pipeline.ask("other " * 60)
    rung: list[Freed] = []
    monkeypatch.setattr(tasks, "_late", LateBell(ring=rung.extend))
    Misbehaving.plan["script_gen"] = [stopped_meanwhile(error(ErrorCode.PROVIDER_FAILURE))]
    task = SimpleNamespace(request=SimpleNamespace(delivery_info={"routing_key": "cpu"}))
    tasks._work(task, Stage.SCRIPT_GEN)  # type: ignore[arg-type]
    assert Freed("script_gen", "cpu") in rung, "whoever goes on hears of it at once"
    assert Step.objects.get(render=render, stage="script_gen").status == "due"
