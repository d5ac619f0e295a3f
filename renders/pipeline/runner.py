"""Run one step: ask its provider, and hand the outcome to whoever enacts it."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError

from renderhub.lib.logs import about
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome, Pending
from renders.domain.shortage import shortage
from renders.domain.steering import Begin
from renders.pipeline import chains, early, enact, inputs, lease, standing_by, steering, storage
from renders.pipeline.transitions import strays
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.fence import StaleClaim
from renders.pipeline.transitions.finishing import Settled, Taking
from renders.providers.base import Request
from renders.stages.base import Asked, InputMissing, Work

logger = logging.getLogger(__name__)

_JOB_ID_LIMIT = 200
_UNTIL_CANCELLED = 5.0
"""Seconds."""
_NOT_AS_AGREED = (AttributeError, KeyError, TypeError, ValueError, OSError, DataError, IntegrityError)
"""What an answer that does not keep to its stage's contract comes to when it is stored, or a disk that is full."""


def run(claimed: Claimed, losses_allowed: int, taking: Taking | None = None) -> Settled:
    """Run the claimed step to its outcome and enact it; the steps that became due are answered, and with leave
    (`taking`) the one that this worker may go on with.

    Raises `enact.CallFailed` where the provider did not deliver: the task's retry turns that into a decision.
    """
    with about(**subject_of(claimed)):
        try:
            return _run_or_stand_by(claimed, losses_allowed, taking)
        except StaleClaim:
            logger.warning("The step was handed to another worker meanwhile; this result is dropped.")
            return Settled()


def subject_of(claimed: Claimed) -> dict[str, Any]:
    """What every log line of this claim carries (R101)."""
    return {
        "render": str(claimed.render_id),
        "run": claimed.run,
        "stage": claimed.stage.value,
        "segment": claimed.segment,
        "attempt": claimed.attempt,
        "provider": claimed.provider,
        "retries": claimed.retry_count,
    }


def _run_or_stand_by(claimed: Claimed, losses_allowed: int, taking: Taking | None) -> Settled:
    try:
        return _run(claimed, losses_allowed, taking)
    except enact.CallFailed as failed:
        wait = standing_by.because_of(failed.error)
        if wait is None:
            raise
        return enact.turned(claimed, wait)


def _run(claimed: Claimed, losses_allowed: int, taking: Taking | None) -> Settled:
    seconds = chains.stage_seconds(claimed.stage)
    with lease.keeper.holding(claimed, seconds) as held:
        if claimed.losses >= losses_allowed:
            raise enact.CallFailed(claimed, _poison(claimed))
        turn = steering.before_call(claimed)
        if not isinstance(turn, Begin):
            return enact.turned(claimed, turn)
        try:
            work = inputs.work_of(claimed)
            asked = inputs.ask(claimed.stage, work)
            files = {name: storage.path_of(key) for name, key in asked.files.items()}
        except (InputMissing, storage.KeyUnknown, AttributeError, KeyError, TypeError, ValueError) as error:
            raise enact.CallFailed(claimed, _input_missing(claimed, error)) from error
        try:
            with storage.workdir(claimed.step_id, claimed.claim_no) as folder:
                request = Request(claimed.stage.value, asked.payload, folder, seconds, files, held.cancelled)
                outcome = _call(claimed, request)
                try:
                    if held.handed_back and isinstance(outcome, Err):
                        return Settled([enact.handed_back(claimed)])
                    if held.cancelled.is_set() and not held.handed_back:
                        raise StaleClaim(f"step {claimed.step_id}: cancelled")
                    steering.after_call(claimed, outcome)
                    return _enact(claimed, work, asked, request, outcome, taking)
                except StaleClaim:
                    if isinstance(outcome, Pending):
                        strays.leave_behind(claimed, outcome.job_id)
                    raise
        except _NOT_AS_AGREED as error:
            logger.exception("What provider %s answered could not be stored", claimed.provider)
            raise enact.CallFailed(claimed, _raised(claimed, error)) from error


def _call(claimed: Claimed, request: Request) -> Outcome:
    try:
        provider = chains.provider(claimed.provider)
        if claimed.job_id:
            return provider.check(request, claimed.job_id)
        if claimed.claim_no > 1:
            # Somebody may have asked before us and not noted the answer: it was lost on its way, or he died. What costs
            # something is looked for before it is asked for again (I4).
            found = provider.find(request, claimed.key)
            if found is not None:
                return found
        return provider.submit(request, claimed.key)
    except Exception as error:  # a provider that raises is broken; the render is not
        logger.exception("Provider %s raised instead of answering", claimed.provider)
        return Err(_raised(claimed, error))


def _enact(
    claimed: Claimed, work: Work, asked: Asked, request: Request, outcome: object, taking: Taking | None
) -> Settled:
    match outcome:
        case Ok():
            stored = {role: storage.put(Path(path)) for role, path in outcome.files.items()}
            early.prepare(claimed, request, stored)
            return enact.succeeded(claimed, work, outcome, stored, asked.payload, taking)
        case Err(error):
            raise enact.CallFailed(claimed, error.with_context(asked=_preview(asked)))
        case Pending():
            _leave_pending(claimed, outcome)
            return Settled()
        case _:
            raise TypeError(f"an answer of type {type(outcome).__name__}")


def _leave_pending(claimed: Claimed, pending: Pending) -> None:
    """The stage's time limit holds for work that is done elsewhere, too (R19)."""
    seconds = chains.stage_seconds(claimed.stage)
    if not 0 < len(pending.job_id) <= _JOB_ID_LIMIT:
        raise ValueError(f"a job id of {len(pending.job_id)} characters")
    if claimed.at_work >= seconds:
        raise enact.CallFailed(claimed, _took_too_long(claimed, pending.job_id, seconds))
    # A wait that is no number, or longer than the stage may take, is not believed.
    wait = pending.check_after if pending.check_after > 0 else 1.0
    enact.left_pending(claimed, Pending(pending.job_id, min(wait, seconds)))


def _preview(asked: Asked) -> dict[str, str]:
    """What was asked, short enough for a log."""
    return {name: str(value)[:300] for name, value in asked.payload.items()}


def _poison(claimed: Claimed) -> GenerationError:
    return GenerationError(
        ErrorCode.PROVIDER_FAILURE,
        claimed.provider,
        f"{claimed.losses} workers in a row died while at this step.",
        max_attempts=1,
        remedy="It probably needs more memory than the worker has: use a smaller scene or a bigger worker.",
    )


def _took_too_long(claimed: Claimed, job_id: str, seconds: float) -> GenerationError:
    return GenerationError(
        ErrorCode.TIMEOUT,
        claimed.provider,
        f"Job {job_id} was still not done after {seconds:g} s.",
        # Whoever asks again first looks what is at work: by then it is cancelled, which the keeper does at once.
        retry_after=_UNTIL_CANCELLED,
        context={enact.GIVEN_UP_JOB: job_id},
    )


def _input_missing(claimed: Claimed, error: Exception) -> GenerationError:
    return GenerationError(
        ErrorCode.UNKNOWN,
        claimed.provider,
        f"The step's input is not there: {error}",
        max_attempts=1,
        remedy="Re-render from the stage that makes it.",
        context={"stack": traceback.format_exc()[-500:]},
    )


def _raised(claimed: Claimed, error: Exception) -> GenerationError:
    if (short := shortage(claimed.provider, error)) is not None:
        return short
    return GenerationError(
        ErrorCode.UNKNOWN,
        claimed.provider,
        f"{type(error).__name__}: {error}",
        context={"stack": traceback.format_exc()[-500:], "type": type(error).__name__},
    )
