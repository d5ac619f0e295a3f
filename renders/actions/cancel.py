"""Stop a render: before its next stage, its children ended, late results dropped (R6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from renders.actions import audit, standing
from renders.actions.act import Foreseen
from renders.actions.audit import What
from renders.domain.states import RENDER_MOVES, RenderStatus
from renders.models import Render, User
from renders.pipeline.transitions import renders

_DOES = {
    RenderStatus.QUEUED: "Takes it from the queue.",
    RenderStatus.PROCESSING: "Stops it before its next stage and ends what its workers are at; late results are "
    "dropped.",
    RenderStatus.HELD: "It is not published any more.",
    RenderStatus.FAILED: "It does not try again.",
}
_KEPT = " What is made stays, for a re-render."


def cancel(render_id: UUID, by: User | None = None, *, seen_run: int | None = None, operation: str = "") -> None:
    """Stop it, whatever it is at. `seen_run`: the run that is meant, where a newer one must not be hit.

    Raises `Render.DoesNotExist`; `MoveRefused` where it is finished already."""
    with transaction.atomic():
        was = Render.objects.only("status").get(pk=render_id).status
        renders.cancel(render_id)
        render = Render.objects.get(pk=render_id)
        standing.check_run(render, seen_run, RenderStatus.CANCELLED)
        audit.record(by, What.CANCEL, [render], f"Cancelled in run {render.run}; it was {was}.", operation=operation)


@dataclass(frozen=True)
class Cancel:
    """The act of it."""

    what = What.CANCEL

    def foresee(self, things: Sequence[Render]) -> Mapping[Any, Foreseen]:
        return {render.pk: _foresee(render) for render in things}

    def do(self, thing: Render, seen: int | None, by: User | None, operation: str) -> str:
        cancel(thing.pk, by, seen_run=seen, operation=operation)
        return "Cancelled."


def _foresee(render: Render) -> Foreseen:
    status = RenderStatus(render.status)
    if RenderStatus.CANCELLED not in RENDER_MOVES[status] or render.final:
        return Foreseen(f"{standing.says(render)}: there is nothing to stop.", refused=True)
    return Foreseen(_DOES[status] + (_KEPT if status is not RenderStatus.QUEUED else ""))
