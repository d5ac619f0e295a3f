"""What beat calls, on the `control` queue."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.db import connection

from renderhub.lib import clock
from renders.actions import daily_orders, daily_tick
from renders.media.cache import FolderCache
from renders.models import FeedItem
from renders.pipeline.gateway_options import speeches

logger = logging.getLogger(__name__)

_BATCH = 5_000
_AGED = ("renders_renderlog", "renders_renderevent")
EVERY_MINUTE_EXPIRES = 55
"""Seconds. A look that nobody took before the next one is due is not taken any more."""


@shared_task(name="renders.daily", expires=EVERY_MINUTE_EXPIRES)
def daily() -> int:
    """Make the day's videos that were ordered or are owed now (R3); how many were asked for. Its entry in beat's
    schedule is made by migration 0005, and lives in the database."""
    connection.close_if_unusable_or_obsolete()  # the database may have restarted since this thread's last task
    return daily_orders.fill() + sum(made.created for made in daily_tick.tick().made)


@shared_task(name="renders.prune", ignore_result=False)
def prune() -> int:
    """Drop logs and events older than `KEEP_DAYS`, and items that no feed has had for so long, in batches, so that no
    page waits for it; how many went."""
    before = clock.now() - timedelta(days=settings.RENDERHUB_KEEP_DAYS)
    gone = sum(_drop(table, before) for table in _AGED) + _drop_items(before)
    logger.info("%d old rows dropped", gone)
    return gone


@shared_task(name="renders.prune_cache", ignore_result=False)
def prune_cache() -> int:
    """Keep the pieces of video, and the narrations of better voices, under their quotas: those used longest ago go
    first; how many bytes went."""
    gone = FolderCache(Path(settings.RENDERHUB_CACHE)).prune(settings.RENDERHUB_CACHE_MB * 1_000_000)
    gone += speeches().prune(settings.RENDERHUB_SPEECH_CACHE_MB * 1_000_000)
    logger.info("%.0f MB of kept pieces and narrations removed", gone / 1e6)
    return gone


def _drop_items(before: datetime) -> int:
    gone = 0
    while pks := list(FeedItem.objects.filter(seen_at__lt=before).values_list("pk", flat=True)[:_BATCH]):
        FeedItem.objects.filter(pk__in=pks).delete()
        gone += len(pks)
    return gone


def _drop(table: str, before: datetime) -> int:
    # Ids grow with time: the oldest batch is found by the primary key, without reading the table whole.
    sql = f"""
        DELETE FROM {table} WHERE id IN (
            SELECT id FROM (SELECT id, created_at FROM {table} ORDER BY id LIMIT %s) oldest WHERE created_at < %s)
    """
    gone = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, [_BATCH, before])
            dropped: int = cursor.rowcount
            gone += dropped
            if dropped < _BATCH:
                return gone
