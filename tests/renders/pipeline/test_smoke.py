from __future__ import annotations

import pytest

from renders.models import Render, RenderEvent, RenderLog
from tests.support import pipeline


@pytest.mark.django_db(transaction=True)
def test_a_render_runs_from_request_to_video(settings):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = pipeline.FAKES, pipeline.FAKE_CHAINS
    render = pipeline.ask()
    done = pipeline.run_all()
    render.refresh_from_db()
    print([(c.stage, c.segment) for c in done])
    assert render.status == "completed", (render.status, render.error_message)
    print(list(RenderEvent.objects.values_list("kind", flat=True)))
    print(list(RenderLog.objects.values_list("step_name", "status", "duration_ms")))
