"""How a render stands, in words, where an act is refused."""

from __future__ import annotations

from renders.domain.states import MoveRefused, RenderStatus
from renders.models import Render

SAYS = {
    RenderStatus.QUEUED: "It is queued already",
    RenderStatus.PROCESSING: "It is being made",
    RenderStatus.HELD: "It is made, and held for an editor",
    RenderStatus.COMPLETED: "It is completed",
    RenderStatus.CANCELLED: "It is cancelled",
}


def says(render: Render) -> str:
    """`It is completed (run 2)`."""
    if render.status == RenderStatus.FAILED:
        how = "has failed for good" if render.final else "has failed, and tries again by itself"
        return f"It {how} (run {render.run})"
    return f"{SAYS[RenderStatus(render.status)]} (run {render.run})"


def check_run(render: Render, seen: int | None, wanted: RenderStatus) -> None:
    """Raises `MoveRefused` where the render is in another run than the one that was looked at."""
    if seen is not None and render.run != seen:
        raise MoveRefused("The render", f"in run {render.run} by now", wanted.value)
