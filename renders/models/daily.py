"""The daily run of one workspace, language and date (R3): unique, so that running it twice creates nothing twice."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from renders.models.render import Render
from renders.models.workspace import Workspace


class DailyRun(models.Model):
    """Either its render was asked for, or it was missed for good; a missed one can be made up for by hand."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    language = models.CharField(max_length=12)
    date = models.DateField()
    render = models.OneToOneField(
        Render, on_delete=models.CASCADE, related_name="daily_run", null=True, blank=True, help_text="None: missed."
    )
    missed = models.TextField(blank=True, default="", help_text="Why there is none, in plain words.")
    source = models.CharField(max_length=500, help_text="The feed, or the feeds, that it was made from.")
    note = models.TextField(blank=True, default="", help_text="How far the window had to be widened, and why.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-date"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "language", "date"], name="one_daily_run_a_day"),
            models.CheckConstraint(
                condition=Q(render__isnull=False, missed="") | Q(render__isnull=True) & ~Q(missed=""),
                name="daily_run_made_or_missed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.language}"
