"""The keeper's duty to cancel what nobody waits for any more: work at a provider whose render was cancelled or has
failed, or whose step went on to another one (R6). Each piece of it is a row, and stays one until it is over there."""

from __future__ import annotations

import logging
from datetime import timedelta

from renderhub.lib import clock
from renders.domain.errors import ErrorCode, GenerationError
from renders.models import Step, StrayJob
from renders.pipeline import chains
from renders.providers.base import Recallable

logger = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks."""
AT_ONCE = 20
LONGEST_WAIT = 300.0
"""Waits double from one second to this."""
LOOKED_FOR = timedelta(seconds=60)
"""Whoever was about to ask when his step was stopped has asked by then, and the service shows it."""
GIVEN_UP = timedelta(days=1)
"""Whatever it was is over by then."""


def cancel_due() -> int:
    """Cancel what is due for it; how many are over is answered. Cancelling twice does no harm."""
    over = 0
    for stray in StrayJob.objects.filter(next_at__lte=clock.now()).order_by("next_at")[:AT_ONCE]:
        if _is_wanted_again(stray):
            stray.delete()
            continue
        error = _cancel(stray)
        age = clock.now() - stray.created_at
        if error is None and (stray.job_id or age >= LOOKED_FOR or not _can_be_recalled(stray)):
            stray.delete()
            over += 1
        elif age >= GIVEN_UP:
            logger.error("%s could not be cancelled: %s", stray, error.message if error else "it does not end")
            stray.delete()
        else:
            _try_again_later(stray, error)
    return over


def _try_again_later(stray: StrayJob, error: GenerationError | None) -> None:
    asked = error.retry_after or 0.0 if error else 0.0
    wait = timedelta(seconds=min(max(2.0 ** min(stray.tries, 10), asked), LONGEST_WAIT))
    StrayJob.objects.filter(pk=stray.pk).update(tries=stray.tries + 1, next_at=clock.now() + wait)


def _is_wanted_again(stray: StrayJob) -> bool:
    """A requeue may have brought the step back to it: it is gone on with, or looked for before it is asked for."""
    if stray.step_id is None:
        return False
    at_it = Step.objects.filter(provider=stray.provider, status__in=("running", "sleeping", "due"))
    step = at_it.filter(pk=stray.step_id).first()
    if step is None or not stray.job_id:
        return step is not None
    # A provider may note something behind the id of a job that it looks at again.
    return bool(step.job_id) and (step.job_id.startswith(stray.job_id) or stray.job_id.startswith(step.job_id))


def _cancel(stray: StrayJob) -> GenerationError | None:
    try:
        provider = chains.provider(stray.provider)
        if stray.job_id:
            return provider.cancel(stray.job_id)
        return provider.recall(stray.key) if isinstance(provider, Recallable) else None
    except Exception as problem:  # taken out of the settings, or broken: the others are cancelled all the same
        said = f"{type(problem).__name__}: {problem}"[:300]
        return GenerationError(ErrorCode.UNKNOWN, stray.provider, said)


def _can_be_recalled(stray: StrayJob) -> bool:
    return isinstance(chains.provider(stray.provider), Recallable)
