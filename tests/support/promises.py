"""Renders with a due time and the events of their lives, written as the pipeline writes them, at hours that a test
chooses: the pipeline's own statements go by the database's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from renders.models import Render, RenderEvent, RenderFailure, Workspace
from renders.pipeline import outbox


@dataclass
class Morning:
    """Renders of one workspace, all due at `due`. Times are told as minutes before (negative) or after it."""

    workspace: Workspace
    due: datetime

    def at(self, minutes: float) -> datetime:
        return self.due + timedelta(minutes=minutes)

    def ask(self, name: str = "World news", *, asked: float = -120, due: datetime | None = None, **more: Any) -> Render:
        due = due or self.due
        fields = {
            "workspace": self.workspace,
            "name": name,
            "job_type": "daily_ca",
            "language": "en",
            "fingerprint": uuid4().hex,
            "due_at": due,
            **more,
        }
        render = Render.objects.create(**fields)
        Render.objects.filter(pk=render.pk).update(created_at=self.at(asked), queued_at=self.at(asked))
        render.refresh_from_db()
        self.event(render, "render.queued", asked)
        return render

    def begin(self, render: Render, minutes: float) -> None:
        self._write(render, status="processing", started_at=self.at(minutes), stage="script_gen")
        self.event(render, "render.processing", minutes)

    def complete(self, render: Render, minutes: float, *, degraded: list[dict[str, str]] | None = None) -> None:
        took = (self.at(minutes) - (render.started_at or self.at(minutes - 10))).total_seconds()
        self._write(
            render,
            status="completed",
            completed_at=self.at(minutes),
            video_url="/media/video.mp4",
            degraded=degraded or [],
            started_at=render.started_at or self.at(minutes - 10),
            processing_ms=round(1000 * took),
            final=False,
            wake_at=None,
        )
        self.event(render, "render.completed", minutes)

    def fail(self, render: Render, minutes: float, *, code: str = "TIMEOUT", final: bool = True, **more: Any) -> None:
        stage, provider = more.get("stage", "revideo"), more.get("provider", "composer")
        reason, remedy = more.get("reason", "No answer within 600 s"), more.get("remedy", "Check that it is up.")
        wake = None if final else self.at(minutes + 5)
        self._write(
            render, status="failed", final=final, wake_at=wake, stage=stage, error_code=code, error_message=reason
        )
        RenderFailure.objects.create(
            render=render,
            run=render.run,
            stage=stage,
            provider=provider,
            code=code,
            fingerprint=f"{provider}/{stage}/{code}",
            failure_reason=reason,
            error_details={"remedy": remedy, "is_retryable": True},
            final=final,
            created_at=self.at(minutes),
        )
        self.event(render, "render.failed", minutes, stage=stage, data={"final": final, "code": code})

    def hold(self, render: Render, minutes: float, reason: str = "2 narrations are missing") -> None:
        self._write(render, status="held", error_message=reason)
        self.event(render, "render.held", minutes, data={"reason": reason})

    def cancel(self, render: Render, minutes: float) -> None:
        self._write(render, status="cancelled", wake_at=None)
        self.event(render, "render.cancelled", minutes)

    def run_anew(self, render: Render, minutes: float) -> None:
        self._write(
            render,
            status="queued",
            run=render.run + 1,
            final=False,
            completed_at=None,
            started_at=None,
            queued_at=self.at(minutes),
            error_code="",
            error_message="",
        )
        self.event(render, "render.queued", minutes)

    def event(self, render: Render, kind: str, minutes: float, **more: Any) -> RenderEvent:
        return RenderEvent.objects.create(render=render, run=render.run, kind=kind, created_at=self.at(minutes), **more)

    def read(self) -> None:
        while outbox.read():
            pass

    def _write(self, render: Render, **fields: Any) -> None:
        Render.objects.filter(pk=render.pk).update(**fields)
        render.refresh_from_db()


def missed(workspace: Workspace, day: date, why: str = "Every feed is broken") -> None:
    outbox.tell("daily.missed", workspace=workspace.name, language="en", date=day.isoformat(), why=why)
