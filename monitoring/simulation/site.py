"""The world of this installation: its chains, numbers and measured times, for a simulation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from monitoring.simulation.world import Service, World
from renders.domain.budget import Budget
from renders.domain.stages import Stage
from renders.pipeline import chains, circuits, expectations

Times = Mapping[tuple[str, str], Sequence[float]]
"""Seconds of calls that were answered well, by stage and provider."""

SAMPLES = 500
_MEASURED = """
SELECT stage, provider, seconds FROM (
    SELECT s.stage, a.provider, extract(epoch FROM a.ended_at - a.started_at)::float8 AS seconds,
           row_number() OVER (PARTITION BY s.stage, a.provider ORDER BY a.id DESC) AS number
      FROM (SELECT * FROM renders_attempt WHERE outcome = 'ok' ORDER BY id DESC LIMIT 50000) a
      JOIN renders_step s ON s.id = a.step_id) last
 WHERE number <= %s
"""


class TimesMalformed(ValueError):
    """A file of times is JSON: `{"manim/still": 1.2, "tts/espeak": [1.0, 1.4, 3.1]}`, in seconds."""


def world(workers: Mapping[str, int], segments: int, *, without_chains: bool = False) -> World:
    """`workers`: how many steps each queue runs at once. `without_chains`: for a replay, which brings its own."""
    known: dict[Stage, tuple[Service, ...]] = {}
    if not without_chains:
        # A job that is made elsewhere as a whole is not simulated: the pipeline of our own is.
        known = {stage: _services(stage) for stage in Stage if stage is not Stage.ORCHESTRATOR}
    return World(
        chains=known,
        workers=workers,
        after=_after(segments),
        limits=chains.limits(),
        circuits=circuits.numbers(),
        budget=Budget(most=settings.RENDERHUB_RETRY_BUDGET),
        stage_seconds={stage: chains.stage_seconds(stage) for stage in Stage},
        held_before_due=settings.RENDERHUB_HELD_PUBLISH_SECONDS,
    )


def measured() -> Times:
    """The last calls of each provider that were answered well."""
    times: dict[tuple[str, str], list[float]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_MEASURED, [SAMPLES])
        for stage, provider, seconds in cursor.fetchall():
            times.setdefault((stage, provider), []).append(seconds)
    return times


def given(path: Path) -> Times:
    """Times from a file. Raises `TimesMalformed`, OSError."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        times: dict[tuple[str, str], list[float]] = {}
        for name, seconds in told.items():
            stage, _, provider = name.partition("/")
            samples = [float(one) for one in (seconds if isinstance(seconds, list) else [seconds])]
            if Stage(stage) and provider and samples and min(samples) >= 0:
                times[stage, provider] = samples
                continue
            raise TimesMalformed(f"{path}: {name!r}. {TimesMalformed.__doc__}")
    except (AttributeError, TypeError, ValueError) as error:
        raise TimesMalformed(f"{path}: {error}. {TimesMalformed.__doc__}") from error
    return times


def _services(stage: Stage) -> tuple[Service, ...]:
    return tuple(
        Service(
            name,
            chains.queue_of(name),
            expectations.of(stage, name).slow or chains.candidate(name).expected,
            chains.candidate(name).kind,
            chains.is_remote(name),
        )
        for name in settings.RENDERHUB_CHAINS[stage.value]
    )


def _after(segments: int) -> Callable[[Stage, int, int], float]:
    @cache
    def after(stage: Stage, index: int, count: int) -> float:
        return expectations.after(stage, {"index": index, "count": count}, 8 * segments).slow

    return after
