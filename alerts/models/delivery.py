"""A message to one channel (I4): written before it is sent, settled after it.

`pending -> sending -> sent | uncertain | failed`, and from `sending` back to `pending` for another try. Every claim
raises `claim_no`; whoever settles names it, and a stale sender changes nothing (alerts/claims.py).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from alerts.models.alert import Alert
from alerts.models.channel import Channel
from alerts.vocabulary import DeliveryState, MessageKind
from renderhub.lib.ids import uuid7
from renders.models.choices import choices, one_of


class Delivery(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=120, unique=True, help_text="What it is, once: nothing is told twice.")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    alert = models.ForeignKey(Alert, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=10, choices=choices(MessageKind))
    subject = models.CharField(max_length=250)
    payload = models.JSONField(default=dict, blank=True, help_text="A report as it was written; alerts are told fresh.")
    state = models.CharField(max_length=10, choices=choices(DeliveryState), default=DeliveryState.PENDING.value)
    by_hand = models.BooleanField(default=False, help_text="A person asked for it: it goes to a broken channel, too.")
    attempts = models.PositiveSmallIntegerField(default=0)
    doubts = models.PositiveSmallIntegerField(
        default=0, help_text="How often it was handed over and nobody noted what came of it."
    )
    claim_no = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(help_text="Its next try; while it is sent, the end of the sender's lease.")
    handed_at = models.DateTimeField(null=True, blank=True, help_text="When this try's message left our hands.")
    answer = models.TextField(blank=True, default="", help_text="What the last try met.")
    remedy = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(condition=one_of("state", DeliveryState), name="delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending"]) | Q(settled_at__isnull=False),
                name="delivery_settled_has_time",
            ),
        ]
        indexes = [
            # The senders' question (alerts/claims.py): what is due, the oldest first.
            models.Index(fields=["next_at"], name="delivery_due", condition=Q(state__in=["pending", "sending"])),
            # The log of one channel, and the whole log by state.
            models.Index(fields=["channel", "-created_at"], name="delivery_of_channel"),
            models.Index(fields=["state", "-created_at"], name="delivery_by_state"),
        ]

    def __str__(self) -> str:
        return self.subject
