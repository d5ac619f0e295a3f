"""A real run again, in a simulation: its requests, its faults, its times and its draws (R78)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

from monitoring.simulation.chances import Drawn
from monitoring.simulation.engine import simulate
from monitoring.simulation.result import Result, quantile, result_of
from monitoring.simulation.world import Asked, Call, Service, Verdict, World
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.stages import Stage

PHASES = 10
"""The keeper looks once a second, and nobody has recorded when: a run is replayed with so many beginnings of its
second, and the figures are those of all of them together."""


class RecordMalformed(ValueError):
    """The file is no record of a run."""


@dataclass(frozen=True)
class Recorded:
    """What each call met in the real run. A call that the run did not make is drawn: it fails as often as the others,
    and takes what calls of its kind took, or about what calls took at all."""

    faults: Mapping[Call, GenerationError | None]
    times: Mapping[Call, float]
    jitters: Mapping[Call, float]
    else_drawn: Drawn

    def fault(self, call: Call) -> GenerationError | None:
        return self.faults[call] if call in self.faults else self.else_drawn.fault(call)

    def seconds(self, call: Call) -> float:
        return self.times[call] if call in self.times else self.else_drawn.seconds(call)

    def jitter(self, call: Call) -> float:
        return self.jitters[call] if call in self.jitters else self.else_drawn.jitter(call)


@dataclass(frozen=True)
class Comparison:
    """The real run beside the simulated one. A verdict: how a render ended, whether it was in time, and whether it was
    degraded."""

    renders: int
    same_verdict: float
    """The share of renders with the same verdict."""
    real_p50_s: float
    real_p95_s: float
    p95_off: float
    """By which share the simulated p95 differs from the real one."""
    different: tuple[str, ...]
    """Names of the renders with another verdict."""


def replay(path: Path, world: World) -> tuple[Result, Comparison]:
    """Simulate the run of a record; `world` gives the limits. Raises `RecordMalformed`, OSError."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        world, chance, asked = _world(told, world), _chance(told), [_asked(one) for one in told["renders"]]
        runs = [simulate(replace(world, phase=world.tick * n / PHASES), chance, asked) for n in range(PHASES)]
        real = {one["name"]: _real(one) for one in told["renders"]}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordMalformed(f"{path} is no record of a run: {type(error).__name__}: {error}") from error
    verdicts = list(chain.from_iterable(runs))
    return replace(result_of(verdicts), renders=len(real)), _compare(real, verdicts)


def _compare(real: Mapping[str, Verdict], simulated: Sequence[Verdict]) -> Comparison:
    other = [one.asked.name for one in simulated if _verdict(one) != _verdict(real[one.asked.name])]
    took = sorted(one.seconds for one in real.values() if one.ready is not None)
    again = sorted(one.seconds for one in simulated if one.ready is not None)
    p95 = quantile(took, 0.95)
    return Comparison(
        renders=len(real),
        same_verdict=1 - len(other) / max(1, len(simulated)),
        real_p50_s=round(quantile(took, 0.5), 2),
        real_p95_s=round(p95, 2),
        p95_off=round(abs(quantile(again, 0.95) - p95) / p95, 4) if p95 else 0.0,
        different=tuple(dict.fromkeys(other)),
    )


def _verdict(one: Verdict) -> tuple[str, bool, bool]:
    return one.status, one.on_time, one.degraded


def _world(told: Mapping[str, Any], world: World) -> World:
    chains = {
        Stage(stage): tuple(
            Service(one["name"], one["queue"], float(one.get("expected", 1.0)), remote=one["queue"] == "io")
            for one in services
        )
        for stage, services in told["chains"].items()
    }
    return replace(world, chains=chains, workers=told["workers"], overhead=float(told["overhead"]))


def _chance(told: Mapping[str, Any]) -> Recorded:
    calls = {_call(one): one for one in told["calls"]}
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for call, one in calls.items():
        times[call.stage, call.provider].append(float(one["seconds"]))
    names = {call.provider for call in calls}
    middle = median(seconds for of in times.values() for seconds in of) if times else 1.0
    drawn = Drawn(
        int(told["seed"]), dict.fromkeys(names, float(told["fail"])), dict(times), dict.fromkeys(names, middle)
    )
    return Recorded(
        faults={call: _error(one["error"]) for call, one in calls.items()},
        times={call: float(one["seconds"]) for call, one in calls.items()},
        jitters={call: float(one["jitter"]) for call, one in calls.items()},
        else_drawn=drawn,
    )


def _call(one: Mapping[str, Any]) -> Call:
    return Call(one["render"], one["stage"], one["segment"], one["provider"], int(one["requeues"]), int(one["attempt"]))


def _error(told: Mapping[str, Any] | None) -> GenerationError | None:
    if told is None:
        return None
    return GenerationError(
        ErrorCode(told["code"]),
        told["provider"],
        told["message"],
        retry_after=told["retry_after"],
        max_attempts=told["max_attempts"],
    )


def _asked(one: Mapping[str, Any]) -> Asked:
    return Asked(one["name"], float(one["at"]), one["due"], int(one["segments"]) or 1)


def _real(one: Mapping[str, Any]) -> Verdict:
    return Verdict(_asked(one), one["status"], one["ready"], bool(one["degraded"]))
