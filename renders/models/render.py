"""A render: one video to be made (R1)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import models
from django.db.models import Q

from renderhub.lib.ids import uuid7
from renders.domain.job import AspectRatio, Job, JobType, NewsItem, Priority, Source, Style, Voice
from renders.domain.states import OPEN_RENDERS, RenderStatus
from renders.models.choices import choices, whole
from renders.models.workspace import TenantQuerySet, Workspace

OPEN = Q(status__in=sorted(s.value for s in OPEN_RENDERS)) | Q(status="failed", final=False)
"""Renders that a twin's request joins (R4)."""


class Render(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, db_index=False)  # `render_by_workspace`
    name = models.CharField(max_length=200)

    # What was asked for
    job_type = models.CharField(max_length=20, choices=choices(JobType))
    input_text = models.TextField(blank=True, default="")
    items = models.JSONField(default=list, blank=True)
    """The day's items, for `daily_ca`: a list of NewsItem in JSON."""
    style = models.CharField(max_length=20, choices=choices(Style), default=Style.DETAILED.value)
    length = models.SmallIntegerField(default=60, help_text="Seconds of narration asked for.")
    voice = models.CharField(max_length=20, choices=choices(Voice), default=Voice.DEFAULT.value)
    language = models.CharField(max_length=12, default="en")
    aspect_ratio = models.CharField(max_length=5, choices=choices(AspectRatio), default=AspectRatio.WIDE.value)
    theme = models.CharField(max_length=10, default="ink")
    burn_captions = models.BooleanField(default=False, help_text="Captions in the picture, too.")
    source_file = models.CharField(max_length=80, blank=True, default="", help_text="Its key in storage.")
    source_name = models.CharField(max_length=200, blank=True, default="", help_text="What it was called.")
    source_kind = models.CharField(max_length=10, blank=True, default="", help_text="document, image or video")
    source_seconds = models.FloatField(default=0.0, help_text="Length of a source video.")
    priority = models.CharField(max_length=10, choices=choices(Priority), default=Priority.NORMAL.value)
    target_date = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="When the video must be ready (SLA).")
    fingerprint = models.CharField(max_length=64, editable=False)
    """Same workspace and wishes, same fingerprint: twins share one open render (R4)."""

    # Where it stands: written by pipeline/transitions.py alone (I5)
    status = models.CharField(max_length=12, choices=choices(RenderStatus), default=RenderStatus.QUEUED.value)
    stage = models.CharField(max_length=12, blank=True, default="")
    run = models.IntegerField(default=1)
    retry_count = models.SmallIntegerField(default=0, help_text="Requeues in this run.")
    final = models.BooleanField(default=False, help_text="Failed for good: nothing will requeue it.")
    rank = models.FloatField(default=0.0, help_text="Its place in the queue; the smallest is served first.")
    wake_at = models.DateTimeField(null=True, blank=True, help_text="When it goes back to the queue by itself.")
    created_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField(auto_now_add=True, help_text="When this run was asked for.")
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    error_remedy = models.TextField(blank=True, default="")

    # What came of it
    video_url = models.CharField(max_length=500, blank=True, default="")
    thumbnail_url = models.CharField(max_length=500, blank=True, default="")
    captions_url = models.CharField(max_length=500, blank=True, default="")
    duration = models.FloatField(null=True, blank=True, help_text="Of the video, in seconds.")
    processing_ms = models.BigIntegerField(null=True, blank=True)
    degraded = models.JSONField(default=list, blank=True)
    """Which stages were finished with a fallback, and why: `[{stage, segment, provider, reason}]`."""

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            # A word that is known; completed has a video and a time; failed says why it is final, or when it goes on;
            # nothing else is final.
            whole("render", "status", "final", "completed_at", "video_url", "error_message", "wake_at"),
            # R4: twins meet the open one.
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=OPEN,
                name="one_open_render_per_wish",
            ),
        ]
        indexes = [
            # The console's list: newest first, by status.
            models.Index(fields=["status", "-created_at"], name="render_by_status"),
            models.Index(fields=["-created_at"], name="render_by_age"),
            models.Index(fields=["workspace", "-created_at"], name="render_by_workspace"),
            # The keeper: what goes back to the queue by itself, and which held one must go out.
            models.Index(fields=["wake_at"], name="render_to_wake", condition=Q(wake_at__isnull=False)),
            # What is made already is offered to whoever asks for it again (R4).
            models.Index(fields=["fingerprint", "-completed_at"], name="render_made", condition=Q(status="completed")),
            # The keeper: which run is out of time (R19).
            models.Index(fields=["started_at"], name="render_under_way", condition=Q(status="processing")),
        ]

    def __str__(self) -> str:
        return self.name

    def job(self) -> Job:
        """What stages may know of this render."""
        return Job(
            job_type=JobType(self.job_type),
            name=self.name,
            input_text=self.input_text,
            items=tuple(NewsItem.from_json(item) for item in self.items),
            style=Style(self.style),
            length=self.length,
            voice=Voice(self.voice),
            language=self.language,
            aspect_ratio=AspectRatio(self.aspect_ratio),
            target_date=self.target_date.isoformat() if self.target_date else "",
            theme=self.theme,
            burn_captions=self.burn_captions,
            source=self.source(),
        )

    def source(self) -> Source | None:
        """The file that came with it."""
        if not self.source_file:
            return None
        return Source(self.source_file, self.source_name, self.source_kind, self.source_seconds)

    def wish(self) -> str:
        """The fingerprint of what is asked for."""
        wish: list[Any] = [str(self.workspace_id), self.job_type, self.input_text, self.items, self.style, self.length]
        wish += [self.voice, self.language, self.aspect_ratio, str(self.target_date or "")]
        wish += [self.source_file, self.theme, self.burn_captions]
        return hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()
