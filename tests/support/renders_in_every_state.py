"""Renders in every state that a page may meet, each brought there by the pipeline itself.

The caller's settings name `PROVIDERS`, and `CHAINS` or `QUICK_CHAINS`, of this module.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from renderhub.lib import clock
from renders.actions.cancel import cancel
from renders.actions.request import Wish, request
from renders.actions.rerender import rerender
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.job import JobType, NewsItem
from renders.domain.outcomes import Err
from renders.domain.stages import Stage
from renders.models import Render, Workspace
from tests.support import pipeline
from tests.support.providers import Misbehaving

PROVIDERS = {
    **pipeline.FAKES,
    "drawn": ("tests.support.drawn.Drawn", "cpu", 1),
    "still_card": ("tests.support.drawn.Drawn", "cpu", 1),
}
CHAINS = {
    "script_gen": ["drawn"],
    "manim": ["drawn", "still_card"],
    "tts": ["drawn"],
    "music": [],
    "revideo": ["drawn"],
    "upload": ["local_media"],
}
QUICK_CHAINS = {**pipeline.FAKE_CHAINS, "manim": ["fake", "second"], "upload": ["local_media"]}
"""The same states from files that nobody can look at: for tests that only read pages."""

ITEMS = (
    NewsItem(
        "The Suez Canal joins two seas without a single lock",
        "The Suez Canal opened on November 17, 1869. It links the Mediterranean with the Red Sea.",
        "Example Press",
        "https://example.org/en/2",
        "2026-11-20T04:14:00+00:00",
    ),
    NewsItem(
        "Voyager 1 was the first probe to reach interstellar space",
        "Voyager 1 moves at about 17 kilometres per second.",
        "Example Press",
        "javascript:alert(1)",
        "2026-11-20T05:37:00+00:00",
    ),
)


def ask(workspace: Workspace, name: str, **more: Any) -> Render:
    """A day's video, queued; another name is another wish, and no open twin is joined."""
    items = (*ITEMS, NewsItem(name, f"This item tells {name!r} from the others.", "Example Press"))
    wish = Wish(job_type=JobType.DAILY_CA, name=name, items=items, target_date=clock.now().date(), **more)
    return request(workspace, wish).render


def queued(workspace: Workspace, name: str = "Waiting for a worker", **more: Any) -> Render:
    return ask(workspace, name, **more)


def processing(workspace: Workspace, name: str = "Being made", **more: Any) -> Render:
    """Its first visual is in a worker's hands."""
    render = ask(workspace, name, **more)
    for _ in range(4):
        pipeline.run_one()
    pipeline.take(lease=3600)
    return _fresh(render)


def sleeping(workspace: Workspace, name: str = "Waiting for its provider", **more: Any) -> Render:
    """Its script is asked for again when the provider allows."""
    render = ask(workspace, name, **more)
    Misbehaving.plan["script_gen"] = [failure(ErrorCode.RATE_LIMITED, "Too many requests", retry_after=45.0)]
    pipeline.run_one()
    return _fresh(render)


def completed(workspace: Workspace, name: str = "World news", **more: Any) -> Render:
    render = ask(workspace, name, **more)
    pipeline.run_all()
    return _fresh(render)


def degraded(workspace: Workspace, name: str = "World news, with a fallback", **more: Any) -> Render:
    """Completed; one visual is the fallback's, one could not be made at all."""
    render = ask(workspace, name, length=120, **more)
    refused = failure(ErrorCode.INVALID_INPUT, "The scene does not take this text")
    crashed = failure(ErrorCode.PROVIDER_FAILURE, "Manim left with exit code 1", max_attempts=1)
    Misbehaving.plan["manim"] = [crashed]
    pipeline.run_one()
    while Misbehaving.plan["manim"]:
        pipeline.run_one()
    pipeline.run_one()
    Misbehaving.plan["manim"] = [refused, refused]
    pipeline.run_all()
    return _fresh(render)


def retrying(workspace: Workspace, name: str = "Composer away", **more: Any) -> Render:
    """Failed, and goes back to the queue by itself."""
    render = ask(workspace, name, **more)
    Misbehaving.plan["revideo"] = [
        failure(ErrorCode.TIMEOUT, "No answer from composer.internal within 600 s", max_attempts=1)
    ]
    pipeline.run_all()
    return _fresh(render)


def failed(workspace: Workspace, name: str = "Refused script", **more: Any) -> Render:
    """Failed for good."""
    render = ask(workspace, name, **more)
    Misbehaving.plan["script_gen"] = [
        failure(ErrorCode.SENSITIVE_CONTENT, "The request was rejected by the safety system", provider_code="E005")
    ]
    pipeline.run_all()
    return _fresh(render)


def held(workspace: Workspace, name: str = "Two voices missing", **more: Any) -> Render:
    """Made, with a narration missing; let go at its due time less a quarter of an hour."""
    render = ask(workspace, name, due_at=clock.now() + timedelta(minutes=50), **more)
    refused = failure(ErrorCode.INVALID_INPUT, "The text is not in a language that this voice speaks")
    Misbehaving.plan["tts"] = [refused, refused]
    pipeline.run_all()
    return _fresh(render)


def cancelled(workspace: Workspace, name: str = "Not wanted any more", **more: Any) -> Render:
    render = ask(workspace, name, **more)
    cancel(render.pk)
    return _fresh(render)


def rerendered(workspace: Workspace, name: str = "Made twice", **more: Any) -> Render:
    """Completed in its second run, from the visuals on."""
    render = completed(workspace, name, **more)
    rerender(render.pk, Stage.MANIM)
    pipeline.run_all()
    return _fresh(render)


STATES: dict[str, Callable[..., Render]] = {
    "rerendered": rerendered,
    "cancelled": cancelled,
    "failed": failed,
    "held": held,
    "retrying": retrying,
    "degraded": degraded,
    "completed": completed,
    "sleeping": sleeping,
    "processing": processing,
    "queued": queued,
}
"""In an order in which the earlier ones leave nothing due that a later one would run."""


def one_of_each(workspace: Workspace) -> dict[str, Render]:
    Misbehaving.clear()
    return {
        state: make(workspace, language=_LANGUAGES[number % 3]) for number, (state, make) in enumerate(STATES.items())
    }


_LANGUAGES = ("en", "ru", "hi")


def failure(code: ErrorCode, message: str, **more: Any) -> Err:
    return Err(GenerationError(code, "drawn", message, **more))


def _fresh(render: Render) -> Render:
    return Render.objects.get(pk=render.pk)
