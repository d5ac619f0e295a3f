"""One Celery task a stage, named for it, and one for its fallbacks (DESIGN section 2).

A message says only that a step of the stage is due. The task claims the best one, runs it, and goes on in place with
whatever is most urgent on its queue, so that a render whose stages share a queue costs one message.
"""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING, Any

from celery import Task, shared_task
from celery.exceptions import Ignore, Retry
from django.conf import settings
from django.db import Error, connection

from renderhub.lib.logs import about
from renders.domain import policy
from renders.domain.stages import Stage
from renders.pipeline import bell, enact, lease, readiness, runner
from renders.pipeline.late_bell import LateBell
from renders.pipeline.reconnect import is_cut_off
from renders.pipeline.transitions.claim import Claimed, claim
from renders.pipeline.transitions.fence import StaleClaim
from renders.pipeline.transitions.finishing import Taking
from renders.pipeline.transitions.steps import Freed

if TYPE_CHECKING:
    BaseTask = Task[Any, Any]
else:
    BaseTask = Task

IN_PLACE_SECONDS = 5.0
"""How long a task goes on in place before it hands the next step to a message of its own: a worker that was told to
stop is waiting for it (R45)."""
BELL_EXPIRES = 60
"""Seconds. What is still due then is rung for again by the keeper; a queue never fills with old bells."""
_PLAIN: dict[str, Any] = {"declare": (), "argsrepr": "()", "kwargsrepr": "{}"}
"""What Celery need not find out for each bell: there are no arguments, and a queue is there once it is written to."""


_late = LateBell()


class StageTask(BaseTask):
    """`autoretry_for` brings every failed call here; `retry` asks the policy instead of Celery's countdown.

    The numbers are shown on the task as Celery users expect them, but the wait itself is the row's `wake_at`: a
    countdown would undercut a provider's Retry-After, sit in a worker's memory, and die with it.
    """

    abstract = True
    autoretry_for = (enact.CallFailed,)
    throws = (enact.CallFailed,)
    max_retries = int(settings.RENDERHUB_POLICY["attempts"])
    retry_backoff = int(settings.RENDERHUB_POLICY["backoff_base"])
    retry_backoff_max = int(settings.RENDERHUB_POLICY["backoff_cap"])
    retry_jitter = True
    ignore_result = True

    def retry(self, *_: Any, exc: Exception | None = None, **__: Any) -> Exception:  # type: ignore[override]
        """What Celery is to raise: RETRY where somebody will try again, FAILURE where the render failed."""
        if not isinstance(exc, enact.CallFailed):
            raise TypeError("A stage's task retries failed calls only.") from exc
        try:
            with about(**runner.subject_of(exc.claimed)):
                decision, freed = enact.failed(exc.claimed, exc.error)
        except StaleClaim:
            return Ignore()
        bell.ring(freed)
        match decision:
            case policy.Retry(at):
                return Retry(message=str(exc), when=at)
            case policy.NextProvider():
                return Retry(message=str(exc))
            case policy.Placeholder():
                return Ignore()
            case _:
                return exc


def _work(task: BaseTask, stage: Stage) -> None:
    """Claim and run, in place for as long as it may; others hear a moment later of what is left for them."""
    queue = (task.request.delivery_info or {}).get("routing_key") or ""
    if lease.keeper.stopping:
        bell.ring([Freed(stage.value, queue)])  # for others: this worker was told to stop
        return
    until = time.monotonic() + IN_PLACE_SECONDS
    taking = Taking(queue, _worker(), settings.RENDERHUB_LEASE_SECONDS, until)
    try:
        claimed = _claim(queue, stage)
        while claimed is not None:
            settled = runner.run(claimed, settings.RENDERHUB_LOSSES, taking)
            bell.ring(freed for freed in settled.freed if freed.queue != queue)
            _late.hold(freed for freed in settled.freed if freed.queue == queue)
            claimed, was_due = settled.taken, settled.was_due
            if claimed is None and time.monotonic() < until and not lease.keeper.stopping:
                claimed, was_due = _claim(queue, None), True
            if claimed is not None and was_due:
                _late.withdraw(Freed(claimed.stage.value, claimed.queue))
    finally:
        _late.ring_now()


def _worker() -> str:
    return f"{socket.gethostname()}/{os.getpid()}"


def _claim(queue: str, stage: Stage | None) -> Claimed | None:
    connection.close_if_unusable_or_obsolete()
    health = readiness.note()
    try:
        return claim(queue, stage, _worker(), settings.RENDERHUB_LEASE_SECONDS, health)
    except Error as error:
        if not is_cut_off(error):
            raise
        # The database restarted since this thread's last task: a new connection is all it takes.
        connection.close()
        return claim(queue, stage, _worker(), settings.RENDERHUB_LEASE_SECONDS, health)


def _stage_task(stage: Stage, name: str) -> BaseTask:
    @shared_task(bind=True, base=StageTask, name=name, expires=BELL_EXPIRES)
    def task(self: BaseTask) -> None:
        _work(self, stage)

    return task


TASKS = {stage: _stage_task(stage, f"renders.{stage}") for stage in Stage}
FALLBACKS = {stage: _stage_task(stage, f"renders.{stage}_fallback") for stage in Stage}
"""The same work, sent when a provider is used up and the next one's turn has come: it shows in Flower by its name."""


def ring(step: Freed) -> None:
    """Tell the step's queue that something of its stage is due."""
    tasks = FALLBACKS if step.fallback else TASKS
    tasks[Stage(step.stage)].apply_async(queue=step.queue, expires=BELL_EXPIRES, **_PLAIN)
