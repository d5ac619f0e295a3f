"""How a run ended: a row that stays as it is, where the render's own row is written anew by its next run.

The days' figures are made from these rows alone: no page and no rollup reads the pipeline's tables by time.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import Q

from renders.domain.job import JobType
from renders.models import Render
from renders.models.choices import choices, one_of


class Outcome(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    """For good; what is requeued has not ended."""
    CANCELLED = "cancelled"


class RunOutcome(models.Model):
    render = models.ForeignKey(Render, on_delete=models.CASCADE, related_name="outcomes", db_index=False)
    run = models.PositiveIntegerField()
    job_type = models.CharField(max_length=20, choices=choices(JobType))
    outcome = models.CharField(max_length=10, choices=choices(Outcome))
    ended_at = models.DateTimeField()
    date = models.DateField(help_text="The day of its end in the site's time zone.")
    code = models.CharField(max_length=40, blank=True, default="", help_text="Of the failure that ended it.")
    stage = models.CharField(max_length=12, blank=True, default="")
    provider = models.CharField(max_length=40, blank=True, default="")
    seconds = models.FloatField(
        null=True, blank=True, help_text="What its last try took, from the first claim to the published video."
    )

    # Measured after the end, from its steps and attempts (rollup/measure.py)
    measured = models.BooleanField(default=False)
    degraded = models.BooleanField(default=False, help_text="Some stage was finished with a fallback.")
    stages = models.JSONField(default=list)
    """`[{stage, seconds, degraded}]`: how long anybody was at it, waits left out."""
    calls = models.JSONField(default=list)
    """`[{stage, provider, ok, seconds}]`: its attempts."""
    rolled = models.BooleanField(default=False, help_text="Whether the day's figures have it.")

    class Meta:
        ordering = ["-ended_at"]
        constraints = [
            models.UniqueConstraint(fields=["render", "run"], name="one_outcome_a_run"),
            models.CheckConstraint(condition=one_of("outcome", Outcome), name="outcome_known"),
        ]
        indexes = [
            # The rollup of a day.
            models.Index(fields=["date", "job_type"], name="outcome_by_date"),
            # The rollup: what is new.
            models.Index(fields=["id"], name="outcome_to_roll", condition=Q(rolled=False)),
            # Throughput: what ended within the last hour.
            models.Index(fields=["ended_at"], name="outcome_by_end"),
        ]

    def __str__(self) -> str:
        return f"run {self.run}: {self.outcome}"
