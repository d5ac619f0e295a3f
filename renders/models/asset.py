"""An asset: one generated thing (R50)."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from renders.domain.states import AssetStatus
from renders.models.choices import choices, whole
from renders.models.render import Render
from renders.models.workspace import TenantQuerySet


class AssetKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    NARRATION = "narration"
    MUSIC = "music"


class AssetQuerySet(TenantQuerySet["Asset"]):
    workspace_path = "render__workspace"


class Asset(models.Model):
    render = models.ForeignKey(Render, on_delete=models.CASCADE, related_name="assets", db_index=False)
    segment = models.CharField(max_length=20, blank=True, default="", help_text="Stable; empty for music.")
    slot = models.CharField(max_length=12, help_text="The stage that fills it: one visual and one narration a segment.")
    kind = models.CharField(max_length=12, choices=choices(AssetKind))
    run = models.IntegerField(help_text="The run that made it last.")
    status = models.CharField(max_length=20, choices=choices(AssetStatus), default=AssetStatus.PENDING.value)
    prompt = models.TextField(blank=True, default="")
    directions = models.TextField(blank=True, default="")
    model = models.CharField(max_length=100, blank=True, default="")
    provider = models.CharField(max_length=40, blank=True, default="")
    file = models.CharField(max_length=200, blank=True, default="", help_text="Its key in storage.")
    duration = models.FloatField(null=True, blank=True, help_text="In seconds; none for a picture.")
    retried_count = models.SmallIntegerField(default=0)
    error = models.JSONField(null=True, blank=True, help_text="code, message, provider_code, provider, retried_count")
    updated_at = models.DateTimeField(auto_now=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["render", "slot", "segment"]
        constraints = [
            models.UniqueConstraint(fields=["render", "segment", "slot"], name="one_asset_per_slot"),
            whole("asset", "status", "kind", "file"),  # words that are known; a file once it is generated
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.segment}".strip()
