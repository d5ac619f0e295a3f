"""A row for each run that ended, from its last event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from monitoring import terms
from monitoring.failures import Failures, failure_of
from monitoring.figures.days import day_of
from monitoring.models import Outcome, RunOutcome
from renders.models import Render, RenderEvent

_OUTCOMES = {
    "render.completed": Outcome.COMPLETED,
    "render.failed": Outcome.FAILED,
    "render.cancelled": Outcome.CANCELLED,
}


def note(events: Sequence[RenderEvent], renders: Mapping[UUID, Render], failures: Failures) -> None:
    """A run ends once: what is there already stays."""
    ended = [
        _row(event, renders[event.render_id], failures)
        for event in events
        if event.render_id is not None and event.render_id in renders and _ends(event)
    ]
    if ended:
        RunOutcome.objects.bulk_create(ended, ignore_conflicts=True)


def _ends(event: RenderEvent) -> bool:
    """What will be requeued by itself has not ended."""
    return event.kind in _OUTCOMES and (event.kind != "render.failed" or bool(event.data.get("final")))


def _row(event: RenderEvent, render: Render, failures: Failures) -> RunOutcome:
    failure = failure_of(event, failures)
    is_its_last = render.run == event.run and event.kind == "render.completed"
    return RunOutcome(
        render_id=render.pk,
        run=event.run,
        job_type=render.job_type,
        outcome=_OUTCOMES[event.kind].value,
        ended_at=event.created_at,
        date=day_of(event.created_at, terms.zone()),
        code=str(event.data.get("code", ""))[:40],
        stage=event.stage,
        provider=failure.provider if failure else "",
        # The row may tell of a later run already; then it is measured from the attempts.
        seconds=render.processing_ms / 1000 if is_its_last and render.processing_ms is not None else None,
    )
