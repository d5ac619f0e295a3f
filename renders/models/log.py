"""The render log: a row per step event (R29). Appended to, never changed, dropped by age."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from renders.models.choices import choices
from renders.models.render import Render


class LogStatus(StrEnum):
    STARTED = "started"
    COMPLETED = "completed"
    FAILED = "failed"
    RETRYING = "retrying"
    DEGRADED = "degraded"
    SKIPPED = "skipped"


class RenderLog(models.Model):
    # Written only by statements that hold the render's row; a check of each costs 0.1 ms (measured).
    render = models.ForeignKey(
        Render, on_delete=models.CASCADE, related_name="logs", db_index=False, db_constraint=False
    )
    run = models.IntegerField()
    step_name = models.CharField(max_length=12)
    segment = models.CharField(max_length=20, blank=True, default="")
    status = models.CharField(max_length=10, choices=choices(LogStatus))
    provider = models.CharField(max_length=40, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    error_code = models.CharField(max_length=40, blank=True, default="")
    duration_ms = models.IntegerField(null=True, blank=True)
    retry_count = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            # The render page reads one render's rows in order.
            models.Index(fields=["render", "created_at"], name="log_of_render"),
        ]

    def __str__(self) -> str:
        return f"{self.step_name} {self.segment}: {self.status}"
