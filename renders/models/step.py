"""A step: the one unit of work. One claim, one lease, one policy, one log, for stages and assets alike."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from renderhub.lib.queues import Queue
from renders.domain.stages import Stage
from renders.domain.states import StepStatus
from renders.models.choices import choices, whole
from renders.models.render import Render
from renders.models.workspace import TenantQuerySet


class StepQuerySet(TenantQuerySet["Step"]):
    workspace_path = "render__workspace"


class Step(models.Model):
    render = models.ForeignKey(Render, on_delete=models.CASCADE, related_name="steps", db_index=False)
    run = models.IntegerField()
    stage = models.CharField(max_length=12, choices=choices(Stage))
    segment = models.CharField(max_length=20, blank=True, default="", help_text="Empty where it is not a segment's.")
    position = models.SmallIntegerField(help_text="Its place in the run; also the order of locking.")
    payload = models.JSONField(default=dict, blank=True)
    """What the graph hands it, so that most steps need no look at the others' results."""

    # Where it stands: written by pipeline/transitions.py alone (I5)
    status = models.CharField(max_length=12, choices=choices(StepStatus))
    waits = models.SmallIntegerField(default=0, help_text="Unfinished steps before it.")
    queue = models.CharField(max_length=10, choices=choices(Queue))
    provider = models.CharField(max_length=40, help_text="The provider whose turn it is.")
    attempt = models.SmallIntegerField(default=0, help_text="Attempts with this provider since last due anew.")
    losses = models.SmallIntegerField(default=0, help_text="Workers that died while at it, in a row.")
    claim_no = models.IntegerField(default=0, help_text="Raised by each claim; an older one writes nothing (I2).")
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=100, blank=True, default="")
    wake_at = models.DateTimeField(null=True, blank=True)
    waits_for = models.TextField(
        blank=True, default="", db_default="", help_text="Why it sleeps, where nobody could be asked (R10)."
    )
    wants_slot = models.BooleanField(
        default=False,
        db_default=False,
        help_text="It waits, or has waited, for a call that its provider has to give (R39).",
    )
    due_since = models.DateTimeField(null=True, blank=True)
    rank = models.FloatField(default=0.0)
    job_id = models.CharField(max_length=200, blank=True, default="", help_text="The provider's, while it is at work.")
    result = models.JSONField(null=True, blank=True)
    degraded = models.TextField(blank=True, default="", help_text="Why a fallback was taken.")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reused_from = models.IntegerField(null=True, blank=True, help_text="The run that made this result (R20).")

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ["render", "run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["render", "run", "stage", "segment"], name="one_step_per_slot"),
            # A word that is known, counts from 0, and what each status cannot be without: something to wait for, a time
            # to wake, a lease, a result.
            whole("step", "status", "waits", "wake_at", "lease_until", "result", "attempt", "losses", "claim_no"),
        ]
        indexes = [
            # A message's claim: the best due step of one stage.
            models.Index(fields=["queue", "stage", "rank", "id"], name="step_due_of_stage", condition=Q(status="due")),
            # A worker that goes on in place: the best due step of its queue.
            models.Index(fields=["queue", "rank", "id"], name="step_due_of_queue", condition=Q(status="due")),
            # The keeper: leases run out; sleepers whose time has come.
            models.Index(fields=["lease_until"], name="step_leased", condition=Q(status="running")),
            models.Index(fields=["wake_at"], name="step_sleeping", condition=Q(status="sleeping")),
            # A call ended: who waits for its slot. No row of a provider without a limit is in it.
            models.Index(
                fields=["provider", "rank", "id"],
                name="step_wants_slot",
                condition=Q(wants_slot=True, status__in=["sleeping", "due"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.segment}".strip()
