"""The claim: the best due step becomes a worker's, for as long as its lease is renewed (I2)."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from renderhub.lib import clock
from renders.domain.job import AspectRatio, Job, JobType, NewsItem, Source, Style, Voice
from renders.domain.stages import ORDER, Stage
from renders.pipeline.transitions.prepared import Prepared

_STAGES = "ARRAY[" + ", ".join(f"'{stage.value}'" for stage in ORDER) + "]"

_BEGINNING = """moved AS (
    UPDATE renders_render r
       SET status = 'processing', stage = c.stage, started_at = COALESCE(r.started_at, clock_timestamp())
      FROM {taken} c
     WHERE r.id = c.render_id AND r.run = c.run
       AND (r.status = 'queued'
            OR r.status = 'processing'
               AND array_position({stages}, r.stage::text) < array_position({stages}, c.stage::text))
    RETURNING old.status AS was, new.id, new.run
), begun AS (
    INSERT INTO renders_renderevent (render_id, run, kind, stage, segment, data, created_at)
    SELECT id, run, 'render.processing', '', '', '{{}}', clock_timestamp() FROM moved WHERE was = 'queued'
), started AS (
    INSERT INTO renders_renderlog (render_id, run, step_name, segment, status, provider, error_message, error_code,
                                   retry_count, created_at)
    SELECT render_id, run, stage, segment, 'started', provider, '', '', GREATEST(attempt - 1, 0), clock_timestamp()
      FROM {taken} WHERE job_id = ''
), tried AS (
    INSERT INTO renders_attempt (step_id, claim_no, number, provider, worker, job_id, request, outcome, error_code,
                                 decision, started_at)
    SELECT id, claim_no, attempt, provider, worker, '', '{{}}', 'under_way', '', '', clock_timestamp()
      FROM {taken} WHERE job_id = ''
)
"""
# What a claim brings along: its render is under way, its attempt is written before the call (I4), and the log says so.
_HEALTH = """known AS (
    INSERT INTO renders_renderlog (render_id, run, step_name, segment, status, provider, error_message, error_code,
                                   retry_count, created_at)
    SELECT id, run, 'health', '', %(health)s, '', %(health_told)s, '', 0, clock_timestamp()
      FROM moved WHERE was = 'queued' AND %(health_told)s <> ''
)
"""
# Where a run begins: how the services are that it needs (R10).


def begin_of(taken: str) -> str:
    """The CTEs that begin the work on the steps of the relation `taken`."""
    return _BEGINNING.format(taken=taken, stages=_STAGES)


_CLAIM = """
WITH picked AS (
    SELECT s.id
      FROM renders_step s
      JOIN renders_render r ON r.id = s.render_id AND r.run = s.run AND r.status <> 'cancelled' AND NOT r.final
     WHERE s.status = 'due' AND s.queue = %(queue)s {of_stage}
     ORDER BY s.rank, s.id
     LIMIT 1
       FOR UPDATE OF s SKIP LOCKED
), claimed AS (
    UPDATE renders_step s
       SET status = 'running', claim_no = s.claim_no + 1, worker = %(worker)s, wake_at = NULL,
           attempt = s.attempt + (s.job_id = '')::int,
           lease_until = clock_timestamp() + %(lease)s * interval '1 second',
           started_at = COALESCE(s.started_at, clock_timestamp())
      FROM picked
     WHERE s.id = picked.id
    RETURNING s.*
), {begin}, {health}
SELECT c.id, c.claim_no, c.render_id, c.run, c.stage, c.segment, c.payload, c.queue, c.provider, c.attempt, c.losses,
       c.job_id, c.degraded, r.retry_count, r.due_at, c.rank,
       r.job_type, r.name, CASE WHEN c.stage IN ('orchestrator', 'script_gen') THEN r.input_text ELSE '' END,
       CASE WHEN c.stage IN ('orchestrator', 'script_gen') THEN r.items END, r.style, r.length, r.voice, r.language,
       r.aspect_ratio, r.target_date, r.theme, r.burn_captions, r.source_file, r.source_name, r.source_kind,
       r.source_seconds,
       CASE WHEN c.job_id = '' THEN 0 ELSE COALESCE((
           SELECT extract(epoch FROM clock_timestamp() - a.started_at)::float8 FROM renders_attempt a
            WHERE a.step_id = c.id AND a.outcome = 'under_way' ORDER BY a.claim_no DESC LIMIT 1), 0) END,
       clock_timestamp()
  FROM claimed c JOIN renders_render r ON r.id = c.render_id
"""
_BEGIN = {"begin": begin_of("claimed"), "health": _HEALTH}
_CLAIM_OF_STAGE = Prepared("claim_of_stage", _CLAIM.format(of_stage="AND s.stage = %(stage)s", **_BEGIN))
_CLAIM_OF_QUEUE = Prepared("claim_of_queue", _CLAIM.format(of_stage="", **_BEGIN))


Stored = tuple[str, str, str, str]
"""Stage, segment, status and result (JSON) of a settled step, as they stand in the database."""


@dataclass(frozen=True)
class Claimed:
    """A step in the hands of this worker, with what it needs to know of its render."""

    step_id: int
    claim_no: int
    render_id: UUID
    run: int
    stage: Stage
    segment: str
    payload: dict[str, Any]
    queue: str
    provider: str
    attempt: int
    losses: int
    job_id: str
    degraded: str
    retry_count: int
    due_at: datetime | None
    rank: float
    job: Job
    at_work: float
    """Seconds since the provider took the job `job_id`; 0 where it is yet to be asked."""
    made: tuple[Stored, ...] = ()
    """What this worker has stored itself of the run, since its script or its last claim, one step after the other."""
    planned: int = 0
    """How many steps the script has planned, where it is the first of `made`."""

    @property
    def key(self) -> str:
        """The same for every try of this work by this provider, whichever worker makes it, requeues included: work
        whose answer was lost is found by it (I4)."""
        return f"{self.render_id}-{self.run}-{self.step_id}-{self.provider}"


def claim(
    queue: str, stage: Stage | None, worker: str, lease_seconds: float, health: tuple[str, str] = ("", "")
) -> Claimed | None:
    """Take the best due step of `queue` (and of `stage`, where given); None where nothing is due. `health`: status and
    words of the log's line on the services, where a run begins with it.

    One statement, one commit: the claim, its attempt and its log row. Reads one index entry, however many wait.
    """
    statement = _CLAIM_OF_QUEUE if stage is None else _CLAIM_OF_STAGE
    values = {"queue": queue, "stage": stage.value if stage else None, "worker": worker, "lease": lease_seconds}
    values |= {"health": health[0], "health_told": health[1]}
    since = time.monotonic()
    rows = statement.rows(values)
    if not rows:
        return None
    clock.told(rows[0][33], since)
    return _claimed(rows[0])


def payload_of(stored: str) -> dict[str, Any]:
    """A step's payload as it comes from a cursor: JSON text."""
    return dict(json.loads(stored))


def _claimed(row: tuple[Any, ...]) -> Claimed:
    return Claimed(
        step_id=row[0],
        claim_no=row[1],
        render_id=row[2],
        run=row[3],
        stage=Stage(row[4]),
        segment=row[5],
        payload=payload_of(row[6]),
        queue=row[7],
        provider=row[8],
        attempt=row[9],
        losses=row[10],
        job_id=row[11],
        degraded=row[12],
        retry_count=row[13],
        due_at=row[14],
        rank=row[15],
        job=Job(
            job_type=JobType(row[16]),
            name=row[17],
            input_text=row[18],
            items=tuple(NewsItem.from_json(item) for item in json.loads(row[19] or "[]")),
            style=Style(row[20]),
            length=row[21],
            voice=Voice(row[22]),
            language=row[23],
            aspect_ratio=AspectRatio(row[24]),
            target_date=row[25].isoformat() if row[25] else "",
            theme=row[26],
            burn_captions=row[27],
            source=Source(*row[28:32]) if row[28] else None,
        ),
        at_work=row[32],
    )
