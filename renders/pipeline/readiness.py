"""How the services are that a run needs, in a line of its log when it begins (R10, R29)."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings

from renderhub.lib import clock
from renders.domain.stages import Stage
from renders.models import ServiceStatus
from renders.models.log import LogStatus
from renders.pipeline import circuits
from renders.pipeline.circuit_rows import BELIEVED

REMEMBERED = 10.0
"""Seconds for which the line may be old: the services are asked once a minute."""
STEP_NAME = "health"
"""What the row of the render log has in place of a stage."""


class Note(NamedTuple):
    status: str
    """`completed` where all answer, `degraded` where one does not."""
    text: str


def note() -> Note:
    """From what this process remembers; nobody is asked."""
    now = clock.now()
    board = circuits.board.all(older=REMEMBERED)
    wanted = {name for chain in settings.RENDERHUB_CHAINS.values() for name in chain}
    asked = [name for name, seen in board.items() if seen.checked_at and now - seen.checked_at < BELIEVED]
    down = sorted(name for name in asked if board[name].status == ServiceStatus.DOWN)
    out = sorted(name for name in wanted & set(board) if board[name].out is not None)
    alone = sorted(name for name in wanted & set(board) - {*down, *out} if board[name].circuit.is_open)
    told = f"{len(asked) - len(down)} of {len(asked)} services answer." if asked else "Nobody has asked the services."
    if down:
        told += f" Down: {', '.join(map(_with_stages, down))}."
    if alone:
        told += f" Left alone: {', '.join(map(_with_stages, alone))}."
    if out:
        told += f" Out of use: {', '.join(map(_with_stages, out))}."
    status = LogStatus.DEGRADED if down or alone or out else LogStatus.COMPLETED
    return Note(status.value, told[:1000])


def _with_stages(name: str) -> str:
    chains: dict[str, list[str]] = settings.RENDERHUB_CHAINS
    stages = [stage.value for stage in Stage if name in chains.get(stage.value, [])]
    return f"{name} ({', '.join(stages)})" if stages else name
