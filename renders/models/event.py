"""The outbox: a row for every change of state, written with it (I4, I5). Alerts and SLA records are made from it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from renders.models.render import Render


class RenderEvent(models.Model):
    # No constraint, as in `RenderLog`. The index of the list below begins with it.
    render = models.ForeignKey(
        Render,
        on_delete=models.CASCADE,
        related_name="events",
        db_index=False,
        db_constraint=False,
        null=True,
        blank=True,
        help_text="None where it is about something else: a service, a feed, a report.",
    )
    run = models.IntegerField(default=0)
    kind = models.CharField(max_length=40, help_text="render.completed, service.down, feed.broken, ...")
    stage = models.CharField(max_length=12, blank=True, default="")
    segment = models.CharField(max_length=20, blank=True, default="")
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            # The outbox's reader (pipeline/outbox.py): what nobody has looked at, oldest first.
            models.Index(fields=["id"], name="event_unprocessed", condition=Q(processed_at__isnull=True)),
            models.Index(fields=["render", "id"], name="event_of_render"),
        ]

    def __str__(self) -> str:
        return self.kind
