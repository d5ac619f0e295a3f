"""Which videos wait for the bucket: read off the outbox, so that none is forgotten and none is noted twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from renders.domain.stages import Stage
from renders.models import RenderEvent, SpooledVideo, Step
from renders.pipeline.spool.places import destination, is_local

_URL = "_url"


def note(events: Sequence[RenderEvent]) -> None:
    """Called by the outbox, inside its transaction; the same events again change nothing."""
    completed = {event.render_id: event for event in events if event.kind == "render.completed" and event.render_id}
    if not completed:
        return
    local = {key: event for key, event in completed.items() if is_local(str(event.data.get("video_url", "")))}
    # A later run that went where it belongs leaves nothing of an older one to be moved.
    elsewhere = completed.keys() - local.keys()
    if elsewhere:
        SpooledVideo.objects.filter(render_id__in=elsewhere, moved_at__isnull=True).delete()
    if not local or destination() is None:
        return
    published = Step.objects.filter(render_id__in=local, stage=Stage.UPLOAD.value, result__isnull=False)
    results = {(step.render_id, step.run): step.result for step in published.only("render_id", "run", "result")}
    rows = [
        SpooledVideo(render_id=key, run=event.run, files=files, wake_at=Now())
        for key, event in local.items()
        if (files := _files(results.get((key, event.run))))
    ]
    known = _known([row.render_id for row in rows])
    fresh = [row for row in rows if known.get(row.render_id, -1) < row.run]
    SpooledVideo.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["render"],
        update_fields=["run", "files", "urls", "wake_at", "tries", "error", "moved_at", "removed_at"],
    )


def _known(renders: Sequence[UUID]) -> dict[UUID, int]:
    """The run of each render that is noted already."""
    return dict(SpooledVideo.objects.filter(render_id__in=renders).values_list("render_id", "run"))


def _files(result: Mapping[str, Any] | None) -> dict[str, str]:
    """The names under which the files of each role lie here."""
    given = (result or {}).items()
    urls = {role.removesuffix(_URL): str(url) for role, url in given if role.endswith(_URL)}
    return {role: url.rpartition("/")[2] for role, url in urls.items() if is_local(url)}
