"""A day's report as it was written and sent (R76). Never rewritten: what was missing then may have come since, late."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from monitoring.figures.tally import Tally


class SLAReport(models.Model):
    date = models.DateField(unique=True, help_text="It covers what was due in the day up to its time.")
    as_of = models.DateTimeField(help_text="When its figures were taken.")
    target = models.DecimalField(max_digits=6, decimal_places=3, help_text="In percent.")
    promised = models.PositiveIntegerField()
    on_time = models.PositiveIntegerField()
    late = models.PositiveIntegerField()
    missing = models.PositiveIntegerField()
    degraded = models.PositiveIntegerField()
    cancelled = models.PositiveIntegerField(help_text="Called off before they were due; not promised any more.")
    week_promised = models.PositiveIntegerField()
    week_on_time = models.PositiveIntegerField()
    month_promised = models.PositiveIntegerField(help_text="Of 30 days.")
    month_on_time = models.PositiveIntegerField()
    entries = models.JSONField(default=list, help_text="The late, missing and degraded ones (sla/report.py).")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()

    class Meta:
        verbose_name = "SLA report"
        ordering = ["-date"]
        constraints = [
            models.CheckConstraint(
                condition=Q(promised=F("on_time") + F("late") + F("missing")), name="sla_report_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%A}, {self.date.day} {self.date:%B %Y}"

    @property
    def day(self) -> Tally:
        return Tally(self.promised, self.on_time)

    @property
    def week(self) -> Tally:
        return Tally(self.week_promised, self.week_on_time)

    @property
    def month(self) -> Tally:
        return Tally(self.month_promised, self.month_on_time)
