"""What is expected: how long each provider takes (R38), and when each promised render is ready (R77)."""

from __future__ import annotations

from django.db import models

from renders.domain.stages import Stage
from renders.models.choices import choices
from renders.models.render import Render


class StageHistory(models.Model):
    """How long a provider took for a stage, by its last successful calls. Rolled up from the render log."""

    stage = models.CharField(max_length=12, choices=choices(Stage))
    provider = models.CharField(max_length=40)
    samples = models.JSONField(default=list, help_text="Seconds of the last calls that it answered well, newest last.")
    count = models.PositiveIntegerField(default=0, help_text="Of the samples that the figures are made from.")
    typical = models.FloatField(default=0.0, help_text="Seconds: the median.")
    slow = models.FloatField(default=0.0, help_text="Seconds: the ninth decile.")
    read_to = models.BigIntegerField(default=0, help_text="The last row of the render log that is in it.")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["stage", "provider"]
        verbose_name_plural = "stage histories"
        constraints = [models.UniqueConstraint(fields=["stage", "provider"], name="one_history_a_provider")]

    def __str__(self) -> str:
        return f"{self.stage}: {self.provider}"


class Outlook(models.Model):
    """When an open render with a due time is expected to be ready. A row of its own: what is expected changes all the
    time, and nobody who moves the render waits for it."""

    render = models.OneToOneField(Render, on_delete=models.CASCADE, primary_key=True, related_name="outlook")
    run = models.PositiveIntegerField()
    ready_at = models.DateTimeField(help_text="By the typical times of what is left.")
    slow_at = models.DateTimeField(help_text="Nine times of ten it is ready by then.")
    at_risk = models.BooleanField(default=False, help_text="`slow_at` lies behind the due time.")
    why = models.TextField(blank=True, default="")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["slow_at"]

    def __str__(self) -> str:
        return f"{self.render_id}: {self.ready_at}"
