"""Removes the copy here once people have been sent to the bucket for a while; who comes later is sent on
(`web/media.py`)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from renderhub.lib import clock
from renders.domain.states import RenderStatus
from renders.models import Render, SpooledVideo
from renders.pipeline.spool.places import folder_of, is_local

_MOST = 100


def clear() -> int:
    """Remove the copies whose grace is over; how many."""
    before = clock.now() - timedelta(seconds=settings.RENDERHUB_SPOOL_GRACE_SECONDS)
    due = SpooledVideo.objects.filter(moved_at__lte=before, removed_at__isnull=True).order_by("moved_at")
    return sum(_clear(pk) for pk in due.values_list("pk", flat=True)[:_MOST])


def _clear(pk: int) -> bool:
    with transaction.atomic():
        row = SpooledVideo.objects.select_for_update(skip_locked=True).filter(pk=pk, removed_at__isnull=True).first()
        if row is None or row.moved_at is None:
            return False
        # With its row held no new run begins, so none publishes the same content here in this moment.
        render = Render.objects.select_for_update().only("status", "video_url").get(pk=row.render_id)
        if render.status != RenderStatus.COMPLETED or is_local(render.video_url):
            return False
        folder = folder_of(row.render_id)
        for name in row.files.values():
            (folder / name).unlink(missing_ok=True)
        row.removed_at = clock.now()
        row.save(update_fields=["removed_at"])
    return True
