"""What a command says when its render rests, and the exit code that goes with it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError, OutputWrapper

from renders.domain.states import RenderStatus
from renders.models import Render
from renders.presentation.words import ended, without


def tell(render: Render, out: OutputWrapper) -> None:
    """Print `video: PATH`, how long it took and what is degraded. Raises `CommandError` where there is no video."""
    if render.status != RenderStatus.COMPLETED:
        raise CommandError(_why_not(render))
    for mark in render.degraded:
        out.write(f"degraded: {mark['stage']} {mark['segment']}: {mark['reason']}")
    if render.processing_ms is not None and render.duration is not None:
        out.write(f"took: {render.processing_ms / 1000:.1f} s for {render.duration:.1f} s of video")
    out.write(f"video: {place_of(render.video_url)}")


def place_of(url: str) -> str:
    """Where a published file lies on this machine, or its address where it is elsewhere."""
    prefix = f"/{settings.MEDIA_URL.strip('/')}/"
    if not url.startswith(prefix):
        return url
    return str(Path(settings.MEDIA_ROOT).absolute() / "videos" / url.removeprefix(prefix))


def _why_not(render: Render) -> str:
    if render.status == RenderStatus.FAILED:
        why = ended(without(render.error_message, render.error_remedy))
        return f"{render.name} failed for good at {render.stage}: {why} {render.error_remedy}".strip()
    if render.status == RenderStatus.HELD:
        return f"{render.name} is held for an editor: {render.error_message}"
    return f"{render.name} is {render.status}."
