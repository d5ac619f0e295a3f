"""A workspace takes its next turn in the queue (R44): `domain/rank.py`, in the statement that holds the workspace's
row, so that two requests at once take two turns."""

from __future__ import annotations

from uuid import UUID

from renderhub.lib import clock
from renders.domain.job import Priority
from renders.domain.rank import HEAD_START, TURN, place
from renders.pipeline.transitions.prepared import Prepared

TAKE_TURN = """
    UPDATE renders_workspace w
       SET turns = w.turns || jsonb_build_object(%(priority)s, GREATEST(
               %(now)s, COALESCE((w.turns->>%(priority)s)::float8 + %(turn)s, %(now)s)))
     WHERE w.id = %(workspace)s
    RETURNING (w.turns->>%(priority)s)::float8 AS turn
"""
_TAKE_TURN = Prepared("take_turn", TAKE_TURN)


def turn_values(workspace: UUID, priority: Priority) -> dict[str, object]:
    """The parameters of `TAKE_TURN`, and the head start that is taken off the turn to get the rank."""
    return {
        "workspace": workspace,
        "priority": priority.value,
        "now": clock.now().timestamp(),
        "turn": TURN,
        "head_start": HEAD_START[priority],
    }


def take_turn(workspace: UUID, priority: Priority) -> float:
    """The rank of the workspace's next render. Its row is locked until the transaction ends."""
    ((turn,),) = _TAKE_TURN.rows(turn_values(workspace, priority))
    return place(priority, turn)
