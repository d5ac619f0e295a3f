"""An attempt: one call of a provider. Written before the call and settled after it (I4); never overwritten."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from renders.models.choices import choices, whole
from renders.models.step import Step


class AttemptOutcome(StrEnum):
    UNDER_WAY = "under_way"
    OK = "ok"
    ERROR = "error"
    LOST = "lost"
    """Its worker died, or came back too late."""
    CANCELLED = "cancelled"


class Attempt(models.Model):
    # No constraint, as in `RenderLog`.
    step = models.ForeignKey(
        Step, on_delete=models.CASCADE, related_name="attempts", db_index=False, db_constraint=False
    )
    claim_no = models.IntegerField()
    number = models.SmallIntegerField(help_text="Counted for each provider of the step.")
    provider = models.CharField(max_length=40)
    worker = models.CharField(max_length=100, blank=True, default="")
    job_id = models.CharField(max_length=200, blank=True, default="", help_text="The provider's.")
    request = models.JSONField(default=dict, blank=True, help_text="What was asked: prompt, model; no secrets.")
    outcome = models.CharField(max_length=10, choices=choices(AttemptOutcome), default=AttemptOutcome.UNDER_WAY.value)
    error_code = models.CharField(max_length=40, blank=True, default="")
    error = models.JSONField(null=True, blank=True)
    decision = models.CharField(max_length=20, blank=True, default="", help_text="What the policy made of it.")
    cost = models.DecimalField(max_digits=10, decimal_places=4, null=True, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["step", "claim_no"], name="one_attempt_per_claim"),
            whole("attempt", "outcome", "ended_at"),  # a word that is known; an end where it is settled
        ]

    def __str__(self) -> str:
        return f"{self.provider} #{self.number}: {self.outcome}"
