"""An asset: one generated thing (R50)."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import Q

from renders.domain.states import AssetStatus
from renders.models.choices import choices, one_of
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
    run = models.PositiveIntegerField(help_text="The run that made it last.")
    status = models.CharField(max_length=20, choices=choices(AssetStatus), default=AssetStatus.PENDING.value)
    prompt = models.TextField(blank=True, default="")
    directions = models.TextField(blank=True, default="")
    model = models.CharField(max_length=100, blank=True, default="")
    provider = models.CharField(max_length=40, blank=True, default="")
    file = models.CharField(max_length=200, blank=True, default="", help_text="Its key in storage.")
    duration = models.FloatField(null=True, blank=True, help_text="In seconds; none for a picture.")
    retried_count = models.PositiveSmallIntegerField(default=0)
    error = models.JSONField(null=True, blank=True, help_text="code, message, provider_code, provider, retried_count")
    updated_at = models.DateTimeField(auto_now=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["render", "slot", "segment"]
        constraints = [
            models.UniqueConstraint(fields=["render", "segment", "slot"], name="one_asset_per_slot"),
            models.CheckConstraint(condition=one_of("status", AssetStatus), name="asset_status_known"),
            models.CheckConstraint(condition=one_of("kind", AssetKind), name="asset_kind_known"),
            models.CheckConstraint(condition=~Q(status="generated") | ~Q(file=""), name="asset_generated_has_file"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.segment}".strip()
