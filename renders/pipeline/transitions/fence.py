"""The fence that every write of a claim passes, and what each such write leaves behind: the attempt settled, a row in
the render log. Fragments of SQL that the moves of a step have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renders.domain.errors import GenerationError
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.prepared import Prepared
from renders.pipeline.transitions.stored import stored_json, stored_text


class StaleClaim(Exception):
    """The step is no longer this claim's: its lease ran out, or its render was cancelled. Nothing was written."""


def of_status(column: str, word: str) -> str:
    """Whether a row that is found by its key has this status, in a form that no index answers: where PostgreSQL has not
    counted them yet, it would look for the row among all of that status, and they may be very many."""
    return f"CASE {column} WHEN '{word}' THEN TRUE END"


# Each statement begins with it: the step is still running under this claim.
MINE = f"s.id = %(step)s AND s.claim_no = %(claim)s AND {of_status('s.status', 'running')}"

LOG_STEP = """
    INSERT INTO renders_renderlog (render_id, run, step_name, segment, status, provider, error_message, error_code,
                                   duration_ms, retry_count, created_at)
    SELECT e.render_id, e.run, e.stage, e.segment, %(log)s, %(provider)s, %(message)s, %(code)s,
           (SELECT (1000 * extract(epoch FROM clock_timestamp() - max(started_at)))::int FROM settled),
           GREATEST(%(attempt)s - 1, 0), clock_timestamp()
      FROM ended e
"""
SETTLE_ATTEMPT = """
    UPDATE renders_attempt a
       SET outcome = %(outcome)s, ended_at = clock_timestamp(), error_code = %(code)s, error = %(error)s,
           decision = %(decision)s
      FROM ended e
     WHERE a.step_id = e.id AND a.outcome = 'under_way'
    RETURNING a.started_at
"""
# The log's line needs it, under the name `settled`: how long the attempt took.


def values_of(
    claimed: Claimed,
    *,
    outcome: str,
    log: str,
    error: GenerationError | None = None,
    decision: str = "",
) -> dict[str, Any]:
    return {
        "step": claimed.step_id,
        "claim": claimed.claim_no,
        "provider": claimed.provider,
        "attempt": claimed.attempt,
        "outcome": outcome,
        "log": log,
        "decision": decision,
        "code": error.code.value if error else "",
        "message": stored_text(error.message[:2000]) if error else "",
        "error": stored_json(error.to_json()) if error else None,
    }


def guarded(statement: Prepared, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Make a move; raises `StaleClaim` where the fence let nothing through."""
    rows = statement.rows(values)
    if not rows:
        raise StaleClaim(f"step {values['step']}, claim {values['claim']}")
    return rows
