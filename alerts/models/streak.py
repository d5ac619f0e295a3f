"""The runs that failed in a row: one row, which readers of the outbox lock before they write alerts."""

from __future__ import annotations

from django.db import models


class StreakRow(models.Model):
    """See alerts/streak.py for what the two columns mean."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    last_success = models.BigIntegerField(default=0)
    failures = models.JSONField(default=list)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_streak")]

    def __str__(self) -> str:
        return f"{len(self.failures)} in a row"
