"""The daily run of one workspace, language and date (R3): unique, so that running it twice creates nothing twice."""

from __future__ import annotations

from django.db import models

from renders.models.render import Render
from renders.models.workspace import Workspace


class DailyRun(models.Model):
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    language = models.CharField(max_length=12)
    date = models.DateField()
    render = models.OneToOneField(Render, on_delete=models.CASCADE, related_name="daily_run")
    source = models.CharField(max_length=500, help_text="The feed that it was made from.")
    note = models.TextField(blank=True, default="", help_text="How far the window had to be widened, and why.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-date"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "language", "date"], name="one_daily_run_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.language}"
