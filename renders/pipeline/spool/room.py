"""Says so before the disk that the spool lies on is full (R17: at 80 %)."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from django.conf import settings

from renders.models import SpooledVideo
from renders.pipeline import outbox

logger = logging.getLogger(__name__)

_APART = 5.0
"""Percent under the limit at which there is room again: what goes up and down around it is told once."""
_told: dict[str, bool] = {}


def look() -> None:
    """Tell `disk.filling` or `disk.roomy` where that has changed since this process told it last."""
    folder = Path(settings.MEDIA_ROOT)
    if not folder.is_dir():
        return
    usage = shutil.disk_usage(folder)
    percent = 100 * (usage.total - usage.free) / usage.total
    limit = float(settings.RENDERHUB_SPOOL_WARNING_PERCENT)
    filling = percent >= (limit - _APART if _told.get(str(folder)) else limit)
    if _told.get(str(folder)) is filling:
        return
    waiting = SpooledVideo.objects.filter(moved_at__isnull=True).count()
    outbox.tell(
        "disk.filling" if filling else "disk.roomy",
        percent=round(percent, 1),
        free_mb=usage.free // 1_000_000,
        waiting=waiting,
    )
    _told[str(folder)] = filling
    if filling:
        logger.warning("The disk of the media folder is %.0f %% full; %d videos wait for the bucket", percent, waiting)
