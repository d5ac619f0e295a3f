"""The sweep that wakes and rescues (I1, R42): what a dead worker, a lost bell or a past `wake_at` left behind.

`tick` is cheap and runs every second; `sweep` looks further, every `SWEEP_SECONDS`. Both are safe to run twice.
"""

from __future__ import annotations

import logging
import shutil
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError

from renderhub.lib import clock
from renders.domain import policy
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.policy import Candidate, Requeue, Situation
from renders.domain.states import MoveRefused, RenderStatus, StepStatus
from renders.models import Step
from renders.pipeline import bell, chains, storage
from renders.pipeline.transitions import failing, renders, rescue
from renders.pipeline.transitions.steps import Freed

logger = logging.getLogger(__name__)

BELLS = 8
"""At most so many bells a stage and sweep: each wakes a worker that goes on until nothing is due."""


def tick(*, believe_leases: bool = True) -> list[Freed]:
    """Wake sleepers, hand on the steps of lost workers, requeue and let go what is due for it.

    `believe_leases`: false while a lease that has run out does not mean that its worker is lost.
    """
    lost = rescue.release_lost() if believe_leases else []
    if lost:
        logger.warning("%d step(s) of lost workers handed on", len(lost))
    freed = lost + rescue.wake_sleepers()
    bell.ring(freed)
    for render_id, status in rescue.to_wake():
        woken = _wake_render(render_id, status)
        bell.ring(woken)
        freed += woken
    return freed


def sweep() -> None:
    """Runs out of their time, bells that nobody heard, working folders of the dead."""
    for render_id, run, stage, requeues in rescue.out_of_time(settings.RENDERHUB_RUN_SECONDS):
        _fail_out_of_time(render_id, run, stage or "script_gen", requeues)
    for step, count in rescue.waiting_unheard(settings.RENDERHUB_SWEEP_SECONDS):
        bell.ring([step] * min(count, BELLS))
    _remove_left_behind()


def _wake_render(render_id: UUID, status: str) -> list[Freed]:
    try:
        if status == RenderStatus.HELD:
            return renders.let_go(render_id, "published as it is: its due time was near")
        return renders.requeue(render_id, chains.primary, chains.queue_of)
    except MoveRefused:
        return []  # somebody else was quicker
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # One render that cannot be woken must not keep the others from it.
        logger.exception("A render could not be woken", extra={"render": str(render_id)})
        return []


def _fail_out_of_time(render_id: UUID, run: int, stage: str, requeues: int) -> None:
    error = GenerationError(
        ErrorCode.TIMEOUT,
        "renderhub",
        f"The run took longer than {settings.RENDERHUB_RUN_SECONDS:.0f} s.",
        remedy="Look at the slowest stage on the render's page; raise RUN_SECONDS if such runs are to be expected.",
        max_attempts=1,
    )
    situation = Situation(
        current=Candidate("renderhub"),
        attempt=1,
        rest=(),
        makes_asset=False,
        requeues=requeues,
        now=clock.now(),
        limits=chains.limits(),
    )
    decision = policy.decide(error, situation)
    at = decision.at if isinstance(decision, Requeue) else None
    if failing.fail_render(render_id, run, stage, error, error.message, requeue_at=at):
        logger.error("A run was out of its time", extra={"render": str(render_id), "code": error.code.value})


def _remove_left_behind() -> None:
    folders = storage.work_folders()
    if not folders:
        return
    # Asked for after the folders were listed: a claim that came in between has its row by now.
    running = set(Step.objects.filter(status=StepStatus.RUNNING).values_list("id", "claim_no"))
    names = {f"{step}-{claim}" for step, claim in running}
    for folder in folders:
        if folder.name not in names:
            shutil.rmtree(folder, ignore_errors=True)
