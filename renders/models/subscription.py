"""Which workspace wants which language, feeds and hour (R3)."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.db.models import Q

from renderhub.lib import clock
from renders.domain.job import LENGTHS, AspectRatio, Priority, Style, Theme, Voice
from renders.models.choices import choices, one_of
from renders.models.feed import Feed
from renders.models.workspace import Workspace


class DailySubscription(models.Model):
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="subscriptions")
    language = models.CharField(max_length=12, default="en")
    feeds = models.ManyToManyField(Feed, related_name="subscriptions")
    at = models.TimeField(default=time(4), help_text="When the day's run begins, in the site's time zone.")
    length = models.PositiveSmallIntegerField(
        choices=[(seconds, f"{seconds} s") for seconds in LENGTHS], default=60, help_text="Seconds of narration."
    )
    style = models.CharField(max_length=20, choices=choices(Style), default=Style.DETAILED.value)
    voice = models.CharField(max_length=20, choices=choices(Voice), default=Voice.DEFAULT.value)
    aspect_ratio = models.CharField(
        max_length=5, choices=[(ratio.value, ratio.value) for ratio in AspectRatio], default=AspectRatio.WIDE.value
    )
    theme = models.CharField(max_length=10, choices=choices(Theme), default=Theme.INK.value)
    burn_captions = models.BooleanField(default=False, help_text="Captions in the picture, too.")
    priority = models.CharField(max_length=10, choices=choices(Priority), default=Priority.NORMAL.value)
    enabled = models.BooleanField(default=True)
    since = models.DateTimeField(default=clock.now, editable=False)
    """When it was last switched on: no run of a time before that is made up for."""
    trouble = models.TextField(blank=True, default="", editable=False)
    """Why the run that is due could not be made yet; empty once it is made or missed."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["workspace", "language"]
        constraints = [
            # A day's run is one a workspace and language: two subscriptions would fight over it.
            models.UniqueConstraint(fields=["workspace", "language"], name="one_subscription_a_language"),
            models.CheckConstraint(condition=Q(length__in=LENGTHS), name="subscription_length_on_offer"),
            models.CheckConstraint(
                condition=one_of("style", Style)
                & one_of("voice", Voice)
                & one_of("aspect_ratio", AspectRatio)
                & one_of("theme", Theme)
                & one_of("priority", Priority),
                name="subscription_choices_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workspace}, {self.language}"
