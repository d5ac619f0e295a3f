"""Change the priority of a render that waits or is made, and with it its place in the queue (R44, R62)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from renderhub.lib import clock
from renders.actions import audit, standing
from renders.actions.act import Foreseen
from renders.actions.audit import What
from renders.domain.job import Priority
from renders.domain.rank import HEAD_START
from renders.domain.states import OPEN_RENDERS, MoveRefused, RenderStatus
from renders.models import Render, User
from renders.pipeline.transitions import priority as transition
from renders.pipeline.transitions.turn import take_turn


def prioritise(
    render_id: UUID, priority: Priority, by: User | None = None, *, seen_run: int | None = None, operation: str = ""
) -> Render:
    """Raises `Render.DoesNotExist`; `MoveRefused` where it is finished, or has this priority already."""
    with transaction.atomic():
        render = Render.objects.select_related("workspace").get(pk=render_id)
        standing.check_run(render, seen_run, RenderStatus.QUEUED)
        was = Priority(render.priority)
        if was is priority:
            raise MoveRefused("The render", f"of {priority} priority already", f"{priority} priority")
        transition.change(render.pk, render.run, priority.value, _rank(render, was, priority))
        told = f"Priority changed from {was} to {priority}."
        audit.record(by, What.PRIORITISE, [render], told, operation=operation)
    render.refresh_from_db()
    return render


def _rank(render: Render, was: Priority, wanted: Priority) -> float:
    """It keeps its turn in the workspace's queue, with the head start of its new priority. A turn that is still to
    come (the workspace has many waiting) is not waited for by what is raised: it takes the next of its new priority."""
    turn = render.rank + HEAD_START[was]
    kept = turn - HEAD_START[wanted]
    if HEAD_START[wanted] <= HEAD_START[was] or turn <= clock.now().timestamp():
        return kept
    return min(kept, take_turn(render.workspace_id, wanted))


@dataclass(frozen=True)
class Prioritise:
    """The act of it."""

    priority: Priority = Priority.HIGH
    what = What.PRIORITISE

    def foresee(self, things: Sequence[Render]) -> Mapping[Any, Foreseen]:
        return {render.pk: self._foresee(render) for render in things}

    def do(self, thing: Render, seen: int | None, by: User | None, operation: str) -> str:
        prioritise(thing.pk, self.priority, by, seen_run=seen, operation=operation)
        return f"Priority changed from {thing.priority} to {self.priority}."

    def _foresee(self, render: Render) -> Foreseen:
        waits_for_requeue = render.status == RenderStatus.FAILED and not render.final
        if render.status not in OPEN_RENDERS and not waits_for_requeue:
            told = f"{standing.says(render)}: priority counts only while it waits or is made."
            return Foreseen(told, refused=True)
        if render.priority == self.priority:
            return Foreseen(f"It is of {self.priority} priority already.", refused=True)
        order = HEAD_START[self.priority] - HEAD_START[Priority(render.priority)]
        return Foreseen(
            f"From {render.priority} to {self.priority}: its unfinished steps are served "
            f"{'sooner' if order > 0 else 'later'}. What a worker has in hand goes on."
        )
