"""One promise: a video that was due, when it was ready, and why not (R75).

It is made when the render is queued, so that one which never comes is missed. The first time that the video was ready
counts, whatever is made of the render afterwards: a later run makes no late video punctual and no punctual one late.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from renders.domain.job import JobType
from renders.models import Render, Workspace
from renders.models.choices import choices
from renders.models.workspace import TenantQuerySet


class SLARecord(models.Model):
    render = models.OneToOneField(
        Render,
        on_delete=models.CASCADE,
        related_name="sla",
        null=True,
        blank=True,
        help_text="None where a daily run was expected and nobody made it.",
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    job_type = models.CharField(max_length=20, choices=choices(JobType))
    language = models.CharField(max_length=12)
    target_date = models.DateField(null=True, blank=True, help_text="The day that the video is about.")
    date = models.DateField(help_text="The day whose report counts it: the first one after it was due.")
    due_at = models.DateTimeField()
    ready_at = models.DateTimeField(
        null=True, blank=True, help_text="When its video had been fetched back for the first time (R17)."
    )
    on_time = models.GeneratedField(
        expression=Q(ready_at__lte=F("due_at")),  # type: ignore[arg-type]
        output_field=models.BooleanField(null=True),
        db_persist=True,
        help_text="Unknown until it is ready.",
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="When it failed for good.")
    held = models.BooleanField(default=False, help_text="It was held for an editor on its way.")
    degraded = models.JSONField(default=list, blank=True)
    """As `Render.degraded`, of the run that made it ready."""

    # Why not: the last thing that went wrong before it was ready
    code = models.CharField(max_length=40, blank=True, default="")
    stage = models.CharField(max_length=12, blank=True, default="")
    provider = models.CharField(max_length=40, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    remedy = models.TextField(blank=True, default="")

    last_event = models.BigIntegerField(
        default=0, help_text="The newest event that is in it; older ones change nothing."
    )
    rolled = models.BooleanField(default=False, help_text="Whether the day's figures have it as it stands.")

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = "SLA record"
        ordering = ["-due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "language", "target_date"],
                condition=Q(render__isnull=True),
                name="one_missing_run_a_day",
            ),
        ]
        indexes = [
            # Reports and the list: a day's promises.
            models.Index(fields=["date", "job_type"], name="sla_by_date"),
            models.Index(fields=["-due_at"], name="sla_by_due"),
            # The list, filtered: there are few of these among many.
            models.Index(fields=["-due_at"], name="sla_late", condition=Q(on_time=False)),
            models.Index(fields=["-due_at"], name="sla_not_ready", condition=Q(ready_at__isnull=True)),
            # The rollup: which days have changed.
            models.Index(fields=["date"], name="sla_to_roll", condition=Q(rolled=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_excused(self) -> bool:
        """Called off by a person before it was due: no promise any more. Called off later, it stays missing."""
        return self.ready_at is None and self.cancelled_at is not None and self.cancelled_at < self.due_at


EXCUSED = Q(ready_at__isnull=True, cancelled_at__lt=F("due_at"))
"""`is_excused`, for queries."""
