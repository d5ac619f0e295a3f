"""The Celery application: `celery -A renderhub worker`."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from celery import Celery, Task
from celery.signals import (
    setup_logging,
    task_prerun,
    worker_init,
    worker_process_init,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)
from django.conf import settings
from kombu.transport import redis as redis_transport

from renderhub.lib import clock
from renderhub.redis_channel import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renderhub.settings")


class ByTheDatabase(Celery):
    """Schedules and expiries go by the one clock (I8), whatever the machine's shows."""

    def now(self) -> datetime:
        return clock.now().astimezone(self.timezone)


app = ByTheDatabase("renderhub")
# A plain mapping, not Django's lazy settings: for each message Celery looks for several of them, under several names.
_OURS = {name: getattr(settings, name) for name in dir(settings) if name.startswith("CELERY_")}
app.config_from_object(_OURS, namespace="CELERY")

redis_transport.Transport.Channel = Channel
Task.Request = "renderhub.messages:Message"


@app.on_after_configure.connect
def _keep_connections(sender: Celery, **_: Any) -> None:
    # Celery's Django fixup reads this name without the namespace that the other settings have.
    sender.conf["CELERY_DB_REUSE_MAX"] = settings.CELERY_DB_REUSE_MAX


app.autodiscover_tasks()
app.autodiscover_tasks(related_name="periodic")


@setup_logging.connect
def _our_logging(**_: Any) -> None:
    """Django has configured logging already; a handler here keeps Celery from doing it again."""


@worker_init.connect
def _load_providers(**_: Any) -> None:
    """Before the pool is made: children of a prefork pool share what is loaded here."""
    from renders.pipeline import chains

    try:
        chains.load_all()
    except Exception as error:
        raise SystemExit(f"A provider cannot be loaded: {type(error).__name__}: {error}") from error


@worker_process_init.connect
def _warm_up(**_: Any) -> None:
    """In each process of a prefork pool, which is what `cpu` workers have: engines are not shared by a fork."""
    from renders.pipeline import chains, soft_stop

    soft_stop.listen()
    chains.warm_up()


_workers: list[Any] = []


@worker_init.connect
def _remember_worker(sender: Any, **_: Any) -> None:
    _workers.append(sender)


@worker_shutting_down.connect
def _stop_softly(**_: Any) -> None:
    """Its sender is no more than the worker's name."""
    from renders.pipeline import soft_stop

    def pool() -> list[int]:
        return [pid for worker in _workers for pid in worker.pool.info.get("processes", [])]

    soft_stop.begin(settings.RENDERHUB_SOFT_STOP_SECONDS, pool)


@task_prerun.connect
def _hear_the_time(task: Any, **_: Any) -> None:
    """For the tasks of beat; a stage's task hears it with its claim. One that looks a moment before its minute finds
    nothing due, and looks again a minute later, or a day."""
    from renders.pipeline import database_clock
    from renders.tasks import StageTask

    if not isinstance(task, StageTask):
        database_clock.refresh()
        clock.let_the_minute_begin()


_marks: list[Any] = []


@worker_ready.connect
def _leave_marks(sender: Any, **_: Any) -> None:
    """From the worker's main process: its pool may be busy for minutes."""
    from renders.models import PresenceKind
    from renders.pipeline.presence import Marks

    queues = sorted(sender.app.amqp.queues.consume_from)
    _marks.append(Marks(PresenceKind.WORKER, sender.hostname, queues, sender.pool.num_processes))
    _marks[-1].begin()


@worker_shutdown.connect
def _take_marks_away(**_: Any) -> None:
    while _marks:
        _marks.pop().end()
