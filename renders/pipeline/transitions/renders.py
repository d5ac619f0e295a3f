"""Moves of a render as a whole by people and by the keeper: requeued, held, let go, cancelled, run anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Now

from renderhub.lib import clock
from renders.domain.stages import Stage
from renders.domain.states import MoveRefused, RenderStatus, StepStatus, sources_of
from renders.models import Render, RenderEvent, Step
from renders.pipeline.graph import Planned, first_provider
from renders.pipeline.transitions.added import ADD_STEPS, QueueOf, planned_values
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.failing import UNFINISHED, lock_steps, stop_steps
from renders.pipeline.transitions.finishing import due_of
from renders.pipeline.transitions.prepared import Prepared
from renders.pipeline.transitions.steps import Freed

_NOBODY = {"worker": "", "lease": 0.0}
_QUEUE_RUN = Prepared(
    "queue_run",
    f"""
WITH added AS ({ADD_STEPS.format(render="%(render)s", run="%(run)s", rank="%(rank)s", source="", takes="FALSE")})
INSERT INTO renders_renderevent (render_id, run, kind, stage, segment, data, created_at)
VALUES (%(render)s, %(run)s, 'render.queued', '', '', '{{}}', clock_timestamp())
RETURNING id
""",
)
_ANEW = ["status", "attempt", "losses", "job_id", "provider", "queue", "degraded", "due_since", "ended_at"]
"""What a requeue changes of a step."""


def requeue(render_id: UUID, primary: Callable[[str], str | None], queue_of: QueueOf) -> list[Freed]:
    """failed (not final) -> queued, by itself: its failed steps are due again, from the top of their chains (R37)."""
    with transaction.atomic():
        run = Render.objects.values_list("run", flat=True).get(pk=render_id)
        # All of them: a step beside the failed ones may be failing right now, and then the render waits for longer.
        lock_steps(render_id, run)
        failed = list(Step.objects.filter(render_id=render_id, run=run, status=StepStatus.FAILED).order_by("position"))
        render = Render.objects.select_for_update().get(pk=render_id)
        waited = render.wake_at is not None and render.wake_at <= clock.now()
        if render.run != run or render.status != RenderStatus.FAILED or render.final or not waited:
            return []
        Render.objects.filter(pk=render_id).update(
            status=RenderStatus.QUEUED,
            retry_count=render.retry_count + 1,
            wake_at=None,
            started_at=None,
            stage="",
        )
        for step in failed:
            step.status, step.attempt, step.losses, step.job_id = StepStatus.DUE.value, 0, 0, ""
            step.provider = first_provider(Stage(step.stage), step.payload, primary) or step.provider
            step.queue, step.degraded = queue_of(step.provider), ""
            step.due_since, step.ended_at = Now(), None
        Step.objects.bulk_update(failed, _ANEW)
        _tell(render_id, render.run, "render.requeued", retry_count=render.retry_count + 1)
    return [Freed(step.stage, step.queue) for step in failed]


def hold(claimed: Claimed, reason: str, publish_at: datetime | None) -> None:
    """processing -> held: made, with more placeholders than allowed; let go at `publish_at` at the latest (R52)."""
    moved = Render.objects.filter(
        pk=claimed.render_id, run=claimed.run, status__in=sources_of(RenderStatus.HELD)
    ).update(status=RenderStatus.HELD, wake_at=publish_at, error_message=reason)
    if not moved:
        raise MoveRefused("The render", _status(claimed.render_id), RenderStatus.HELD.value)
    _tell(claimed.render_id, claimed.run, "render.held", reason=reason, publish_at=publish_at)


def let_go(render_id: UUID, why: str) -> list[Freed]:
    """held -> processing: the video goes out as it is, and is marked so."""
    with transaction.atomic():
        upload = Step.objects.select_for_update(of=("self",)).filter(
            render_id=render_id, render__run=F("run"), stage=Stage.UPLOAD, status=StepStatus.WAITING
        )
        steps = list(upload)
        composed = Step.objects.filter(render_id=render_id, run=OuterRef("run"), stage=Stage.REVIDEO)
        moved = Render.objects.filter(pk=render_id, status=RenderStatus.HELD).update(
            status=RenderStatus.PROCESSING,
            wake_at=None,
            # The time for which it was held counts neither as work nor towards the run's limit (R19).
            started_at=F("started_at") + (Now() - Subquery(composed.values("ended_at"))),
        )
        if not moved or not steps:
            raise MoveRefused("The render", "not held", RenderStatus.PROCESSING.value)
        for step in steps:
            step.status, step.waits, step.degraded, step.due_since = StepStatus.DUE.value, 0, why, Now()
        Step.objects.bulk_update(steps, ["status", "waits", "degraded", "due_since"])
        _tell(render_id, steps[0].run, "render.let_go", why=why)
    return [Freed(step.stage, step.queue) for step in steps]


def cancel(render_id: UUID) -> None:
    """Any open state -> cancelled (R6). Its workers stop at their next renewal; what they bring is dropped.

    Raises `MoveRefused`.
    """
    with transaction.atomic():
        run = Render.objects.values_list("run", flat=True).get(pk=render_id)
        stop_steps(render_id, run, only=(*UNFINISHED, StepStatus.FAILED))
        moved = Render.objects.filter(
            pk=render_id, run=run, final=False, status__in=sources_of(RenderStatus.CANCELLED)
        ).update(status=RenderStatus.CANCELLED, wake_at=None)
        if not moved:
            raise MoveRefused("The render", _status(render_id), RenderStatus.CANCELLED.value)
        _tell(render_id, run, "render.cancelled")


def run_anew(
    render: Render, plan: Sequence[Planned], queue_of: QueueOf, *, rank: float, clear_output: bool
) -> list[Freed]:
    """completed, cancelled or failed for good -> queued, as a new run (R37, R62). Call it inside a transaction that
    has locked the old run's steps. Raises `MoveRefused`."""
    run = render.run + 1
    cleared: dict[str, Any] = {"error_code": "", "error_message": "", "error_remedy": "", "completed_at": None}
    if clear_output:
        cleared |= {"video_url": "", "thumbnail_url": "", "captions_url": "", "duration": None, "degraded": []}
    moved = (
        Render.objects.filter(pk=render.pk, run=render.run, status__in=sources_of(RenderStatus.QUEUED))
        .exclude(status=RenderStatus.FAILED, final=False)
        .update(
            status=RenderStatus.QUEUED,
            run=run,
            retry_count=0,
            final=False,
            wake_at=None,
            started_at=None,
            queued_at=Now(),
            rank=rank,
            stage="",
            **cleared,
        )
    )
    if not moved:
        raise MoveRefused("The render", _status(render.pk), RenderStatus.QUEUED.value)
    stop_steps(render.pk, render.run)
    return _add_steps(render.pk, run, rank, plan, queue_of)


def _add_steps(render_id: UUID, run: int, rank: float, planned: Sequence[Planned], queue_of: QueueOf) -> list[Freed]:
    """The planned steps of a run that is queued, and the event that says so; those that are due are answered."""
    _QUEUE_RUN.rows(planned_values(planned, rank, queue_of) | {"render": render_id, "run": run} | _NOBODY)
    return due_of(planned, queue_of)


def _tell(render_id: UUID, run: int, kind: str, **data: Any) -> None:
    RenderEvent.objects.create(
        render_id=render_id, run=run, kind=kind, data={k: _plain(v) for k, v in data.items()}, created_at=Now()
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _status(render_id: UUID) -> str:
    return str(Render.objects.values_list("status", flat=True).get(pk=render_id))
