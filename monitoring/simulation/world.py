"""What a simulation is told: providers, workers, limits, and what is asked for. Times in seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from renders.domain import budget, circuit, policy
from renders.domain.errors import GenerationError
from renders.domain.job import Priority
from renders.domain.stages import Stage


class Call(NamedTuple):
    """One call of a provider: what a draw is for."""

    render: str
    stage: str
    segment: str
    provider: str
    requeues: int
    attempt: int


class Chance(Protocol):
    """Everything that is drawn."""

    def fault(self, call: Call) -> GenerationError | None:
        """What goes wrong with the call; None where nothing does."""
        ...

    def seconds(self, call: Call) -> float:
        """How long the call takes, storing its answer included."""
        ...

    def jitter(self, call: Call) -> float:
        """The policy's draw after the call failed, from [0, 1)."""
        ...


@dataclass(frozen=True)
class Service:
    """A provider as far as a simulation knows it."""

    name: str
    queue: str
    expected: float
    """Seconds that the policy expects it to need."""
    kind: str = ""
    remote: bool = False
    """Whether it has a circuit: see `chains.Known.remote`."""


@dataclass(frozen=True)
class World:
    chains: Mapping[Stage, tuple[Service, ...]]
    """By stage, primary first; none for a stage that is not wanted."""
    workers: Mapping[str, int]
    """How many steps each queue's workers run at once."""
    after: Callable[[Stage, int, int], float] = lambda stage, index, count: 0.0  # noqa: ARG005
    """What comes after a step of a stage is expected to need (R38); the step is the `index`-th of `count` segments'."""
    limits: policy.Limits = field(default_factory=policy.Limits)
    circuits: circuit.Numbers = field(default_factory=circuit.Numbers)
    budget: budget.Budget = field(default_factory=budget.Budget)
    stage_seconds: Mapping[Stage, float] = field(default_factory=dict)
    held_before_due: float = 900.0
    tick: float = 1.03
    """Between two looks of the keeper at who is to be woken: its second, and what the look takes."""
    phase: float = 0.0
    """When the first of these looks is."""
    overhead: float = 0.005
    """Between two steps of one worker: claiming and storing."""


@dataclass(frozen=True)
class Asked:
    """A render that is asked for."""

    name: str
    at: float
    due: float | None
    segments: int
    workspace: str = ""
    priority: Priority = Priority.NORMAL


@dataclass
class Verdict:
    """What became of a render."""

    asked: Asked
    status: str = "open"
    """`completed`, `failed`, or `held` where nobody let it go."""
    ready: float | None = None
    degraded: bool = False
    held: bool = False
    requeues: int = 0
    calls: int = 0

    @property
    def on_time(self) -> bool:
        return self.ready is not None and (self.asked.due is None or self.ready <= self.asked.due)

    @property
    def seconds(self) -> float:
        """From being asked for to being ready; only for what became ready."""
        return (self.ready or 0.0) - self.asked.at
