"""Which failure an event tells of: events carry a code, the reason and the remedy stand in the failure's row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from renders.models import RenderEvent, RenderFailure

Failures = Mapping[tuple[UUID, int, str, str], RenderFailure]
"""The newest failure by render, run, stage and code."""

_COLUMNS = ("render_id", "run", "stage", "provider", "code", "failure_reason", "error_details")


def failures_of(events: Sequence[RenderEvent]) -> Failures:
    """Those of the renders that failed, in one query; none where none did."""
    failed = {event.render_id for event in events if event.kind == "render.failed"}
    if not failed:
        return {}
    rows = RenderFailure.objects.filter(render__in=failed).order_by("pk").only(*_COLUMNS)
    return {(row.render_id, row.run, row.stage, row.code): row for row in rows}


def failure_of(event: RenderEvent, failures: Failures) -> RenderFailure | None:
    if event.render_id is None or event.kind != "render.failed":
        return None
    return failures.get((event.render_id, event.run, event.stage, str(event.data.get("code", ""))))
