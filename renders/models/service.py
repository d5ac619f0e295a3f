"""A service that renders need, and how it answered when it was last asked (R40)."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from renders.models.choices import choices, one_of


class ServiceStatus(StrEnum):
    UNKNOWN = "unknown"
    """Never asked yet."""
    UP = "up"
    DOWN = "down"


class Service(models.Model):
    name = models.CharField(max_length=40, unique=True, help_text="A provider's name, or database, broker, storage.")
    status = models.CharField(
        max_length=8, choices=choices(ServiceStatus), default=ServiceStatus.UNKNOWN.value, editable=False
    )
    since = models.DateTimeField(help_text="Since when it is in this state.")
    checked_at = models.DateTimeField(null=True, blank=True)
    latency_ms = models.FloatField(null=True, blank=True)
    error = models.TextField(blank=True, default="", help_text="What the last failing check met.")
    remedy = models.TextField(blank=True, default="", help_text="What to do about it.")
    stages = models.JSONField(default=list, help_text="The stages whose chains name it; empty for what all need.")
    primary = models.BooleanField(default=False, help_text="First in one of its chains, or needed by all.")

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=one_of("status", ServiceStatus), name="service_status_known")]

    def __str__(self) -> str:
        return self.name
