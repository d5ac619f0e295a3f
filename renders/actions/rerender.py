"""A new run of a finished render, by staff: free, whole or from a stage (R20, R37, R62)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction

from renders.domain.job import Priority
from renders.domain.stages import Stage, from_stage_on
from renders.domain.states import MoveRefused, RenderStatus, StepStatus
from renders.models import Render, Step
from renders.models.render import OPEN
from renders.pipeline import bell, chains, graph
from renders.pipeline.graph import Kept
from renders.pipeline.transitions import renders
from renders.pipeline.transitions.turn import take_turn

def rerender(render_id: UUID, from_stage: Stage | None = None) -> Render:
    """Queue a new run. What earlier stages made is kept; without `from_stage` a completed render is made anew whole,
    and one that failed or was cancelled goes on at the first stage whose result is missing.

    Raises `Render.DoesNotExist`; `MoveRefused` where it is not finished, or its open twin is being made already (R4).
    """
    try:
        return _rerender(render_id, from_stage)
    except IntegrityError as error:
        render = Render.objects.get(pk=render_id)
        twin = Render.objects.filter(OPEN, fingerprint=render.fingerprint).exclude(pk=render_id).first()
        if twin is None:
            raise
        told = f"asked for again and on its way as {twin.id}"
        raise MoveRefused("The render", told, RenderStatus.QUEUED.value) from error

def _rerender(render_id: UUID, from_stage: Stage | None) -> Render:
    with transaction.atomic():
        # Steps first, then the render: the order in which every mover locks.
        render = Render.objects.get(pk=render_id)
        steps = list(Step.objects.select_for_update().filter(render_id=render_id, run=render.run).order_by("position"))
        render = Render.objects.select_for_update().get(pk=render_id)
        if render.status == RenderStatus.FAILED and not render.final:
            raise MoveRefused("The render", "failed and will be requeued by itself", RenderStatus.QUEUED.value)
        kept = _kept(render, steps, from_stage)
        plan = graph.plan_run(render.job(), kept, chains.primary)
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

def _kept(render: Render, steps: Sequence[Step], from_stage: Stage | None) -> list[Kept]:
    if from_stage is None and render.status == RenderStatus.COMPLETED:
        return []
    unwanted = from_stage_on(from_stage) if from_stage else frozenset()
    done = [step for step in steps if step.status == StepStatus.DONE and Stage(step.stage) not in unwanted]
    if not any(step.stage == Stage.SCRIPT_GEN for step in done):
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
