"""While this machine itself cannot work (its disk is full or read-only, its file handles are used up), steps wait and
nobody is asked for what could not be kept. No attempt and no requeue is spent, and no service is blamed (R10, R34).

Whether it can work is looked at where the work lies, in the media folder: after a fault of ours, and then before each
call until all is well. A fault that the look does not confirm (a child that needs too much memory, a disk that this one
piece of work fills) is left to the policy: another provider may need less.
"""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from renderhub.lib import clock
from renderhub.lib.writable import check_writable
from renders.domain.errors import GenerationError
from renders.domain.shortage import shortage
from renders.domain.stages import Stage
from renders.domain.steering import Wait
from renders.pipeline import circuits

logger = logging.getLogger(__name__)

LOOK_AGAIN = 15.0
"""Seconds, or about so many, after which a step looks again."""
_PLACE = "storage"

_standing_by = False
"""Whether this process has met a shortage and not seen its end."""


def because_of(error: GenerationError) -> Wait | None:
    """What a call that failed for `error` comes to where this machine was at fault and still is; else None."""
    return _look(error) if error.ours else None


def before_call() -> Wait | None:
    """The same before a call. It costs nothing while all is well."""
    return _look() if _standing_by else None


def forget() -> None:
    """This process knows of no shortage."""
    global _standing_by
    _standing_by = False


def _look(met: GenerationError | None = None) -> Wait | None:
    global _standing_by
    try:
        check_writable(Path(settings.MEDIA_ROOT))
    except OSError as problem:
        why = shortage(_PLACE, problem) or met
        told = f"{why.message} {why.what_to_do}" if why else f"The media folder does not take files: {problem}"
        if not _standing_by:
            logger.error("This machine cannot work now; its steps wait: %s", told)
        _standing_by = True
        return Wait(clock.now() + timedelta(seconds=LOOK_AGAIN * random.uniform(0.75, 1.25)), told[:2000])
    if _standing_by:
        logger.info("This machine can work again")
        _standing_by = False
        circuits.wake_stages(list(Stage))
    return None
