"""A render's priority changes while it waits or is made: its place in the queue with it (R44, R62). No status moves."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from renders.domain.states import MoveRefused
from renders.models import Render, Step
from renders.models.render import OPEN
from renders.pipeline.transitions.failing import UNFINISHED, lock_steps


def change(render_id: UUID, run: int, priority: str, rank: float) -> None:
    """An open render and its unfinished steps get this priority and rank; what waits for its requeue keeps it.

    Raises `MoveRefused` where it is finished, or in another run."""
    with transaction.atomic():
        lock_steps(render_id, run)
        moved = Render.objects.filter(OPEN, pk=render_id, run=run).update(priority=priority, rank=rank)
        if not moved:
            raise MoveRefused("The render", "finished, or in another run", f"{priority} priority")
        of_run = Step.objects.filter(render_id=render_id, run=run)
        of_run.filter(status__in=(*UNFINISHED, "failed")).update(rank=rank)
