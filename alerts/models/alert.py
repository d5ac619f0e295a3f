"""An alert: one cause, however often it is met (R72)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.vocabulary import AlertKind, AlertState, Severity
from renders.models import Render
from renders.models.choices import choices, one_of


class Alert(models.Model):
    cause = models.CharField(max_length=200, help_text="The same each time; see alerts/rules.py.")
    kind = models.CharField(max_length=20, choices=choices(AlertKind))
    severity = models.CharField(max_length=10, choices=choices(Severity))
    title = models.CharField(max_length=200)
    details = models.TextField(blank=True, default="", help_text="What was met, the last time.")
    remedy = models.TextField(blank=True, default="", help_text="What to do (R34).")
    render = models.ForeignKey(
        Render, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts", help_text="The newest one."
    )
    renders = models.JSONField(default=list, blank=True, help_text="Ids and names of the newest ones, newest last.")
    stage = models.CharField(max_length=40, blank=True, default="")
    path = models.CharField(max_length=300, blank=True, default="", help_text="Where in the console it is looked into.")
    count = models.PositiveIntegerField(default=1)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    state = models.CharField(max_length=10, choices=choices(AlertState), default=AlertState.OPEN.value)
    ends_at = models.DateTimeField(
        null=True, blank=True, help_text="It seems to be over; if it does not come back before then, it is."
    )
    outcome = models.TextField(blank=True, default="", help_text="How it ended.")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)

    class Meta:
        ordering = ["state", "-last_seen"]
        constraints = [
            models.UniqueConstraint(fields=["cause"], condition=Q(state="open"), name="one_open_alert_a_cause"),
            models.CheckConstraint(condition=one_of("state", AlertState), name="alert_state_known"),
            models.CheckConstraint(
                condition=Q(state="open") | Q(resolved_at__isnull=False), name="alert_resolved_has_time"
            ),
        ]
        indexes = [
            # The console's list: open ones first, then by when they were seen last.
            models.Index(fields=["state", "-last_seen"], name="alert_by_state"),
        ]

    def __str__(self) -> str:
        return self.title
