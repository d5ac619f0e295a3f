"""A run's draws, as `manage.py simulate_sla --replay` reads them: what each call met, how long it took, and what became
of each render. Times are seconds from the first request."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from renderhub.drills.site import Site
from renders.domain.draws import draw
from renders.drills.services import PROVIDERS

_RENDERS = """
SELECT r.id, r.name, r.status, r.degraded <> '[]', r.run,
       extract(epoch FROM r.queued_at)::float8, extract(epoch FROM r.due_at)::float8,
       extract(epoch FROM r.completed_at)::float8,
       (SELECT count(*) FROM renders_step s WHERE s.render_id = r.id AND s.run = r.run AND s.stage = 'tts')
  FROM renders_render r ORDER BY r.queued_at
"""
_ATTEMPTS = """
SELECT r.id, r.name, s.id, s.stage, s.segment, a.provider, a.number, a.worker, a.error, a.decision,
       extract(epoch FROM a.started_at)::float8, extract(epoch FROM a.ended_at)::float8
  FROM renders_attempt a JOIN renders_step s ON s.id = a.step_id JOIN renders_render r ON r.id = s.render_id
 WHERE a.outcome IN ('ok', 'error') ORDER BY a.started_at
"""
_NEXT_AT_ONCE = 0.1
"""Seconds. A worker that begins another step sooner after the last had more waiting for it: the time between is what it
needs for claiming and storing."""


def record(site: Site, seed: int, fail: float, workers: Sequence[str], chains: Mapping[str, str]) -> dict[str, Any]:
    """The whole record, ready to be written as JSON."""
    renders = site.rows.read(_RENDERS)
    attempts = site.rows.read(_ATTEMPTS)
    began = min(row[5] for row in renders)
    return {
        "seed": seed,
        "fail": fail,
        "workers": {queue: list(workers).count(queue) for queue in dict.fromkeys(workers)},
        "chains": {
            stage: [{"name": name, "queue": PROVIDERS[name][1]} for name in chain.split(",") if name]
            for stage, chain in chains.items()
        },
        "overhead": round(_overhead(attempts), 4),
        "renders": [
            {
                "name": name,
                "status": status,
                "degraded": degraded,
                "at": asked - began,
                "due": due - began if due is not None else None,
                "ready": ready - began if ready is not None else None,
                "segments": segments,
            }
            for _, name, status, degraded, _, asked, due, ready, segments in renders
        ],
        "calls": list(_calls(attempts)),
    }


def write(path: Path, recorded: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(recorded), encoding="utf-8")


def _calls(attempts: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """One for each answered call. A provider's first attempt after it had failed for good is that of a requeue."""
    requeues: dict[int, int] = defaultdict(int)
    calls = []
    for render, name, step, stage, segment, provider, number, _, error, decision, began, ended in attempts:
        told = {
            "render": name,
            "stage": stage,
            "segment": segment,
            "provider": provider,
            "requeues": requeues[step],
            "attempt": number,
            "seconds": ended - began,
            "error": error,
            "jitter": draw(render, 1, step, provider, requeues[step], number),
        }
        calls.append(told)
        requeues[step] += decision == "requeue"
    return calls


def _overhead(attempts: Sequence[tuple[Any, ...]]) -> float:
    of_worker: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in attempts:
        of_worker[row[7]].append((row[-2], row[-1]))
    gaps = sorted(
        gap
        for spans in of_worker.values()
        for (_, ended), (began, _) in pairwise(spans)
        if 0 <= (gap := began - ended) < _NEXT_AT_ONCE
    )
    return gaps[len(gaps) // 2] if gaps else 0.0
