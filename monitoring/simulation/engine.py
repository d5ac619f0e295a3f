"""The events of a simulation, one after the other: asked for, call ended, woken, requeued, let go."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from monitoring.simulation import steps
from monitoring.simulation.services import Services
from monitoring.simulation.steps import Simulated, Step
from monitoring.simulation.world import Asked, Call, Chance, Service, Verdict, World
from renders.domain import policy
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.job import Priority
from renders.domain.policy import GiveUp, NextProvider, Placeholder, Requeue, Retry, Situation
from renders.domain.rank import rank
from renders.domain.stages import ASSET_KINDS, Stage
from renders.domain.states import StepStatus
from renders.domain.steering import GoWithout, Skip, Wait, before_call

_START = datetime(2026, 1, 1, tzinfo=UTC)
_TOO_LATE = timedelta(hours=1)
"""As in `renders/pipeline/steering.py`: a deadline that has passed for so long hurries nobody any more."""


def simulate(world: World, chance: Chance, asked: Iterable[Asked]) -> list[Verdict]:
    """What becomes of each render, in the order in which they were asked for."""
    return _Simulation(world, chance).run(sorted(asked, key=lambda one: one.at))


class _Simulation:
    def __init__(self, world: World, chance: Chance) -> None:
        self.world, self.chance = world, chance
        self.now = 0.0
        self.services = Services(world)
        seats = itertools.count()
        self.idle = {queue: deque(next(seats) for _ in range(size)) for queue, size in world.workers.items()}
        self.due: dict[str, list[tuple[float, int, Step]]] = {queue: [] for queue in world.workers}
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.count = itertools.count()
        self.waiting: list[Step] = []
        self.turns: dict[tuple[str, Priority], float] = {}
        self.wanted = {stage: bool(chain) for stage, chain in world.chains.items()}
        self.of_name = {stage: {one.name: one for one in chain} for stage, chain in world.chains.items()}

    def run(self, asked: list[Asked]) -> list[Verdict]:
        verdicts = [Verdict(one) for one in asked]
        for verdict in verdicts:
            self._at(verdict.asked.at, lambda verdict=verdict: self._ask(verdict))  # type: ignore[misc]
        while self.events:
            self.now, _, happen = heapq.heappop(self.events)
            happen()
        for verdict in verdicts:
            if verdict.status == "open":
                verdict.status = "held" if verdict.held else "stuck"
        return verdicts

    # Events

    def _ask(self, verdict: Verdict) -> None:
        asked = verdict.asked
        turn = (asked.workspace, asked.priority)
        place, self.turns[turn] = rank(asked.priority, self.now, self.turns.get(turn))
        deadline = None if asked.due is None else self._moment(asked.due)
        render = Simulated(asked, verdict, place, deadline)
        steps.begin(render, self.wanted)
        for step in render.steps:
            step.provider = self._chain(step.stage)[0].name
            if step.state is StepStatus.DUE:
                self._ring(step)
        self._dispatch()

    def _ended(self, step: Step, call: Call, error: GenerationError | None) -> None:
        self.idle[self._service(step).queue].append(step.seat)
        now = self._moment(self.now)
        first = step.attempt == 1
        if self.services.end(self._service(step), error, now, step.seat, probe=step.probe, first=first):
            self._wake_waiting(step.stage)
        if not step.render.final:
            if error is None:
                self._settle(step, StepStatus.DONE)
            else:
                self._decide(step, call, error, now)
        self._dispatch()

    def _woken(self, step: Step) -> None:
        if step.state is StepStatus.SLEEPING and not step.render.final:
            self._ring(step)
            self._dispatch()

    def _requeued(self, render: Simulated) -> None:
        if render.final or render.wake_at is None or render.wake_at > self.now:
            return
        render.wake_at = None
        render.retry_count += 1
        render.verdict.requeues += 1
        for step in render.steps:
            if step.state is StepStatus.FAILED:
                step.attempt, step.degraded, step.provider = 0, False, self._chain(step.stage)[0].name
                self._ring(step)
        self._dispatch()

    # What follows from a call

    def _decide(self, step: Step, call: Call, error: GenerationError, now: datetime) -> None:
        may_retry = self.services.may_retry(self._service(step), now, step.seat)
        situation = self._situation(step, now, self.chance.jitter(call), may_retry)
        match policy.decide(error, situation):
            case Retry(at):
                self._sleep(step, at)
            case NextProvider(provider):
                self._next(step, provider)
            case Placeholder():
                step.degraded = True
                self._settle(step, StepStatus.PLACEHOLDER)
            case Requeue(at):
                step.state = StepStatus.FAILED
                render, seconds = step.render, self._seconds(at)
                render.wake_at = max(render.wake_at or 0.0, seconds)
                self._at(self._tick(render.wake_at), lambda: self._requeued(render))
            case GiveUp():
                step.state = StepStatus.FAILED
                step.render.final = True
                step.render.verdict.status = "failed"

    def _settle(self, step: Step, status: StepStatus) -> None:
        step.state = status
        render = step.render
        render.verdict.degraded |= step.degraded
        if step.stage is Stage.SCRIPT_GEN:
            for added in steps.add_segments(render, self.wanted):
                added.provider = self._chain(added.stage)[0].name
                self._ring(added)
        if step.stage is Stage.UPLOAD:
            render.verdict.status, render.verdict.ready = "completed", self.now
            return
        following = render.next_of(step.stage)
        if following is not None:
            following.waits -= 1
            if following.waits == 0:
                self._free(step, following)

    def _free(self, step: Step, following: Step) -> None:
        """The next step is due; after the composition, only where nobody has to look at the video first (R52)."""
        render = step.render
        if step.stage is not Stage.REVIDEO or self._hold(render) is None:
            self._ring(following)
            return
        render.verdict.held = True
        if render.asked.due is not None:
            let_go = self._tick(max(self.now, render.asked.due - self.world.held_before_due))
            self._at(let_go, lambda: self._let_go(following))

    def _let_go(self, following: Step) -> None:
        self._ring(following)
        self._dispatch()

    def _hold(self, render: Simulated) -> policy.Hold | None:
        return policy.hold_reason(render.missing(Stage.MANIM), render.asked.segments, render.missing(Stage.TTS))

    # Workers

    def _ring(self, step: Step) -> None:
        step.state, step.parked = StepStatus.DUE, False
        heapq.heappush(self.due[self._service(step).queue], (step.render.rank, next(self.count), step))

    def _dispatch(self) -> None:
        for queue, waiting in self.due.items():
            while waiting and self.idle[queue]:
                _, _, step = heapq.heappop(waiting)
                if not step.render.final and step.state is StepStatus.DUE:
                    self._begin(step)

    def _begin(self, step: Step) -> None:
        """A worker has claimed it: whom to ask, if anybody."""
        now = self._moment(self.now)
        service = self._service(step)
        step.seat = self.idle[service.queue][0]
        if self._needs_a_look(step):
            match before_call(self._situation(step, now)):
                case Skip(provider):
                    self.services.skipped(self._service(step), now)
                    self._next(step, provider)
                    return
                case Wait(until):
                    self.waiting.append(step)
                    self._sleep(step, until)
                    step.parked = True
                    return
                case GoWithout():
                    step.degraded = True
                    self._settle(step, StepStatus.PLACEHOLDER)
                    return
        step.state, step.attempt = StepStatus.RUNNING, step.attempt + 1
        limit = self.world.stage_seconds.get(step.stage, math.inf)
        step.probe = self.services.begin(service, now, min(limit, 3600.0))
        render = step.render
        call = Call(render.asked.name, step.stage, step.segment, step.provider, render.retry_count, step.attempt)
        seconds, error = self.chance.seconds(call), self.chance.fault(call)
        if seconds > limit:
            seconds, error = limit, GenerationError(ErrorCode.TIMEOUT, step.provider, "simulated")
        render.verdict.calls += 1
        self.idle[service.queue].popleft()
        self._at(self.now + seconds + self.world.overhead, lambda: self._ended(step, call, error))

    def _next(self, step: Step, provider: str) -> None:
        step.provider, step.attempt, step.degraded = provider, 0, True
        self._ring(step)

    def _sleep(self, step: Step, until: datetime) -> None:
        step.state, step.parked = StepStatus.SLEEPING, False
        self._at(self._tick(self._seconds(until)), lambda: self._woken(step))

    def _needs_a_look(self, step: Step) -> bool:
        """As the pipeline sees it: without a deadline, an engine of this machine is simply asked."""
        chain = self._chain(step.stage)
        if self._service(step).remote:
            return True
        return step.render.deadline is not None and chain[-1].name != step.provider

    def _wake_waiting(self, stage: Stage) -> None:
        """A service is back: whoever waited because nobody could be asked is due."""
        woken = [step for step in self.waiting if step.stage is stage]
        self.waiting = [step for step in self.waiting if step.stage is not stage]
        for step in woken:
            if step.parked and not step.render.final:
                self._ring(step)

    def _situation(self, step: Step, now: datetime, jitter: float = 0.0, may_retry: bool = True) -> Situation:
        chain = self._chain(step.stage)
        place = 0
        while chain[place].name != step.provider:
            place += 1
        deadline = step.render.deadline
        if deadline is not None and now - deadline >= _TOO_LATE:
            deadline = None
        return Situation(
            current=self.services.candidate(chain[place], now, step.seat),
            attempt=step.attempt,
            rest=tuple([self.services.candidate(one, now, step.seat) for one in chain[place + 1 :]]),
            makes_asset=step.stage in ASSET_KINDS,
            requeues=step.render.retry_count,
            now=now,
            limits=self.world.limits,
            deadline=deadline,
            after=self.world.after(step.stage, step.index, step.render.asked.segments) if deadline else 0.0,
            jitter=jitter,
            optional=step.stage is Stage.MUSIC,
            may_retry=may_retry,
        )

    # Small things

    def _chain(self, stage: Stage) -> tuple[Service, ...]:
        return self.world.chains[stage]

    def _service(self, step: Step) -> Service:
        return self.of_name[step.stage][step.provider]

    def _at(self, when: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self.events, (when, next(self.count), happen))

    def _tick(self, when: float) -> float:
        """The keeper's next look after that moment."""
        tick, phase = self.world.tick, self.world.phase
        return math.ceil((when - phase) / tick) * tick + phase

    @staticmethod
    def _moment(seconds: float) -> datetime:
        return _START + timedelta(seconds=seconds)

    @staticmethod
    def _seconds(moment: datetime) -> float:
        return (moment - _START).total_seconds()
