"""The figures of a day, added up once: pages read these rows, a few for each day, and nothing else (PERFORMANCE 3)."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from renders.models.choices import choices, one_of


class Subject(StrEnum):
    """What a row counts; the columns mean the same in all, where they mean something."""

    RENDER = "render"
    """Runs that ended. total = completed + failed for good; good = completed; degraded = completed with a fallback;
    seconds = the completed ones' render time."""
    STAGE = "stage"
    """Stages that runs went through, by stage. total; degraded = finished with a fallback; seconds = of work."""
    CALL = "call"
    """Calls of providers, by stage and provider. total; good = answered; seconds = of the good ones."""
    FAILURE = "failure"
    """Failures for good, by stage, provider and code. total."""
    SLA = "sla"
    """Promises. total = promised and due; good = on time; late; missing; degraded; cancelled."""


class DailyStat(models.Model):
    date = models.DateField()
    subject = models.CharField(max_length=8, choices=choices(Subject))
    job_type = models.CharField(max_length=20, blank=True, default="", help_text="Empty: all of them together.")
    stage = models.CharField(max_length=12, blank=True, default="")
    provider = models.CharField(max_length=40, blank=True, default="")
    code = models.CharField(max_length=40, blank=True, default="")

    total = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    degraded = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    timed = models.PositiveIntegerField(default=0, help_text="How many durations the following are of.")
    seconds = models.FloatField(default=0.0, help_text="Their sum.")
    p50 = models.FloatField(null=True, blank=True, help_text="Exact, for renders.")
    p95 = models.FloatField(null=True, blank=True)
    histogram = models.JSONField(default=dict, blank=True)
    """Durations by bucket (figures/histogram.py)."""
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = "metrics"
        verbose_name_plural = "metrics"
        ordering = ["-date", "subject"]
        constraints = [
            # The pages' index, too: of all job types or of one, a stretch of days.
            models.UniqueConstraint(
                fields=["job_type", "date", "subject", "stage", "provider", "code"], name="one_stat_a_day"
            ),
            models.CheckConstraint(condition=one_of("subject", Subject), name="stat_subject_known"),
        ]
        indexes = [
            # The rollup takes a day away to write it anew.
            models.Index(fields=["date"], name="stat_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.subject}"
