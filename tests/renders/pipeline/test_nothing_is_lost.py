"""I1 as a property: whatever happened, in whatever order, each unfinished render is on its way or will be rung for;
and once nothing fails any more, every render comes to rest, with no broker at all."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from renders.actions.rerender import rerender
from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Ok, Pending
from renders.domain.stages import Stage
from renders.domain.states import MoveRefused
from renders.models import Attempt, Render, Step
from renders.pipeline import recovery
from renders.pipeline.transitions import renders, steps
from renders.pipeline.transitions.claim import Claimed
from tests.support import pipeline
from tests.support.pipeline import let_pass, take
from tests.support.providers import Misbehaving, error

CHAINS = {stage: ["fake", "second"] for stage in ("script_gen", "manim", "tts", "revideo", "upload")} | {
    "tts": ["fake", "slow"],
    "music": ["fake"],
}


def raises(request: Any) -> Ok:
    raise RuntimeError("kaputt")


answers = st.one_of(
    st.builds(error, st.sampled_from(ErrorCode), retry_after=st.sampled_from([None, 20.0, 500.0])),
    st.just(raises),
    st.just(Ok({})),
    st.builds(Pending, st.sampled_from(["", "job-1"]), st.sampled_from([-1.0, 5.0, 1e12])),
)
actions = st.one_of(
    st.tuples(st.just("run"), st.integers(1, 6)),
    st.tuples(st.just("run"), st.integers(1, 6)),
    st.tuples(st.just("misbehave"), st.tuples(st.sampled_from(Stage), answers)),
    st.tuples(st.just("misbehave"), st.tuples(st.sampled_from(Stage), answers)),
    st.tuples(st.just("die"), st.none()),
    st.tuples(st.just("hand_back"), st.none()),
    st.tuples(st.just("come_back_late"), st.none()),
    st.tuples(st.just("pass"), st.sampled_from([3, 9, 61, 301, 3_000])),
    st.tuples(st.just("tick"), st.none()),
    st.tuples(st.just("sweep"), st.none()),
    st.tuples(st.just("cancel"), st.none()),
    st.tuples(st.just("let_go"), st.none()),
    st.tuples(st.just("rerender"), st.none() | st.sampled_from(Stage)),
)


class World:
    """One render, its workers, and what happens to them."""

    def __init__(self) -> None:
        self.render = pipeline.ask()
        self.gone: list[Claimed] = []
        """Claims of workers that are dead or cut off."""

    def run(self, count: int) -> None:
        for _ in range(count):
            pipeline.run_one()

    def misbehave(self, what: tuple[Stage, Any]) -> None:
        stage, answer = what
        Misbehaving.plan.setdefault(stage.value, []).append(answer)

    def die(self, _: None) -> None:
        if (claimed := take()) is not None:
            self.gone.append(claimed)

    def hand_back(self, _: None) -> None:
        if (claimed := take()) is not None:
            steps.hand_back(claimed)

    def come_back_late(self, _: None) -> None:
        """A worker that was taken for dead brings what it has."""
        if self.gone:
            claimed = self.gone.pop()
            step = Step.objects.get(pk=claimed.step_id)
            still_its = (step.status, step.claim_no) == ("running", claimed.claim_no)
            done_before = (step.result, step.status)
            pipeline.run(claimed)
            if not still_its:
                step.refresh_from_db()
                assert (step.result, step.status) == done_before

    def do(self, name: str, argument: Any) -> None:
        match name:
            case "pass":
                let_pass(argument)
            case "tick":
                recovery.tick()
            case "sweep":
                recovery.sweep()
            case "cancel" | "let_go" | "rerender":
                self.by_a_person(name, argument)
            case _:
                getattr(self, name)(argument)

    def by_a_person(self, name: str, argument: Any) -> None:
        try:
            with transaction.atomic():
                match name:
                    case "cancel":
                        renders.cancel(self.render.pk)
                    case "let_go":
                        renders.let_go(self.render.pk, "an editor said so")
                    case _:
                        rerender(self.render.pk, argument)
        except MoveRefused:
            pass

    def comes_to_rest(self) -> None:
        """The broker is gone: only the keeper's rounds and workers that look by themselves are left."""
        Misbehaving.plan.clear()
        for _ in range(60):
            pipeline.run_all()
            render = Render.objects.get(pk=self.render.pk)
            if render.status in ("completed", "cancelled", "held") or render.final:
                return
            let_pass(61)
            recovery.tick()
        raise AssertionError(f"it does not come to rest: {render.status}")


@pytest.mark.django_db
@pytest.mark.usefixtures("fakes")
@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(actions, max_size=25))
def test_every_render_is_cared_for_in_every_reachable_state(happened: list[tuple[str, Any]]) -> None:
    django_settings.RENDERHUB_CHAINS = CHAINS
    Misbehaving.clear()
    with transaction.atomic():
        world = World()
        for name, argument in happened:
            world.do(name, argument)
            pipeline.check_care()
            all_of_it_was_rung_for()
        world.comes_to_rest()
        pipeline.check_care()
        limits_were_kept()
        transaction.set_rollback(True)


def all_of_it_was_rung_for() -> None:
    """After a minute without a broker, the sweep rings for each stage that is due."""
    from renders.pipeline.transitions import rescue

    due = set(Step.objects.filter(status="due").values_list("stage", flat=True))
    # The same as `waiting_unheard(5)` in a minute, without a minute's passing for every row.
    assert {freed.stage for freed, _ in rescue.waiting_unheard(5 - 60)} == due


def limits_were_kept() -> None:
    assert not Render.objects.filter(retry_count__gt=3).exists()
    assert not Attempt.objects.filter(number__gt=3).exists()
    assert not Step.objects.filter(attempt__gt=3).exists()
