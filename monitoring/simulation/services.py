"""The services of a simulation: each has the circuit that the pipeline would keep for it, and a retry budget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitoring.simulation.world import Service, World
from renders.domain import budget, circuit
from renders.domain.circuit import Allowed, Circuit
from renders.domain.errors import GenerationError
from renders.domain.policy import Candidate
from renders.pipeline import circuits

_REMEMBERED = timedelta(seconds=circuits.REMEMBERED)


class Services:
    """What the policy gets to see of each service, and what each answer changes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._circuits: dict[str, Circuit] = {}
        self._boards: dict[int, _Board] = {}
        self._candidates: dict[str, Candidate] = {}

    def candidate(self, service: Service, now: datetime, board: int) -> Candidate:
        """The service as a worker sees it now: what its process has read a moment ago."""
        state = self._seen(board, now).get(service.name) if service.remote else None
        if state is None or (state.open_until is None and state.limited_until is None):
            return self._well(service)
        free_at = state.limited_until if state.limited_until is not None and state.limited_until > now else None
        if circuit.allows(state, now) is not Allowed.NO:
            return replace(self._well(service), free_at=free_at)
        return replace(self._well(service), healthy=False, why="circuit open", free_at=_again(state, now, service))

    def _well(self, service: Service) -> Candidate:
        made = self._candidates.get(service.name)
        if made is None:
            made = Candidate(service.name, expected=service.expected, kind=service.kind)
            self._candidates[service.name] = made
        return made

    def begin(self, service: Service, now: datetime, seconds: float) -> bool:
        """A call begins; whether it is a probe."""
        state = self._circuits.get(service.name)
        if state is None or circuit.allows(state, now) is not Allowed.PROBE:
            return False
        self._circuits[service.name] = circuit.with_probe(state, now + timedelta(seconds=seconds))
        return True

    def end(
        self, service: Service, error: GenerationError | None, now: datetime, board: int, *, probe: bool, first: bool
    ) -> bool:
        """A call ended; whether its service was taken back with it. `first`: it was the first one for its piece of
        work."""
        if not service.remote:
            return False
        state, numbers = self._circuits.get(service.name, Circuit()), self._world.circuits
        was_open = state.is_open
        wanted = 1 if first else 0
        if error is None:
            state = circuit.after_answer(state, now, numbers, probe=probe, wanted=wanted)
        else:
            state = circuit.after_failure(
                state, error.code, now, numbers, probe=probe, retry_after=error.retry_after, wanted=wanted
            )
        self._circuits[service.name] = state
        if error is not None or probe:
            self._seen(board, now)[service.name] = state
        return was_open and not state.is_open

    def skipped(self, service: Service, now: datetime) -> None:
        """A call was wanted and left out."""
        state = self._circuits.get(service.name, Circuit())
        self._circuits[service.name] = circuit.left_out(state, now, self._world.circuits)

    def may_retry(self, service: Service, now: datetime, board: int) -> bool:
        state = self._seen(board, now).get(service.name) if service.remote else None
        if state is None:
            return True
        return budget.may_retry(state.calls.within(now, self._world.circuits.window), self._world.budget)

    def _seen(self, number: int, now: datetime) -> dict[str, Circuit]:
        board = self._boards.get(number)
        if board is None or now - board.read_at > _REMEMBERED:
            board = self._boards[number] = _Board(now, dict(self._circuits))
        return board.seen


@dataclass
class _Board:
    """What the processes of one worker know of the services."""

    read_at: datetime
    seen: dict[str, Circuit]


def _again(state: Circuit, now: datetime, service: Service) -> datetime | None:
    """When to look again: after the cool-down, or once whoever probes should have his answer."""
    if state.open_until is not None and state.open_until > now:
        return state.open_until
    return now + timedelta(seconds=service.expected)
