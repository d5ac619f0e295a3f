"""Who waits for a render: each asked for it, and each hears of every final outcome of every run (R4, R85)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from renders.models.render import Render


class RenderRequest(models.Model):
    render = models.ForeignKey(Render, on_delete=models.CASCADE, related_name="requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="requests")
    told_run = models.PositiveIntegerField(default=0, help_text="The last run whose outcome they have heard of.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["render", "user"], name="one_request_each")]

    def __str__(self) -> str:
        return f"{self.user} waits for {self.render_id}"
