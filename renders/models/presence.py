"""Who is there: a mark that each worker and each beat leaves again and again while it lives (R46, R71)."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import Q

from renders.models.choices import choices, one_of


class PresenceKind(StrEnum):
    WORKER = "worker"
    BEAT = "beat"


class Presence(models.Model):
    kind = models.CharField(max_length=8, choices=choices(PresenceKind))
    name = models.CharField(max_length=200, help_text="As Celery calls it: cpu@host.")
    queues = models.JSONField(default=list, blank=True, help_text="What a worker works off.")
    size = models.PositiveIntegerField(default=0, help_text="Steps that a worker can be at, side by side.")
    since = models.DateTimeField(help_text="Since when this one runs.")
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="one_mark_a_process"),
            models.CheckConstraint(condition=one_of("kind", PresenceKind), name="presence_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Trouble(models.Model):
    """Something that is silent, or a queue that is not well, told of once: the row goes when it is over."""

    what = models.CharField(max_length=60, unique=True, help_text="beat, workers, or a queue and its limit.")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(what=""), name="trouble_names_something")]

    def __str__(self) -> str:
        return self.what
