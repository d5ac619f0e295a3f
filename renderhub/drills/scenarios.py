"""The named faults of `manage.py drill`: what is played, and how a render may end under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from renderhub.drills.faults import Fault, FlushBroker, KillWorkers, RestartDatabase, Spell
from renderhub.drills.site import Post
from renders.drills.services import PROVIDERS, SERVICES
from renders.drills.weather import Weather

_SPELL = 20.0
"""Seconds for which a fault lasts."""
_QUICK = {
    # Shorter waits than production's, so that a drill takes a minute or two; the policy is the same.
    "REQUEUE_DELAY_SECONDS": "15",
    "CIRCUIT_COOL_DOWN_SECONDS": "10",
    "WORKER_LOSSES": "50",
}


@dataclass(frozen=True)
class Scenario:
    about: str
    faults: Callable[[Sequence[Post]], list[Fault]]
    """What is played; given the workers."""
    may_end: tuple[str, ...] = ("completed",)
    chains: Mapping[str, str] = field(default_factory=lambda: dict(SERVICES))
    settings: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return _QUICK | dict(self.settings)


FAIR = Weather(slow=dict.fromkeys(PROVIDERS, 1.0))
"""Each call takes a second: the fault meets renders in all their stages."""


def _spell(
    what: str, *, seconds: float = _SPELL, after: float = 0.0, times: int = 1, **bad: Any
) -> Callable[[Sequence[Post]], list[Fault]]:
    """Weather that is fair but for `bad`."""
    return lambda workers: [Spell(what, replace(FAIR, **bad), seconds, FAIR, after, times)]  # noqa: ARG005


_HOUR = 3600.0


def _clocks(what: str, after: float, seconds: float, ahead: Sequence[str], behind: Sequence[str] = ()) -> Fault:
    clocks = dict.fromkeys(ahead, seconds) | dict.fromkeys(behind, -seconds)
    return Spell(what, replace(FAIR, clocks=clocks, fail=0.3), 10.0, FAIR, after)


SCENARIOS: dict[str, Scenario] = {
    "service-down": Scenario(
        "The services for visuals, voices and composing do not answer; composing has no fallback.",
        _spell("services down", down=("visual_service", "voice_service", "composing_service")),
    ),
    "slow": Scenario(
        "The service for visuals needs longer than its stage may take.",
        _spell("visual_service slow", slow={**FAIR.slow, "visual_service": 30.0}),
        settings={"MANIM_SECONDS": "3"},
    ),
    "flapping": Scenario(
        "The service for voices goes and comes, every few seconds.",
        _spell("voice_service down", down=("voice_service",), seconds=4.0, times=5),
    ),
    "refusing": Scenario(
        "The service for visuals and its spare refuse the content: only an editor can help.",
        _spell("content refused", refusing=("visual_service", "spare"), seconds=120.0),
        may_end=("completed", "held"),
    ),
    "broker-flushed": Scenario(
        "Every message that waits is lost, again and again.",
        lambda workers: [FlushBroker(every=2.0)],  # noqa: ARG005
    ),
    "worker-killed": Scenario(
        "A random worker is killed every few seconds.", lambda workers: [KillWorkers(workers, seed=1, every=4.0)]
    ),
    "database-restarted": Scenario(
        "The database is killed and started again.",
        lambda workers: [RestartDatabase(after=5.0)],  # noqa: ARG005
    ),
    "disk-full": Scenario(
        "The disk takes no file: workers meet ENOSPC where they write (played in the workers).",
        _spell("disk full", disk_full=True),
    ),
    "clock-jump": Scenario(
        "The clock of one half of the workers jumps an hour ahead and that of the other an hour behind; then those of "
        "keeper and beat do, ahead and behind (played in these processes); three calls in ten fail meanwhile.",
        lambda workers: [  # noqa: ARG005
            _clocks("workers an hour ahead and behind", 3.0, _HOUR, ("cpu-1", "io-3"), ("cpu-2", "io-4", "control-5")),
            _clocks("keeper and beat an hour ahead", 15.0, _HOUR, ("keeper-1", "beat-1")),
            _clocks("keeper and beat an hour behind", 27.0, _HOUR, (), ("keeper-1", "beat-1")),
        ],
    ),
}
