"""A new run of a finished render, by staff: free, whole or from a stage (R20, R37, R62)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from renders.actions import audit, foresight, standing
from renders.actions.act import Foreseen
from renders.actions.audit import What
from renders.domain.job import Priority
from renders.domain.stages import Stage, from_stage_on
from renders.domain.states import MoveRefused, RenderStatus, StepStatus
from renders.models import Render, Step, User
from renders.models.render import OPEN
from renders.pipeline import bell, chains, graph
from renders.pipeline.graph import Kept
from renders.pipeline.transitions import renders
from renders.pipeline.transitions.turn import take_turn
from renders.presentation import stages
from renders.stages.orchestrator import is_in_house


def rerender(
    render_id: UUID,
    from_stage: Stage | None = None,
    by: User | None = None,
    *,
    seen_run: int | None = None,
    operation: str = "",
    what: What = What.RERENDER,
) -> Render:
    """Queue a new run. What earlier stages made is kept; without `from_stage` a completed render is made anew whole,
    and one that failed or was cancelled goes on at the first stage whose result is missing. `seen_run`: the run that
    whoever asks has looked at; a newer one is left alone.

    Raises `Render.DoesNotExist`; `MoveRefused` where it is not finished, or its open twin is being made already (R4).
    """
    try:
        with transaction.atomic():
            render = _rerender(render_id, from_stage, seen_run)
            audit.record(by, what, [render], told(render, from_stage), operation=operation)
    except IntegrityError as error:
        twin = twin_of(Render.objects.get(pk=render_id))
        if twin is None:
            raise
        standing_as = f"asked for again and on its way as {twin.id}"
        raise MoveRefused("The render", standing_as, RenderStatus.QUEUED.value) from error
    return render


def told(render: Render, from_stage: Stage | None) -> str:
    """What was done, for the audit trail and the report."""
    return f"Run {render.run} queued{f', from {stages.title(from_stage).lower()} on' if from_stage else ''}."


def twin_of(render: Render) -> Render | None:
    """Another render of the same wish that is open (R4)."""
    return Render.objects.filter(OPEN, fingerprint=render.fingerprint).exclude(pk=render.pk).first()


def _rerender(render_id: UUID, from_stage: Stage | None, seen_run: int | None) -> Render:
    # Steps first, then the render: the order in which every mover locks.
    render = Render.objects.get(pk=render_id)
    steps = list(Step.objects.select_for_update().filter(render_id=render_id, run=render.run).order_by("position"))
    render = Render.objects.select_for_update().get(pk=render_id)
    standing.check_run(render, seen_run, RenderStatus.QUEUED)
    if render.status == RenderStatus.FAILED and not render.final:
        raise MoveRefused("The render", "failed and will be requeued by itself", RenderStatus.QUEUED.value)
    plan = graph.plan_run(render.job(), kept_of(render, steps, from_stage), chains.primary)
    freed = renders.run_anew(
        render,
        plan,
        chains.queue_of,
        rank=take_turn(render.workspace_id, Priority(render.priority)),
        clear_output=render.status != RenderStatus.COMPLETED,
    )
    transaction.on_commit(lambda: bell.ring(freed))
    render.refresh_from_db()
    return render


def kept_of(render: Render, steps: Iterable[Step], from_stage: Stage | None) -> list[Kept]:
    """The results of `steps`, the last run's, that a new run takes over (R20)."""
    if from_stage is None and render.status == RenderStatus.COMPLETED:
        return []
    unwanted = from_stage_on(from_stage) if from_stage else frozenset()
    done = [step for step in steps if step.status == StepStatus.DONE and Stage(step.stage) not in unwanted]
    elsewhere = next((step for step in done if step.stage == Stage.ORCHESTRATOR), None)
    if elsewhere is not None and not is_in_house(elsewhere.result or {}) and from_stage not in (None, Stage.UPLOAD):
        return []  # nothing was made here that a part of could be kept
    fits = elsewhere is not None or any(step.stage == Stage.SCRIPT_GEN for step in done)
    if not fits:
        return []  # without the script nothing that was made after it fits
    return [
        Kept(
            stage=Stage(step.stage),
            segment=step.segment,
            result=step.result or {},
            provider=step.provider,
            degraded=step.degraded,
            run=step.reused_from or step.run,
        )
        for step in done
    ]


@dataclass(frozen=True)
class Rerender:
    """The act of it."""

    from_stage: Stage | None = None
    what: What = What.RERENDER

    def foresee(self, things: Sequence[Render]) -> Mapping[Any, Foreseen]:
        finished = [render for render in things if not why_not(render)]
        steps = foresight.last_steps(finished)
        twins = _open_twins(finished)
        return {render.pk: self._foresee(render, steps.get(render.pk, []), twins) for render in things}

    def do(self, thing: Render, seen: int | None, by: User | None, operation: str) -> str:
        anew = rerender(thing.pk, self.from_stage, by, seen_run=seen, operation=operation, what=self.what)
        return told(anew, self.from_stage)

    def _foresee(self, render: Render, steps: Sequence[Step], twins: Mapping[str, UUID]) -> Foreseen:
        if refused := why_not(render):
            return Foreseen(refused, refused=True)
        if (twin := twins.get(render.fingerprint)) and twin != render.pk:
            return Foreseen(f"The same video is asked for again and on its way as {twin}.", refused=True)
        return foresight.foresee(render, kept_of(render, steps, self.from_stage))


def why_not(render: Render) -> str:
    """Why it cannot be run anew as it stands; empty where it can."""
    if render.status == RenderStatus.FAILED and not render.final:
        return f"{standing.says(render)}: cancel it first, or wait."
    if render.status in (RenderStatus.QUEUED, RenderStatus.PROCESSING, RenderStatus.HELD):
        return f"{standing.says(render)}: cancel it first, or wait."
    return ""


def _open_twins(finished: Sequence[Render]) -> dict[str, UUID]:
    if not finished:
        return {}
    fingerprints = {render.fingerprint for render in finished}
    return dict(Render.objects.filter(OPEN, fingerprint__in=fingerprints).values_list("fingerprint", "pk"))
