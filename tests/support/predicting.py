"""The pipeline of a test with a service of predictions for its visuals (R13)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from renderhub.lib.queues import Queue
from renders.domain.outcomes import Ok
from renders.domain.script import Script, Visual
from renders.models import Step
from renders.pipeline import chains, circuits
from tests.support import generated_media, pipeline
from tests.support.predictions_server import CLIP, IMAGE, KEY, MUSIC, SECRET, Predictions, predictions
from tests.support.providers import Misbehaving, script

MODELS = {
    "image": {"name": IMAGE, "input": {"prompt": "$prompt"}, "smaller": {}},
    "clip": {"name": CLIP, "input": {"prompt": "$prompt"}, "smaller": {}},
    "music": {"name": MUSIC, "input": {"prompt": "$prompt", "duration": "$seconds"}, "smaller": {}},
}


SCENE = chains.Known("tests.support.providers.Fake", Queue.CPU, 1, kind="scene")


@contextmanager
def predicting(settings: Any, monkeypatch: Any) -> Iterator[Predictions]:
    """Segments that wish for pictures and clips have them from the service; the rest is the fakes', scenes too."""
    monkeypatch.setitem(chains.BUILT_IN, "scene", SCENE)
    with predictions() as service:
        service.output = lambda made: generated_media.clip("", 1.0) if made.model == CLIP else None
        settings.RENDERHUB_PREDICTIONS = {
            "url": service.url, "key": KEY, "poll_seconds": 1.0, "webhook_secret": SECRET, "webhooks": True,
        }  # fmt: skip
        settings.RENDERHUB_PREDICTION_MODELS = MODELS
        settings.RENDERHUB_GENERATED_VISUALS = None
        settings.RENDERHUB_CHAINS |= {"image": ["prediction_image"], "clip": ["prediction_clip"], "manim": ["scene"]}
        chains.provider.cache_clear()
        circuits.board.forget()
        try:
            yield service
        finally:
            chains.provider.cache_clear()
            circuits.board.forget()


def wishing(*visuals: Visual) -> Script:
    made = script(len(visuals))
    segments = zip(made.segments, visuals, strict=True)
    return replace(
        made,
        segments=tuple(
            replace(segment, visual=visual, image_prompt=f"A picture for {segment.id}") for segment, visual in segments
        ),
    )


def ask_for(*visuals: Visual) -> Any:
    """A render whose script wishes so; its script is made."""
    Misbehaving.plan["script_gen"] = [Ok({"script": wishing(*visuals).to_json()})]
    render = pipeline.ask()
    pipeline.run_one()
    return render


def visual_step(segment: str = "s1") -> Step:
    return Step.objects.get(stage="manim", segment=segment)
