"""A published video that lies here because the bucket did not take it, on its way there (R17)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from renders.models.render import Render


class SpooledVideo(models.Model):
    render = models.OneToOneField(Render, on_delete=models.CASCADE, related_name="spooled")
    run = models.PositiveIntegerField(help_text="The run that published it here.")
    files = models.JSONField(default=dict, help_text="Role to name; the name is the content's hash.")
    urls = models.JSONField(default=dict, blank=True, help_text="Role to address in the bucket, once it is there.")
    wake_at = models.DateTimeField(help_text="When it is tried again; while one is at it, until when that is believed.")
    tries = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, default="", help_text="What the last try met.")
    moved_at = models.DateTimeField(null=True, blank=True, help_text="Since when people are sent to the bucket.")
    removed_at = models.DateTimeField(null=True, blank=True, help_text="When the copy here was removed.")

    class Meta:
        ordering = ["wake_at"]
        constraints = [
            models.CheckConstraint(condition=Q(moved_at__isnull=True) | ~Q(urls={}), name="spool_moved_has_urls"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(moved_at__isnull=False), name="spool_removed_after_moved"
            ),
        ]
        indexes = [
            # Both for `pipeline/spool`: what is to be moved, and whose copy here is to go.
            models.Index(fields=["wake_at"], name="spool_to_move", condition=Q(moved_at__isnull=True)),
            models.Index(
                fields=["moved_at"],
                name="spool_to_clear",
                condition=Q(moved_at__isnull=False, removed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.render.name}, run {self.run}"
