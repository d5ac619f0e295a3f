"""A new render: its row, its place in the queue, the steps of its first run and the event that says so, in one
statement. A request costs one commit, and nothing is half asked for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from django.db import connection, transaction

from renderhub.lib import clock
from renders.domain.job import Priority
from renders.models import Render
from renders.pipeline.graph import Planned
from renders.pipeline.transitions.added import ADD_STEPS, QueueOf, planned_values
from renders.pipeline.transitions.finishing import due_of
from renders.pipeline.transitions.prepared import Prepared
from renders.pipeline.transitions.steps import Freed
from renders.pipeline.transitions.stored import stored_json
from renders.pipeline.transitions.turn import TAKE_TURN, turn_values

_STEPS = ADD_STEPS.format(render="m.id", run="m.run", rank="m.rank", source="made m CROSS JOIN", takes="FALSE")
_CREATE = Prepared(
    "create_render",
    f"""
WITH turn AS ({TAKE_TURN}), made AS (
    INSERT INTO renders_render
    SELECT r.* FROM turn, jsonb_populate_record(
        NULL::renders_render, %(row)s || jsonb_build_object('rank', turn.turn - %(head_start)s)) r
    RETURNING id, run, rank
), added AS ({_STEPS}), told AS (
    INSERT INTO renders_renderevent (render_id, run, kind, stage, segment, data, created_at)
    SELECT id, run, 'render.queued', '', '', '{{}}', clock_timestamp() FROM made
)
SELECT rank FROM made
""",
)


def create(render: Render, steps: Sequence[Planned], queue_of: QueueOf) -> list[Freed]:
    """A new render, queued, at its workspace's next turn. IntegrityError where an open twin stands (R4): then nothing
    was stored and no turn taken."""
    render.created_at = render.queued_at = clock.now()
    row = {str(field.column): field.value_from_object(render) for field in Render._meta.concrete_fields}
    values = turn_values(render.workspace_id, Priority(render.priority)) | planned_values(steps, 0.0, queue_of)
    with _kept_apart():
        ((render.rank,),) = _CREATE.rows(values | {"row": stored_json(row), "worker": "", "lease": 0.0})
    render._state.adding, render._state.db = False, connection.alias
    return due_of(steps, queue_of)


def _kept_apart() -> AbstractContextManager[object]:
    """Inside a transaction, a refusal must not end it; alone, one statement needs no transaction of its own."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
