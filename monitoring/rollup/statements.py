"""The statements that make the rows of one day; each row of all job types together, and of each by itself."""

from __future__ import annotations

_INTO = """
INSERT INTO monitoring_dailystat (date, subject, job_type, stage, provider, code, total, good, late, missing, degraded,
                                  cancelled, timed, seconds, p50, p95, histogram, counted_at)
"""
_BUCKET = "floor(ln(greatest({seconds}, %(shortest)s)) / ln(%(growth)s))::int"

RENDERS = f"""
WITH runs AS (
    SELECT job_type, outcome, degraded, seconds, {_BUCKET.format(seconds="seconds")} AS bucket
      FROM monitoring_runoutcome WHERE date = %(day)s
), buckets AS (
    SELECT COALESCE(job_type, '') AS job_type, bucket, count(*) AS n FROM runs WHERE seconds IS NOT NULL
     GROUP BY GROUPING SETS ((job_type, bucket), (bucket))
), histograms AS (
    SELECT job_type, jsonb_object_agg(bucket, n) AS histogram FROM buckets GROUP BY job_type
), figures AS (
    SELECT COALESCE(job_type, '') AS job_type,
           count(*) FILTER (WHERE outcome <> 'cancelled') AS total,
           count(*) FILTER (WHERE outcome = 'completed') AS good,
           count(*) FILTER (WHERE outcome = 'completed' AND degraded) AS degraded,
           count(*) FILTER (WHERE outcome = 'cancelled') AS cancelled,
           count(seconds) AS timed, COALESCE(sum(seconds), 0) AS seconds,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) AS p50,
           percentile_disc(0.95) WITHIN GROUP (ORDER BY seconds) AS p95
      FROM runs GROUP BY GROUPING SETS ((job_type), ())
)
{_INTO}
SELECT %(day)s, 'render', f.job_type, '', '', '', f.total, f.good, 0, 0, f.degraded, f.cancelled, f.timed, f.seconds,
       f.p50, f.p95, COALESCE(h.histogram, '{{}}'), %(now)s
  FROM figures f LEFT JOIN histograms h USING (job_type)
 WHERE f.total + f.cancelled > 0
"""

STAGES = f"""
WITH stages AS (
    SELECT o.job_type, s.stage, s.degraded, s.seconds, {_BUCKET.format(seconds="s.seconds")} AS bucket
      FROM monitoring_runoutcome o
     CROSS JOIN LATERAL jsonb_to_recordset(o.stages) AS s(stage text, degraded boolean, seconds float8)
     WHERE o.date = %(day)s
), buckets AS (
    SELECT COALESCE(job_type, '') AS job_type, stage, bucket, count(*) AS n,
           count(*) FILTER (WHERE degraded) AS degraded, sum(seconds) AS seconds
      FROM stages GROUP BY GROUPING SETS ((job_type, stage, bucket), (stage, bucket))
)
{_INTO}
SELECT %(day)s, 'stage', job_type, stage, '', '', sum(n), sum(n), 0, 0, sum(degraded), 0, sum(n), sum(seconds),
       NULL, NULL, jsonb_object_agg(bucket, n), %(now)s
  FROM buckets GROUP BY job_type, stage
"""

CALLS = f"""
WITH calls AS (
    SELECT o.job_type, c.stage, c.provider, c.ok, c.seconds,
           CASE WHEN c.ok THEN {_BUCKET.format(seconds="c.seconds")} END AS bucket
      FROM monitoring_runoutcome o
     CROSS JOIN LATERAL jsonb_to_recordset(o.calls) AS c(stage text, provider text, ok boolean, seconds float8)
     WHERE o.date = %(day)s
), buckets AS (
    SELECT COALESCE(job_type, '') AS job_type, stage, provider, bucket, count(*) AS n,
           sum(seconds) FILTER (WHERE ok) AS seconds
      FROM calls GROUP BY GROUPING SETS ((job_type, stage, provider, bucket), (stage, provider, bucket))
)
{_INTO}
SELECT %(day)s, 'call', job_type, stage, provider, '', sum(n), COALESCE(sum(n) FILTER (WHERE bucket IS NOT NULL), 0),
       0, 0, 0, 0, COALESCE(sum(n) FILTER (WHERE bucket IS NOT NULL), 0), COALESCE(sum(seconds), 0), NULL, NULL,
       COALESCE(jsonb_object_agg(bucket, n) FILTER (WHERE bucket IS NOT NULL), '{{}}'), %(now)s
  FROM buckets GROUP BY job_type, stage, provider
"""

FAILURES = f"""
{_INTO}
SELECT %(day)s, 'failure', COALESCE(job_type, ''), stage, provider, code, count(*), 0, 0, 0, 0, 0, 0, 0, NULL, NULL,
       '{{}}', %(now)s
  FROM monitoring_runoutcome WHERE date = %(day)s AND outcome = 'failed'
 GROUP BY GROUPING SETS ((job_type, stage, provider, code), (stage, provider, code))
"""

PROMISES = f"""
WITH promises AS (
    SELECT job_type, on_time, ready_at, degraded <> '[]' OR held AS marked,
           ready_at IS NULL AND COALESCE(cancelled_at < due_at, FALSE) AS excused
      FROM monitoring_slarecord WHERE date = %(day)s AND due_at <= %(now)s
), figures AS (
    SELECT COALESCE(job_type, '') AS job_type,
           count(*) FILTER (WHERE NOT excused) AS total, count(*) FILTER (WHERE on_time) AS good,
           count(*) FILTER (WHERE NOT on_time) AS late,
           count(*) FILTER (WHERE ready_at IS NULL AND NOT excused) AS missing,
           count(*) FILTER (WHERE ready_at IS NOT NULL AND marked) AS degraded,
           count(*) FILTER (WHERE excused) AS cancelled
      FROM promises GROUP BY GROUPING SETS ((job_type), ())
)
{_INTO}
SELECT %(day)s, 'sla', job_type, '', '', '', total, good, late, missing, degraded, cancelled, 0, 0, NULL, NULL, '{{}}',
       %(now)s
  FROM figures WHERE total + cancelled > 0
"""

OF_RUNS = (RENDERS, STAGES, CALLS, FAILURES)
