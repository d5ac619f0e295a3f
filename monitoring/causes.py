"""Failures by cause (R64): what fails, how often, since when, and what cures it.

Failures are indexed by their cause and time. The causes are few, so they are found by jumping through that index from
one to the next, and each one's failures are counted within it: no query reads the table whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from renders.models import RenderFailure

MOST = 200
"""Causes that are looked at; more are not told apart by anybody."""

_CAUSES = """
WITH RECURSIVE causes AS (
    (SELECT fingerprint, 1 AS n FROM renders_renderfailure ORDER BY fingerprint LIMIT 1)
    UNION ALL
    SELECT (SELECT f.fingerprint FROM renders_renderfailure f
             WHERE f.fingerprint > c.fingerprint ORDER BY f.fingerprint LIMIT 1), c.n + 1
      FROM causes c WHERE c.fingerprint IS NOT NULL AND c.n < %(most)s
)
SELECT c.fingerprint, counted.n, first.created_at, last.id
  FROM causes c
 CROSS JOIN LATERAL (
       SELECT count(*) AS n FROM renders_renderfailure f
        WHERE f.fingerprint = c.fingerprint AND f.created_at >= %(since)s) counted
 CROSS JOIN LATERAL (
       SELECT created_at FROM renders_renderfailure f
        WHERE f.fingerprint = c.fingerprint ORDER BY f.created_at LIMIT 1) first
 CROSS JOIN LATERAL (
       SELECT id FROM renders_renderfailure f
        WHERE f.fingerprint = c.fingerprint ORDER BY f.created_at DESC LIMIT 1) last
 WHERE counted.n > 0
 ORDER BY counted.n DESC, c.fingerprint
"""


@dataclass(frozen=True)
class CauseCount:
    count: int
    """Within the time that was asked for; requeued ones count each time."""
    first_seen: datetime
    """Ever."""
    example: RenderFailure
    """The newest."""

    @property
    def details(self) -> Mapping[str, Any]:
        details: Mapping[str, Any] = self.example.error_details
        return details

    @property
    def remedy(self) -> str:
        return str(self.details.get("remedy", ""))

    @property
    def helps(self) -> str:
        """Whether trying again can help (R34)."""
        if self.details.get("is_retryable"):
            return "A retry can help."
        if self.details.get("user_action_required"):
            return "A retry alone will not help: the input has to change."
        return "A retry alone will not help."


def causes_since(since: datetime) -> list[CauseCount]:
    """Those of the failures since then, the most frequent first. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_CAUSES, {"since": since, "most": MOST})
        rows = cursor.fetchall()
    examples = RenderFailure.objects.select_related("render").defer("render__input_text", "render__items")
    by_id = examples.in_bulk([last for *_, last in rows])
    return [CauseCount(count, first, by_id[last]) for _, count, first, last in rows if last in by_id]
