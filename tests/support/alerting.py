"""What tests of alerts have in common: channels, events, and time that passes by back-dating rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from alerts.models import Alert, Channel, Delivery
from renders.models import Render, RenderEvent, RenderFailure
from renders.pipeline import outbox
from tests.support import pipeline


def slack_channel(name: str = "#renders", **more: Any) -> Channel:
    return Channel.objects.create(name=name, kind="slack", target="ops", **more)


def mail_channel(name: str = "Operators", **more: Any) -> Channel:
    return Channel.objects.create(name=name, kind="email", target="ops@example.org", **more)


def render(name: str = "The day in a minute") -> Render:
    """A render of its own; the event of its making is told already."""
    made = pipeline.ask(f"{name} " * 40, name=name)
    outbox.read()
    return made


def fails(
    of: Render, *, final: bool = True, code: str = "TIMEOUT", provider: str = "manim", stage: str = "manim"
) -> None:
    """What the pipeline leaves when a run fails: the state, a failure and an event."""
    wake = None if final else Now() + timedelta(minutes=5)
    Render.objects.filter(pk=of.pk).update(
        status="failed", final=final, stage=stage, wake_at=wake, error_code=code, error_message="No answer in time."
    )
    RenderFailure.objects.create(
        render=of,
        run=of.run,
        stage=stage,
        provider=provider,
        code=code,
        fingerprint=f"{provider}/{stage}/{code}",
        failure_reason=f"No answer in time from <{provider}> & co.",
        error_details={"remedy": "Check that the service is up."},
        final=final,
        created_at=Now(),
    )
    told = {"final": final, "requeue_at": None, "code": code}
    RenderEvent.objects.create(render=of, run=of.run, kind="render.failed", stage=stage, data=told, created_at=Now())


def completes(of: Render) -> None:
    Render.objects.filter(pk=of.pk).update(
        status="completed", final=False, completed_at=Now(), video_url="/media/v.mp4", wake_at=None
    )
    RenderEvent.objects.create(render=of, run=of.run, kind="render.completed", created_at=Now())


def let_pass(seconds: float) -> None:
    """Let time pass: every row that waits for a moment is back-dated."""
    back = timedelta(seconds=seconds)
    Delivery.objects.update(next_at=F("next_at") - back)
    Channel.objects.update(free_at=F("free_at") - back)
    Alert.objects.update(ends_at=F("ends_at") - back)
