"""One sentence for a render: what is going on, and what to do. The answer before the evidence (LOOK, R61)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from renders.domain.states import SETTLED_STEPS, RenderStatus, StepStatus
from renders.models import Render, Step
from renders.presentation import stages
from renders.presentation.times import duration, relative, roughly
from renders.presentation.words import Command, Words, ended, without

_PLACEHOLDER = "placeholder:"
"""What the reason of a mark begins with where nothing could be made (pipeline/transitions/steps.py)."""
_SOON = 15.0
"""Seconds within which a free worker is expected to take what is due."""
_LONG = 120.0
"""Seconds after which even a busy queue is worth a look."""
_OVERDUE = 10.0
"""Seconds after which a moment that the keeper was to act at has been missed."""


@dataclass(frozen=True)
class Telling:
    going_on: Words
    to_do: Words = ()
    """Empty where there is nothing to do."""


@dataclass(frozen=True)
class Evidence:
    """What a sentence is made from, beside the render itself."""

    steps: Sequence[Step]
    """Those of its current run."""
    now: datetime
    last_error: str = ""
    """Message of the newest attempt that failed, where something waits for its next one."""
    ahead: int = 0
    """Due steps of the same queue that are served before this render's."""
    since: Mapping[int, datetime] = field(default_factory=dict)
    """When the call under way was begun, by step."""
    requeues: int = 3
    """How often a run is requeued by itself (R37)."""


def tell(render: Render, evidence: Evidence) -> Telling:
    """What is going on with the render's current run, and what to do."""
    match RenderStatus(render.status):
        case RenderStatus.COMPLETED:
            return _completed(render)
        case RenderStatus.FAILED if render.final:
            return _failed_for_good(render)
        case RenderStatus.FAILED:
            return _tries_again(render, evidence)
        case RenderStatus.HELD:
            return _held(render, evidence)
        case RenderStatus.CANCELLED:
            return Telling(("Cancelled: nothing more is made of it.",), _rerender(render, "To make it after all, run"))
        case RenderStatus.QUEUED | RenderStatus.PROCESSING:
            return _under_way(evidence)


def under_way_in_short(render: Render, expected: str) -> str:
    """The same for one that is queued or processing, where its steps are not at hand. `expected`: see `Outlook.why`."""
    stage = stages.title(render.stage).lower() if render.stage else ""
    going_on = f"At work: {stage}." if stage and render.status == RenderStatus.PROCESSING else "Waits for its turn."
    return f"{going_on} {ended(expected[:1].upper() + expected[1:])}".strip()


def fallbacks(render: Render) -> str:
    """`one visual is a fallback; 2 narrations are fallbacks`; empty where nothing is degraded."""
    missing = Counter(mark["stage"] for mark in render.degraded if _is_placeholder(mark))
    others = Counter(mark["stage"] for mark in render.degraded if not _is_placeholder(mark))
    told = [
        f"{stages.how_many(stage, count)} {'is' if count == 1 else 'are'} {what[count > 1]}"
        for counted, what in ((others, ("a fallback", "fallbacks")), (missing, ("missing", "missing")))
        for stage, count in counted.items()
    ]
    return "; ".join(told)


def fallbacks_in_short(render: Render) -> str:
    """`1 fallback, 2 missing`; empty where nothing is degraded."""
    missing = sum(_is_placeholder(mark) for mark in render.degraded)
    others = len(render.degraded) - missing
    told = [f"{others} fallback{'' if others == 1 else 's'}"] if others else []
    return ", ".join([*told, *([f"{missing} missing"] if missing else [])])


def reasons(render: Render) -> list[tuple[str, str]]:
    """What is degraded and why: `("Visual s1", "made by still: drawn: TIMEOUT: ...")`."""
    return [
        (
            stages.label(mark["stage"], mark["segment"]),
            f"missing: {mark['reason'].removeprefix(_PLACEHOLDER).strip()}"
            if _is_placeholder(mark)
            else f"made by {mark['provider']}: {mark['reason']}",
        )
        for mark in render.degraded
    ]


def punctuality(render: Render, now: datetime) -> str:
    """`in 25 m`, `on time`, `12 m late`; empty where nothing is due."""
    if render.due_at is None or render.status == RenderStatus.CANCELLED:
        return ""
    seconds = ((render.completed_at or now) - render.due_at).total_seconds()
    if seconds > 0:
        return f"{roughly(seconds)} late"
    return "on time" if render.completed_at else relative(render.due_at, now)


def _is_placeholder(mark: dict[str, str]) -> bool:
    return mark["reason"].startswith(_PLACEHOLDER)


def _completed(render: Render) -> Telling:
    took = f" in {duration(render.processing_ms / 1000)}" if render.processing_ms is not None else ""
    late = ""
    if render.due_at and render.completed_at and render.completed_at > render.due_at:
        late = f", {roughly((render.completed_at - render.due_at).total_seconds())} after it was due"
    degraded = fallbacks(render)
    return Telling((f"Completed{took}{late}{'; ' + degraded if degraded else ''}.",))


def _failed_for_good(render: Render) -> Telling:
    at = f" at {stages.title(render.stage).lower()}" if render.stage else ""
    remedy = ended(render.error_remedy)
    going_on = f"Failed for good{at}: {ended(without(render.error_message, render.error_remedy))}"
    return Telling((going_on,), ((remedy + " " if remedy else ""), *_rerender(render, "Then run")))


def _tries_again(render: Render, evidence: Evidence) -> Telling:
    at = f" at {stages.title(render.stage).lower()}" if render.stage else ""
    failed = f"Failed{at}: {ended(render.error_message)} "
    if render.wake_at is None or (evidence.now - render.wake_at).total_seconds() > _OVERDUE:
        return Telling((failed, "It was to try again, and nobody woke it."), _start_the_keeper())
    number = f" (requeue {render.retry_count + 1} of {evidence.requeues})."
    return Telling((failed, "Tries again by itself at ", render.wake_at, number), (ended(render.error_remedy),))


def _held(render: Render, evidence: Evidence) -> Telling:
    made = f"Made, but held for an editor: {ended(render.error_message)} "
    if render.wake_at is None:
        return Telling((made,), ("It is not published before an editor repairs what is missing, or it is cancelled.",))
    if (evidence.now - render.wake_at).total_seconds() > _OVERDUE:
        return Telling((made, "It was to go out as it is by now, and nobody let it."), _start_the_keeper())
    nothing = ("Nothing, if it may go out with these gaps: they are marked under Scenes.",)
    return Telling((made, "Goes out as it is at ", render.wake_at, "."), nothing)


def _under_way(evidence: Evidence) -> Telling:
    running = [step for step in evidence.steps if step.status == StepStatus.RUNNING]
    due = [step for step in evidence.steps if step.status == StepStatus.DUE]
    sleeping = [step for step in evidence.steps if step.status == StepStatus.SLEEPING and step.wake_at]
    if running:
        return _running(running, evidence)
    if due:
        return _waits_for_a_worker(due, evidence)
    if sleeping:
        return _sleeps(min(sleeping, key=lambda step: step.wake_at or evidence.now), evidence)
    if all(step.status in SETTLED_STEPS for step in evidence.steps):
        return Telling(("Every step is done; the render is about to be closed.",))
    return Telling(("Nothing of it is due, running or waiting for a time.",), _start_the_keeper())


def _running(running: Sequence[Step], evidence: Evidence) -> Telling:
    first = running[0]
    if all(step.lease_until and step.lease_until < evidence.now for step in running):
        told = f"The worker at {stages.one(first.stage, first.segment)} has gone silent; another one takes over."
        return Telling((told,))
    what = ", ".join(stages.one(step.stage, step.segment) for step in running[:3])
    more = f" and {len(running) - 3} more" if len(running) > 3 else ""
    attempt = f", attempt {first.attempt}" if first.attempt > 1 else ""
    provider = f" ({first.provider}{attempt})" if len(running) == 1 else ""
    begun = [evidence.since[step.pk] for step in running if step.pk in evidence.since]
    since = f" for {duration((evidence.now - min(begun)).total_seconds())}" if begun else ""
    return Telling((f"At work on {what}{more}{provider}{since}.",))


def _waits_for_a_worker(due: Sequence[Step], evidence: Evidence) -> Telling:
    first = due[0]
    since = first.due_since or evidence.now
    waited = (evidence.now - since).total_seconds()
    what = f"Waits for a free worker to take {stages.one(first.stage, first.segment)}"
    steps = "one step is" if evidence.ahead == 1 else f"{evidence.ahead or 'no'} steps are"
    if waited <= (_LONG if evidence.ahead else _SOON):
        return Telling((f"{what}; {steps} ahead of it." if evidence.ahead else f"{what}.",))
    return Telling(
        (f"{what}, for {roughly(waited)} now; {steps} ahead of it.",),
        (f"Check that a worker of the queue “{first.queue}” and ", Command("manage.py keeper"), " are running."),
    )


def _sleeps(step: Step, evidence: Evidence) -> Telling:
    assert step.wake_at is not None
    what = stages.one(step.stage, step.segment)
    if (evidence.now - step.wake_at).total_seconds() > _OVERDUE:
        return Telling((f"Waiting for {what}: its time has come, and nobody woke it.",), _start_the_keeper())
    if step.job_id:
        return Telling((f"{step.provider} works on {what}; it is looked at again at ", step.wake_at, "."))
    if step.waits_for:
        told = f"Waiting with {what}: {ended(step.waits_for)} It is looked at again at "
        return Telling((told, step.wake_at, ", or as soon as a service is back."))
    because = f" because {step.provider} answered: {ended(evidence.last_error)}" if evidence.last_error else "."
    return Telling((f"Waiting: tries {what} again at ", step.wake_at, because))


def _start_the_keeper() -> Words:
    return ("The keeper does that: check that ", Command("manage.py keeper"), " is running and reaches the database.")


def _rerender(render: Render, how: str) -> Words:
    return (f"{how} ", Command(f"manage.py rerender {render.pk}"))
