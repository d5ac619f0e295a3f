from __future__ import annotations

import pytest

from tests.support import pipeline


@pytest.mark.django_db
def test_a_render_runs_from_request_to_video(fakes):
    render = pipeline.ask()
    done = pipeline.run_all()
    render.refresh_from_db()
    assert render.status == "completed", (render.status, render.error_message)
    made = [(claimed.stage.value, claimed.segment) for claimed in done]
    assert made[0] == ("script_gen", "")
    assert sorted(made[1:5]) == [("manim", "s1"), ("manim", "s2"), ("tts", "s1"), ("tts", "s2")]
    assert made[5:] == [("revideo", ""), ("upload", "")]
    pipeline.check_care()
