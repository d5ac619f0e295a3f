"""A render failure: why a run did not go on, and whether somebody has dealt with it (R29, R33)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from renders.models.render import Render


class RenderFailure(models.Model):
    render = models.ForeignKey(Render, on_delete=models.CASCADE, related_name="failures")
    run = models.PositiveIntegerField()
    stage = models.CharField(max_length=12)
    segment = models.CharField(max_length=20, blank=True, default="")
    provider = models.CharField(max_length=40, blank=True, default="")
    code = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=100, help_text="provider, stage and code: one cause (R64)")
    failure_reason = models.TextField()
    error_details = models.JSONField(default=dict, help_text="R33: what was met, at which attempt, what was asked")
    final = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    resolved = models.BooleanField(default=False)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved=False) | Q(resolved_at__isnull=False), name="failure_resolved_has_time"
            ),
        ]
        indexes = [models.Index(fields=["fingerprint", "-created_at"], name="failure_by_cause")]

    def __str__(self) -> str:
        return f"{self.stage}: {self.code}"
