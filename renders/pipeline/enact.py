"""One place that turns an outcome into moves: stored results, or the policy's decision (STYLE: one enactor)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from renderhub.lib import clock
from renders.domain import policy, wishes
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Ok, Pending
from renders.domain.policy import Decision, GiveUp, NextProvider, Placeholder, Requeue, Retry, Situation
from renders.domain.script import Script
from renders.domain.stages import ASSET_KINDS, Stage
from renders.domain.states import AssetStatus
from renders.domain.steering import GoWithout, Skip, Wait
from renders.models import Render
from renders.pipeline import allowance, chains, graph, leaving, steering
from renders.pipeline.reconnect import through_a_reconnect
from renders.pipeline.transitions import failing, finishing, renders, steps
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.finishing import Published, Settled, Taking
from renders.pipeline.transitions.steps import Freed
from renders.pipeline.transitions.stored import stored_text
from renders.providers.cached_speech import NOT_CACHED
from renders.stages import orchestrator
from renders.stages.base import Work
from renders.stages.upload import video_of

logger = logging.getLogger(__name__)

GIVEN_UP_JOB = "given_up_job"
"""In the context of an error: a job that is at work still, and that is not waited for any more."""


class CallFailed(Exception):
    """A provider did not deliver. Carries the claim and the typed error to whoever decides."""

    def __init__(self, claimed: Claimed, error: GenerationError) -> None:
        # Its arguments as they came: Celery pickles what a task raises.
        super().__init__(claimed, error)
        self.claimed, self.error = claimed, error

    def __str__(self) -> str:
        return stored_text(f"{self.claimed.stage}: {self.error.code}: {self.error.message}"[:500])


@through_a_reconnect
def succeeded(
    claimed: Claimed,
    work: Work,
    ok: Ok,
    files: Mapping[str, str],
    asked: Mapping[str, Any],
    taking: Taking | None = None,
) -> Settled:
    """The result is stored and the steps behind it are freed, in one transaction (I3). Raises `StaleClaim`."""
    result = {**ok.result, "files": dict(files)}
    degraded = "; ".join(reason for reason in (claimed.degraded, ok.degraded) if reason)
    settled = _store(claimed, work, result, degraded, asked, taking)
    _log_success(claimed, degraded)
    return replace(settled, freed=[*settled.freed, *allowance.call_next(claimed.provider)])


def _store(
    claimed: Claimed,
    work: Work,
    result: dict[str, Any],
    degraded: str,
    asked: Mapping[str, Any],
    taking: Taking | None,
) -> Settled:
    match claimed.stage:
        case Stage.ORCHESTRATOR:
            return _made_elsewhere(claimed, result, degraded, taking)
        case Stage.SCRIPT_GEN:
            return _script_done(claimed, result, degraded, taking)
        case Stage.REVIDEO:
            return _composed(claimed, result, degraded, asked["timeline"], taking)
        case Stage.UPLOAD:
            return finishing.finish_last(claimed, result, _published(result, work), degraded=degraded)
        case stage if stage in ASSET_KINDS:
            return finishing.finish_asset(claimed, result, degraded=degraded, taking=taking)
        case other:
            raise AssertionError(f"no such stage: {other}")


def left_pending(claimed: Claimed, pending: Pending) -> None:
    """The provider works on it; the step sleeps until it is to be looked at (I7)."""
    at = clock.now() + timedelta(seconds=pending.check_after)
    through_a_reconnect(steps.leave_pending)(claimed, pending.job_id, at)


@through_a_reconnect
def handed_back(claimed: Claimed) -> Freed:
    """The worker was told to stop before the provider had answered: the step is due again, and nothing of it is spent
    (R45). Raises `StaleClaim`."""
    freed = steps.hand_back(claimed)
    logger.info("%s handed back: this worker stops", claimed.stage)
    return freed


@through_a_reconnect
def failed(claimed: Claimed, error: GenerationError) -> tuple[Decision, list[Freed]]:
    """Ask the policy what follows from `error`, and do that. Raises `StaleClaim`."""
    decision = policy.decide(error, situation_of(claimed))
    # That nobody spoke a text before is no fault (R14).
    level = logging.INFO if error.provider_code == NOT_CACHED else logging.WARNING
    logger.log(
        level,
        "%s: %s",
        stored_text(error.message[:500]),
        type(decision).__name__,
        extra={"code": error.code.value, "provider_code": stored_text(error.provider_code[:100])},
    )
    return decision, [*_enact(claimed, error, decision), *allowance.call_next(claimed.provider)]


@through_a_reconnect
def turned(claimed: Claimed, turn: Skip | Wait | GoWithout) -> Settled:
    """The provider is not called now: another one is, or nobody for a while, or the asset is gone without. Raises
    `StaleClaim`."""
    logger.warning("%s: %s", type(turn).__name__, stored_text(turn.reason[:500]))
    match turn:
        case Skip(provider, reason):
            with leaving.without_its_work(claimed, asked=claimed.claim_no > 1):
                return Settled([steps.skip_provider(claimed, provider, chains.queue_of(provider), reason)])
        case Wait(until, reason, for_slot):
            steps.park(claimed, until, reason, wants_slot=for_slot)
            # The call that it waits for may have ended just before it slept.
            return Settled(allowance.call_next(claimed.provider) if for_slot else [])
        case GoWithout(reason):
            error = GenerationError(ErrorCode.TRANSIENT_PROVIDER_ERROR, claimed.provider, reason)
            with leaving.without_its_work(claimed, asked=claimed.claim_no > 1):
                return Settled(finishing.give_placeholder(claimed, error, AssetStatus.FAILED))


def _enact(claimed: Claimed, error: GenerationError, decision: Decision) -> list[Freed]:
    if isinstance(decision, Retry) and GIVEN_UP_JOB not in error.context:
        return _moved(claimed, error, decision)
    with leaving.without_its_work(claimed):
        return _moved(claimed, error, decision)


def _moved(claimed: Claimed, error: GenerationError, decision: Decision) -> list[Freed]:
    match decision:
        case Retry(at):
            steps.retry(claimed, error, at)
            return []
        case NextProvider(provider, reason):
            queue = chains.queue_of(provider)
            if error.provider_code == NOT_CACHED:
                return [steps.pass_on(claimed, provider, queue, error.message)]
            return [steps.switch_provider(claimed, error, provider, queue, reason)]
        case Placeholder(needs_prompt_update):
            told = AssetStatus.NEEDS_PROMPT_UPDATE if needs_prompt_update else AssetStatus.FAILED
            return finishing.give_placeholder(claimed, error, told)
        case Requeue(at):
            failing.fail(claimed, error, error.message, requeue_at=at)
            return []
        case GiveUp(reason):
            failing.fail(claimed, error, reason, requeue_at=None)
            return []
        case policy.Hold():
            raise AssertionError("nothing is held before it is made")


def situation_of(claimed: Claimed) -> Situation:
    # Not as it was at the claim: a step beside this one may have failed and been requeued meanwhile.
    requeues = Render.objects.values_list("retry_count", flat=True).get(pk=claimed.render_id)
    return steering.situation_of(claimed, requeues)


def _made_elsewhere(claimed: Claimed, result: dict[str, Any], degraded: str, taking: Taking | None) -> Settled:
    """The video is published, or the pipeline of our own makes it after all (R18)."""
    if not orchestrator.is_in_house(result):
        return finishing.finish(claimed, result, degraded=degraded, taking=taking)
    planned = graph.plan_instead(claimed.job, chains.primary)
    queue_of = chains.queue_of
    # `upload` waits for the one that composes, and no longer for this step.
    return finishing.finish_script(claimed, result, planned, queue_of, added=1, degraded=degraded, taking=taking)


def _script_done(claimed: Claimed, result: dict[str, Any], degraded: str, taking: Taking | None) -> Settled:
    script = wishes.settle(Script.from_json(result["script"]), settings.RENDERHUB_GENERATED_VISUALS)
    result = {**result, "script": script.to_json()}
    if not script.segments:
        raise ValueError("the script has no segments")
    planned = graph.plan_segments(claimed.job, script, {}, chains.primary)
    return finishing.finish_script(claimed, result, planned, chains.queue_of, degraded=degraded, taking=taking)


def _composed(
    claimed: Claimed, result: dict[str, Any], degraded: str, timeline: Mapping[str, Any], taking: Taking | None
) -> Settled:
    """The video goes on to be published, or is held for an editor (R52)."""
    visuals, narration = timeline["tracks"]["visuals"], timeline["tracks"]["narration"]
    hold = policy.hold_reason(
        sum(clip["asset"] is None for clip in visuals),
        len(visuals),
        sum(clip["asset"] is None for clip in narration),
    )
    result = {**result, "timeline": timeline}
    if hold is None:
        return finishing.finish(claimed, result, degraded=degraded, taking=taking)
    publish_at = None
    if claimed.due_at is not None:
        publish_at = claimed.due_at - timedelta(seconds=settings.RENDERHUB_HELD_PUBLISH_SECONDS)
    with transaction.atomic():
        settled = finishing.finish(claimed, result, degraded=degraded, added=1)
        renders.hold(claimed, hold.reason, publish_at)
    return settled


def _published(result: Mapping[str, Any], work: Work) -> Published:
    made = video_of(work)
    return Published(
        video_url=str(result["video_url"]),
        thumbnail_url=str(result["thumbnail_url"]),
        captions_url=str(result["captions_url"]),
        duration=float(made["duration"]),
    )


def _log_success(claimed: Claimed, degraded: str) -> None:
    if degraded:
        logger.warning("%s done, degraded: %s", claimed.stage, stored_text(degraded[:500]))
    else:
        logger.info("%s done", claimed.stage)
