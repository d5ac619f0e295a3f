from __future__ import annotations

from datetime import timedelta

import pytest

from renderhub.lib import clock
from renders import periodic
from renders.models import RenderEvent, RenderLog
from tests.support import pipeline

pytestmark = pytest.mark.django_db


def test_it_drops_old_logs_in_batches_and_keeps_the_young(settings, monkeypatch):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = pipeline.FAKES, pipeline.FAKE_CHAINS
    monkeypatch.setattr(periodic, "_BATCH", 3)
    render = pipeline.ask()
    old, young = clock.now() - timedelta(days=91), clock.now() - timedelta(days=89)
    for moment in [old] * 7 + [young] * 2:
        RenderLog.objects.create(render=render, run=1, step_name="tts", status="started", created_at=moment)
        RenderEvent.objects.create(render=render, run=1, kind="render.test", created_at=moment)
    # The rows of the request itself came first by id, but are young: they must not hide the old ones for ever.
    RenderEvent.objects.filter(kind="render.queued").delete()
    assert periodic.prune() == 14
    assert RenderLog.objects.filter(created_at__lt=young).count() == 0
    assert RenderLog.objects.count() == 2
    assert RenderEvent.objects.count() == 2
