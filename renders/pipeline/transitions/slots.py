"""sleeping -> due for those who wait for a call that their provider has to give (R39): as many as slots are free, the
most urgent first, by the rank that claims go by."""

from __future__ import annotations

from django.db import connection

from renders.pipeline.transitions.steps import Freed

# A slot that somebody took while this statement looked may hold a claim that is younger than what it sees: such a one
# is passed by (but for one from a future that a clock set back has left behind).
FREE = """l.provider = %(provider)s AND l.number <= %(at_once)s
                AND (l.taken_at IS NULL OR l.taken_at <= statement_timestamp()
                     OR l.taken_at > statement_timestamp() + interval '1 minute')
                AND NOT EXISTS (SELECT 1 FROM renders_step s
                                 WHERE s.id = l.step AND s.provider = l.provider
                                   AND (s.status = 'running' AND s.claim_no = l.claim_no
                                        OR s.job_id <> '' AND s.status IN ('running', 'sleeping', 'due')))"""
"""Of a slot `l`: nobody has it."""
# Five seconds: nobody listens to the queue of one that is due for longer, and a slot is kept free for nobody in vain.
WOKEN = "w.status = 'due' AND w.due_since > statement_timestamp() - interval '5 seconds'"
WAITING = f"w.provider = %(provider)s AND w.wants_slot AND w.job_id = '' AND (w.status = 'sleeping' OR {WOKEN})"
"""Of a step `w`: it waits for a slot, or was woken for one and is about to be claimed."""

_WAKE = f"""
UPDATE renders_step SET status = 'due', wake_at = NULL, due_since = clock_timestamp()
 WHERE id IN (SELECT id FROM renders_step
               WHERE provider = %(provider)s AND wants_slot AND job_id = '' AND status = 'sleeping'
               ORDER BY rank, id
               LIMIT (SELECT GREATEST(count(*) - (SELECT count(*) FROM renders_step w
                                                   WHERE {WAITING} AND w.status = 'due'), 0)
                        FROM renders_slot l WHERE {FREE})
                 FOR UPDATE SKIP LOCKED)
RETURNING stage, queue
"""


def wake_for_slots(provider: str, at_once: int) -> list[Freed]:
    """Safe to be called at any time and by many at once: who is woken for nothing goes back to his place."""
    with connection.cursor() as cursor:
        cursor.execute(_WAKE, {"provider": provider, "at_once": at_once})
        return [Freed(stage, queue) for stage, queue in cursor.fetchall()]
