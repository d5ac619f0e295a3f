"""Stop a render: before its next stage, its children ended, late results dropped (R6)."""

from __future__ import annotations

from uuid import UUID

from renders.pipeline.transitions import renders


def cancel(render_id: UUID) -> None:
    """Raises `Render.DoesNotExist`; `MoveRefused` where it is finished already."""
    renders.cancel(render_id)
