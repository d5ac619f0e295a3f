"""What a run that ended took, stage by stage and call by call: read once from its steps and attempts, by their keys."""

from __future__ import annotations

from django.db import connection

BATCH = 500

# A stage's time is that in which anybody was at it: side by side counts once, and waits between attempts do not count.
_MEASURE = """
WITH batch AS (
    SELECT id, render_id, run FROM monitoring_runoutcome WHERE NOT rolled AND NOT measured
     ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
), tried AS (
    SELECT b.id, s.stage, a.provider, a.outcome, a.started_at, a.ended_at
      FROM batch b
      JOIN renders_step s ON s.render_id = b.render_id AND s.run = b.run
      JOIN renders_attempt a ON a.step_id = s.id AND a.ended_at >= a.started_at
), worked AS (
    SELECT id, stage, range_agg(tstzrange(started_at, ended_at, '[]')) AS at_work FROM tried GROUP BY id, stage
), marked AS (
    SELECT b.id, s.stage, bool_or(s.degraded <> '') AS degraded
      FROM batch b JOIN renders_step s ON s.render_id = b.render_id AND s.run = b.run
     WHERE s.reused_from IS NULL
     GROUP BY b.id, s.stage
), stages AS (
    SELECT m.id, bool_or(m.degraded) AS degraded, jsonb_agg(jsonb_build_object(
               'stage', m.stage, 'degraded', m.degraded,
               'seconds', (SELECT round(sum(extract(epoch FROM upper(r) - lower(r))), 3) FROM unnest(w.at_work) r)
           ) ORDER BY m.stage) AS stages
      FROM marked m JOIN worked w ON w.id = m.id AND w.stage = m.stage
     GROUP BY m.id
), calls AS (
    SELECT id, min(started_at) AS began, jsonb_agg(jsonb_build_object(
               'stage', stage, 'provider', provider, 'ok', outcome = 'ok',
               'seconds', round(extract(epoch FROM ended_at - started_at), 3))) AS calls
      FROM tried WHERE outcome IN ('ok', 'error', 'lost')
     GROUP BY id
)
UPDATE monitoring_runoutcome o
   SET measured = TRUE,
       stages = COALESCE(s.stages, '[]'), degraded = COALESCE(s.degraded, FALSE), calls = COALESCE(c.calls, '[]'),
       seconds = CASE WHEN o.outcome = 'completed'
                      THEN COALESCE(o.seconds, extract(epoch FROM o.ended_at - c.began)::float8) END
  FROM batch b LEFT JOIN stages s ON s.id = b.id LEFT JOIN calls c ON c.id = b.id
 WHERE o.id = b.id
"""


def measure() -> int:
    """Measure a batch of the runs that are not yet; how many. The render's degraded marks that its kept steps brought
    along are of the run that made them."""
    with connection.cursor() as cursor:
        cursor.execute(_MEASURE, {"batch": BATCH})
        return int(cursor.rowcount)
