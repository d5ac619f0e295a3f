"""The table behind the waterfall: a row an attempt, and a row for each step that has none yet (R61)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from renders.domain.states import StepStatus
from renders.models import Attempt, Step
from renders.models.attempt import AttemptOutcome
from renders.presentation import stages
from renders.presentation.times import relative
from renders.presentation.waterfall import Axis, Bar
from renders.presentation.words import Words

_DECISIONS = {
    "retry": "asked again",
    "next_provider": "next provider",
    "placeholder": "left out",
    "requeue": "render requeued",
    "give_up": "gave up",
}
_LEAST_WIDTH = 0.5
"""Percent: what took no time is seen all the same."""


@dataclass(frozen=True)
class Row:
    step: Step
    label: str
    first: bool
    """Whether it is its step's first row, and names it."""
    span: int
    """Rows of the step."""
    kind: str
    """`ok`, `error`, `lost`, `under_way`, `cancelled`, or `none` where there is no attempt."""
    outcome: Words
    provider: str = ""
    number: int | None = None
    seconds: float | None = None
    bar: Bar | None = None
    error: str = ""
    degraded: str = ""


@dataclass(frozen=True)
class Waterfall:
    rows: Sequence[Row]
    axis: Axis

    @property
    def is_empty(self) -> bool:
        return all(row.bar is None for row in self.rows)


def waterfall_of(steps: Sequence[Step], attempts: Iterable[Attempt], now: datetime) -> Waterfall:
    of_step: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        of_step[attempt.step_id].append(attempt)
    axis = Axis((attempt.started_at, attempt.ended_at or now) for tried in of_step.values() for attempt in tried)
    return Waterfall([row for step in steps for row in _rows(step, of_step[step.pk], axis, now)], axis)


def _rows(step: Step, tried: Sequence[Attempt], axis: Axis, now: datetime) -> Iterator[Row]:
    waits = step.status in (StepStatus.DUE, StepStatus.SLEEPING)
    span = len(tried) + (1 if waits or not tried else 0)
    for number, attempt in enumerate(tried):
        last = number == len(tried) - 1
        yield _attempt_row(step, attempt, number == 0, span, axis, now, degraded=step.degraded if last else "")
    if len(tried) < span:
        yield Row(
            step, stages.label(step.stage, step.segment), not tried, span, "none", _state(step, now), step.provider
        )


def _attempt_row(step: Step, attempt: Attempt, first: bool, span: int, axis: Axis, now: datetime, degraded: str) -> Row:
    end = attempt.ended_at or now
    bar = axis.bar(attempt.started_at, end)
    width = max(bar.width, _LEAST_WIDTH)
    error = (attempt.error or {}).get("message", "")
    return Row(
        step=step,
        label=stages.label(step.stage, step.segment),
        first=first,
        span=span,
        kind=attempt.outcome,
        outcome=(_outcome(step, attempt),),
        provider=attempt.provider,
        number=attempt.number,
        seconds=(end - attempt.started_at).total_seconds(),
        bar=Bar(min(bar.left, 100 - width), width),
        error=error,
        # A step that was given another provider says so with that provider's error; that is told once.
        degraded="" if error and error in degraded else degraded,
    )


def _outcome(step: Step, attempt: Attempt) -> str:
    match attempt.outcome:
        case AttemptOutcome.OK:
            return "done"
        case AttemptOutcome.ERROR:
            decided = _DECISIONS.get(attempt.decision, attempt.decision)
            return f"{attempt.error_code}{': ' + decided if decided else ''}"
        case AttemptOutcome.LOST:
            return "its worker was lost"
        case AttemptOutcome.CANCELLED:
            return "stopped"
        case _ if step.status == StepStatus.SLEEPING:
            return "the provider works on it"
        case _ if step.status != StepStatus.RUNNING:
            return "stopped"
        case _:
            return "under way"


def _state(step: Step, now: datetime) -> Words:
    """What a step without an attempt of its own is about."""
    if step.reused_from:
        return (f"kept from run {step.reused_from}",)
    match step.status:
        case StepStatus.WAITING:
            return (f"waits for {step.waits} step{'' if step.waits == 1 else 's'}",)
        case StepStatus.DUE:
            return (f"due{', since ' + relative(step.due_since, now).removesuffix(' ago') if step.due_since else ''}",)
        case StepStatus.SLEEPING if step.wake_at:
            return ("again at ", step.wake_at)
        case other:
            return (other.replace("_", " "),)
