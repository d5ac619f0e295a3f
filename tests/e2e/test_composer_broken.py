"""A composer that is broken: the video is delivered all the same, as a slideshow, and says so (R16, R36)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from renders.media.probe import probe
from renders.models import Attempt, RenderLog
from renders.pipeline import bell, chains, lease
from renders.providers.composer import provider as composer
from tests.renders.media import samples
from tests.support import pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def real_engines(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(bell, "_ring", lambda freed: None)
    monkeypatch.setattr(lease.keeper, "_start", lambda: None)
    settings.RENDERHUB_PROVIDERS = pipeline.FAKES
    ours = {"manim": ["still"], "tts": ["espeak"], "revideo": ["composer", "slideshow"], "upload": ["local_media"]}
    settings.RENDERHUB_CHAINS = {**pipeline.FAKE_CHAINS, **ours}
    chains.provider.cache_clear()
    yield
    chains.provider.cache_clear()


def test_a_slideshow_is_delivered_and_marked(
    real_engines: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(job: Any) -> Path:
        raise RuntimeError("the mixer is broken")

    monkeypatch.setattr(composer, "make_sound", broken)
    render = pipeline.make(aspect_ratio="1:1")
    assert render.status == "completed", render.error_message
    video = Path(settings.MEDIA_ROOT) / "videos" / render.video_url.removeprefix("/media/")
    info = probe(video, decode=True)
    assert info.video is not None
    assert (info.video.width, info.video.height) == (1080, 1080)
    assert abs(samples.loudness(video)[0] + 14) <= 1
    [mark] = render.degraded
    assert (mark["stage"], mark["provider"]) == ("revideo", "slideshow")
    assert "the mixer is broken" in mark["reason"]
    assert "slideshow" in mark["reason"]
    assert Attempt.objects.filter(step__render=render, provider="composer").count() == 3
    assert RenderLog.objects.filter(render=render, step_name="revideo", status="degraded").exists()
