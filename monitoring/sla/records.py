"""A promise for every render with a due time, brought up to date by its events (R75)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from monitoring import terms
from monitoring.failures import Failures, failure_of
from monitoring.models import SLARecord
from renderhub.lib import clock
from renders.domain.job import JobType
from renders.models import Render, RenderEvent, RenderFailure, Step
from renders.presentation import times

_CHANGED = (
    *("render", "name", "ready_at", "cancelled_at", "failed_at", "held", "degraded"),
    *("code", "stage", "provider", "reason", "remedy", "last_event", "rolled"),
)


def note(events: Sequence[RenderEvent], renders: Mapping[UUID, Render], failures: Failures) -> None:
    """Bring the promises of these events' renders up to date; those that nothing was promised for are passed over."""
    known = _known(renders)
    touched: dict[UUID, SLARecord] = {}
    for event in events:
        render = renders.get(event.render_id) if event.render_id else None
        if render is None or (render.due_at is None and render.pk not in known):
            continue
        record = known.setdefault(render.pk, _promise(render))
        if event.pk > record.last_event:
            _apply(record, event, render, failure_of(event, failures))
            touched[render.pk] = record
    new = [record for record in touched.values() if record.pk is None]
    old = [record for record in touched.values() if record.pk is not None]
    if new:
        SLARecord.objects.bulk_create(new)
    if old:
        SLARecord.objects.bulk_update(old, _CHANGED)


def _known(renders: Mapping[UUID, Render]) -> dict[UUID, SLARecord]:
    """The promises that are there, by render; one for a daily run that was missed is taken up by the render that
    comes after all."""
    rows = SLARecord.objects.filter(render__in=renders)
    known = {record.render_id: record for record in rows if record.render_id}
    days: dict[tuple[UUID, str, date | None], Render] = {
        (render.workspace_id, render.language, render.target_date): render
        for render in renders.values()
        if render.job_type == JobType.DAILY_CA and render.target_date and render.pk not in known
    }
    if days:
        dates = {render.target_date for render in days.values()}
        for record in SLARecord.objects.filter(render__isnull=True, target_date__in=dates):
            came = days.get((record.workspace_id, record.language, record.target_date))
            if came is not None:
                record.render, record.name = came, came.name
                known[came.pk] = record
    return known


def _promise(render: Render) -> SLARecord:
    due = render.due_at or terms.due_on(render.target_date or timezone.localdate(clock.now()))
    return SLARecord(
        render=render,
        workspace_id=render.workspace_id,
        name=render.name,
        job_type=render.job_type,
        language=render.language,
        target_date=render.target_date,
        due_at=due,
        date=terms.report_day(due),
    )


def _apply(record: SLARecord, event: RenderEvent, render: Render, failure: RenderFailure | None) -> None:
    record.last_event, record.rolled = event.pk, False
    if record.ready_at is not None:
        return  # the first time counts, whatever is made of it afterwards
    match event.kind:
        case "render.queued":
            record.cancelled_at = record.failed_at = None
        case "render.completed":
            _ready(record, event, render)
        case "render.failed":
            _failed(record, event, failure)
        case "render.held":
            record.held = True
            record.reason = f"Held for an editor: {event.data.get('reason', '')}"[:2000]
            record.remedy, record.code, record.stage = "Make what is missing, or publish it as it is.", "", ""
        case "render.cancelled":
            record.cancelled_at = event.created_at


def _ready(record: SLARecord, event: RenderEvent, render: Render) -> None:
    record.ready_at, record.failed_at, record.cancelled_at = event.created_at, None, None
    is_of_the_row = render.run == event.run and render.completed_at is not None
    record.degraded = render.degraded if is_of_the_row else _degraded(event)
    if event.created_at > record.due_at and not record.reason and is_of_the_row:
        record.reason = _why_slow(record.due_at, event.created_at, render)


def _degraded(event: RenderEvent) -> list[dict[str, Any]]:
    """From the steps of the run, where the render's row tells of a later one already."""
    steps = Step.objects.filter(render=event.render_id, run=event.run).exclude(degraded="").order_by("position")
    return [
        {"stage": step.stage, "segment": step.segment, "provider": step.provider, "reason": step.degraded}
        for step in steps
    ]


def _failed(record: SLARecord, event: RenderEvent, failure: RenderFailure | None) -> None:
    record.code, record.stage = str(event.data.get("code", ""))[:40], event.stage
    record.provider = failure.provider if failure else ""
    record.reason = failure.failure_reason[:2000] if failure else ""
    record.remedy = str(failure.error_details.get("remedy", ""))[:2000] if failure else ""
    if event.data.get("final"):
        record.failed_at = event.created_at


def _why_slow(due: datetime, ready: datetime, render: Render) -> str:
    """Nothing failed: was it asked for late, did it wait for a worker, or did it take long to make?"""
    if render.started_at is None:
        return ""
    before = (due - render.queued_at).total_seconds()
    asked = f"{times.duration(before)} before it was due" if before > 0 else "when it was due already"
    waited = times.duration((render.started_at - render.queued_at).total_seconds())
    made = times.duration((ready - render.started_at).total_seconds())
    return f"Nothing failed: asked for {asked}, it waited {waited} for a worker and took {made} to make."
