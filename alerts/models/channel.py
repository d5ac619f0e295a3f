"""A channel: where messages go, and whether it works (R70)."""

from __future__ import annotations

from django.db import models

from alerts.vocabulary import ChannelKind
from renders.models.choices import choices, one_of


class Channel(models.Model):
    name = models.CharField(max_length=60, unique=True, help_text="What people call it: Operators, #renders.")
    kind = models.CharField(max_length=10, choices=choices(ChannelKind))
    target = models.CharField(
        max_length=254,
        help_text="For email: the address. For Slack: a name in SLACK_WEBHOOKS, which holds the secret URL.",
    )
    enabled = models.BooleanField(default=True, help_text="Gets messages about what happens from now on.")
    broken_at = models.DateTimeField(null=True, blank=True, editable=False)
    broken_why = models.TextField(blank=True, default="", editable=False)
    free_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Before then nothing is sent there: its rate, or its wish."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=one_of("kind", ChannelKind), name="channel_kind_known")]

    def __str__(self) -> str:
        return self.name
