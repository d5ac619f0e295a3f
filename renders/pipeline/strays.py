"""The keeper's duty to cancel what nobody waits for any more: a provider's job of a render that was cancelled (R6)."""

from __future__ import annotations

import logging
from datetime import timedelta

from renderhub.lib import clock
from renders.domain.errors import ErrorCode, GenerationError
from renders.models import StrayJob
from renders.pipeline import chains

logger = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks."""
AT_ONCE = 20
TRIES = 8
"""Waits double from one second: the last try comes two minutes after the first."""


def cancel_due() -> int:
    """Cancel the jobs that are due for it; how many are over is answered. Cancelling twice does no harm."""
    over = 0
    for stray in StrayJob.objects.filter(next_at__lte=clock.now()).order_by("next_at")[:AT_ONCE]:
        error = _cancel(stray)
        if error is None:
            stray.delete()
            over += 1
        elif stray.tries + 1 >= TRIES:
            logger.error("Job %s of %s could not be cancelled: %s", stray.job_id, stray.provider, error.message)
            stray.delete()
        else:
            wait = timedelta(seconds=max(2.0**stray.tries, min(error.retry_after or 0.0, 60.0)))
            StrayJob.objects.filter(pk=stray.pk).update(tries=stray.tries + 1, next_at=clock.now() + wait)
    return over


def _cancel(stray: StrayJob) -> GenerationError | None:
    try:
        return chains.provider(stray.provider).cancel(stray.job_id)
    except Exception as problem:  # taken out of the settings, or broken: the others are cancelled all the same
        said = f"{type(problem).__name__}: {problem}"[:300]
        return GenerationError(ErrorCode.UNKNOWN, stray.provider, said)
