"""How the queue stands (R46, R66): from the rows, which are the truth. Every figure is always there, and a number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q

from monitoring.models import RunOutcome
from renderhub.lib import clock
from renderhub.lib.queues import Queue
from renders.domain.job import Priority
from renders.domain.stages import Stage
from renders.health.standing import standings
from renders.models import Render
from renders.models.render import OPEN
from renders.pipeline import presence

DUE_SOON = timedelta(hours=2)

# Waiting, sleeping and running steps are in partial indexes: finished ones, however many, are not looked at.
_STEPS = """
SELECT queue, stage,
       count(*) FILTER (WHERE status = 'due') AS due,
       COALESCE(max(extract(epoch FROM clock_timestamp() - due_since)) FILTER (WHERE status = 'due'), 0) AS oldest,
       count(*) FILTER (WHERE status = 'running') AS running,
       count(*) FILTER (WHERE status = 'running' AND lease_until < clock_timestamp()) AS lost,
       count(*) FILTER (WHERE status = 'sleeping') AS sleeping,
       array_remove(array_agg(DISTINCT worker) FILTER (WHERE status = 'running'), '') AS workers
  FROM (SELECT queue, stage, status, due_since, lease_until, worker FROM renders_step WHERE status = 'due'
        UNION ALL
        SELECT queue, stage, status, due_since, lease_until, worker FROM renders_step WHERE status = 'running'
        UNION ALL
        SELECT queue, stage, status, due_since, lease_until, worker FROM renders_step WHERE status = 'sleeping') s
 GROUP BY queue, stage
"""
_COUNTED = ("due", "running", "lost", "sleeping")


def statistics() -> dict[str, Any]:
    """The whole of it."""
    stages = _stages()
    renders = _renders()
    throughput = _completed_in_the_last_hour()
    waiting = renders["by_status"]["queued"]
    busy = len({worker for row in stages for worker in row.pop("workers")})
    return {
        **renders,
        "queues": _queues(stages),
        "stages": stages,
        "throughput_per_hour": throughput,
        "estimated_wait_s": round(3600 * waiting / throughput, 1) if throughput else 0.0,
        "workers": {"online": len(presence.workers_online()), "busy": busy},
        "services": [standing.to_json() for standing in standings().values()],
    }


def problems(figures: dict[str, Any]) -> list[str]:
    """What is not well, in plain words; empty where all is."""
    told = []
    depth, age = settings.RENDERHUB_QUEUE_DEPTH_LIMIT, settings.RENDERHUB_QUEUE_AGE_SECONDS
    for name, queue in figures["queues"].items():
        if queue["due"] > depth:
            told.append(f"{queue['due']} steps wait in the queue {name}; more than {depth} is too many. Add workers.")
        if queue["oldest_s"] > age:
            told.append(
                f"A step has waited for {queue['oldest_s']:.0f} s in the queue {name}. "
                "Check that its workers and the keeper are running."
            )
    waits = sum(queue["due"] for queue in figures["queues"].values())
    if waits and not figures["workers"]["online"]:
        told.append("Steps wait and no worker is there. Start workers, or read their logs.")
    for service in figures["services"]:
        if service["circuit"] != "closed":
            told.append(f"{service['name']} is left alone: it keeps failing ({service['opened_for']}).")
    if figures["late"]:
        told.append(f"{figures['late']} open render(s) are past their due time.")
    return told


def waiting() -> dict[str, dict[str, Any]]:
    """The queues alone: how many steps of each are due, run, sleep or are lost, and the age of the oldest due one."""
    return _queues(_stages())


def _stages() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_STEPS)
        rows = cursor.fetchall()
    order = [stage.value for stage in Stage]
    made = [
        {
            **{"queue": queue, "stage": stage, "due": due, "oldest_s": round(float(oldest), 1)},
            **{"running": running, "lost": lost, "sleeping": sleeping, "workers": workers or []},
        }
        for queue, stage, due, oldest, running, lost, sleeping, workers in rows
    ]
    return sorted(made, key=lambda row: (row["queue"], order.index(row["stage"]) if row["stage"] in order else 99))


def _queues(stages: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    queues: dict[str, dict[str, Any]] = {
        queue.value: {**dict.fromkeys(_COUNTED, 0), "oldest_s": 0.0} for queue in (Queue.IO, Queue.CPU)
    }
    for row in stages:
        queue = queues.setdefault(row["queue"], {**dict.fromkeys(_COUNTED, 0), "oldest_s": 0.0})
        for name in _COUNTED:
            queue[name] += row[name]
        queue["oldest_s"] = max(queue["oldest_s"], row["oldest_s"])
    return queues


def _renders() -> dict[str, Any]:
    """Open renders: by status, by priority, how old the oldest is, and which are due soon or late."""
    now = clock.now()
    opened = Render.objects.filter(OPEN).order_by()
    counts: dict[str, Any] = {
        "queued": Count("pk", filter=Q(status="queued")),
        "processing": Count("pk", filter=Q(status="processing")),
        "held": Count("pk", filter=Q(status="held")),
        "retrying": Count("pk", filter=Q(status="failed")),
    }
    priorities = {priority.value: Count("pk", filter=Q(priority=priority)) for priority in Priority}
    found = opened.aggregate(
        **counts,
        **priorities,
        oldest=Min("queued_at", filter=Q(status="queued")),
        due_soon=Count("pk", filter=Q(due_at__gt=now, due_at__lte=now + DUE_SOON)),
        late=Count("pk", filter=Q(due_at__lte=now)),
    )
    return {
        "by_status": {name: found[name] for name in counts},
        "by_priority": {name: found[name] for name in priorities},
        "oldest_queued_s": round((now - found["oldest"]).total_seconds(), 1) if found["oldest"] else 0.0,
        "due_soon": found["due_soon"],
        "late": found["late"],
    }


def _completed_in_the_last_hour() -> int:
    return RunOutcome.objects.filter(ended_at__gte=clock.now() - timedelta(hours=1), outcome="completed").count()
