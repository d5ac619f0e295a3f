from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from renders.models import Render, Step
from renders.presentation.telling import Evidence, punctuality, tell, under_way_in_short
from renders.presentation.words import Words, as_text

NOW = datetime(2026, 11, 22, 5, 20, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def text(words: Words) -> str:
    return as_text(words, UTC)


def said(render: Render, *steps: Step, **evidence) -> tuple[str, str]:
    telling = tell(render, Evidence(steps=steps, now=NOW, **evidence))
    return text(telling.going_on), text(telling.to_do)


def mark(reason: str, stage: str = "manim") -> dict[str, str]:
    return {"stage": stage, "segment": "s1", "provider": "still", "reason": reason}


def test_completed_says_how_long_it_took_and_what_is_degraded():
    render = Render(status="completed", processing_ms=41_000, degraded=[mark("manim: TIMEOUT: no answer")])
    assert said(render) == ("Completed in 41 s; one visual is a fallback.", "")


def test_completed_tells_gaps_from_fallbacks():
    marks = [mark("a"), mark("b"), mark("placeholder: refused", "tts")]
    assert said(Render(status="completed", processing_ms=41_000, degraded=marks))[0] == (
        "Completed in 41 s; 2 visuals are fallbacks; one narration is missing."
    )


def test_completed_late_says_so():
    render = Render(status="completed", processing_ms=41_000, due_at=NOW, completed_at=later(720))
    assert said(render)[0] == "Completed in 41 s, 12 m after it was due."


def test_failed_for_good_says_where_why_and_what_to_do_once():
    render = Render(
        status="failed",
        final=True,
        stage="revideo",
        error_message="FFmpeg is missing. Install it.",
        error_remedy="Install it.",
    )
    going_on, to_do = said(render)
    assert going_on == "Failed for good at composing: FFmpeg is missing."
    assert to_do == f"Install it. Then run manage.py rerender {render.pk}"


def test_a_failure_that_will_be_requeued_says_when():
    render = Render(
        status="failed", stage="tts", error_message="No answer", error_remedy="Wait.", wake_at=later(60), retry_count=1
    )
    assert said(render) == (
        "Failed at narration: No answer. Tries again by itself at 05:21:00 UTC (requeue 2 of 3).",
        "Wait.",
    )


@pytest.mark.parametrize("status", ["failed", "held"])
def test_a_missed_moment_points_at_the_keeper(status):
    going_on, to_do = said(Render(status=status, error_message="x", wake_at=later(-60)))
    assert "nobody" in going_on
    assert "manage.py keeper" in to_do


def test_held_says_when_it_goes_out_as_it_is():
    going_on, _ = said(Render(status="held", error_message="2 narration(s) missing.", wake_at=later(1500)))
    assert going_on == "Made, but held for an editor: 2 narration(s) missing. Goes out as it is at 05:45:00 UTC."


def test_a_running_step_says_who_is_at_it_and_for_how_long():
    step = Step(pk=7, stage="revideo", status="running", provider="composer", attempt=2, lease_until=later(5))
    assert said(Render(status="processing"), step, since={7: later(-12)})[0] == (
        "At work on composing (composer, attempt 2) for 12 s."
    )


def test_a_silent_worker_is_told_from_one_at_work():
    step = Step(stage="revideo", status="running", provider="composer", attempt=1, lease_until=later(-1))
    assert "gone silent" in said(Render(status="processing"), step)[0]


def test_a_retry_says_when_and_because_of_what():
    step = Step(stage="tts", segment="s2", status="sleeping", provider="edge", wake_at=later(10))
    assert said(Render(status="processing"), step, last_error="Too many requests")[0] == (
        "Waiting: tries the narration of s2 again at 05:20:10 UTC because edge answered: Too many requests."
    )


def test_a_provider_that_is_at_work_is_no_retry():
    step = Step(stage="tts", segment="s2", status="sleeping", provider="edge", wake_at=later(10), job_id="j1")
    assert said(Render(status="processing"), step, last_error="Too many requests")[0] == (
        "edge works on the narration of s2; it is looked at again at 05:20:10 UTC."
    )


def test_a_queue_says_how_many_are_ahead():
    step = Step(stage="script_gen", status="due", queue="cpu", due_since=later(-5))
    assert said(Render(status="queued"), step, ahead=12) == (
        "Waits for a free worker to take the script; 12 steps are ahead of it.",
        "",
    )


def test_nobody_coming_is_something_to_do():
    step = Step(stage="script_gen", status="due", queue="cpu", due_since=later(-60))
    going_on, to_do = said(Render(status="queued"), step)
    assert going_on == "Waits for a free worker to take the script, for 1 m now; no steps are ahead of it."
    assert "queue “cpu”" in to_do


@pytest.mark.parametrize(
    ("due", "completed", "told"),
    [(1500, None, "in 25 m"), (-300, None, "5 m late"), (0, -60, "on time"), (0, 60, "1 m late")],
)
def test_punctuality(due, completed, told):
    render = Render(status="completed" if completed else "queued", due_at=later(due))
    render.completed_at = later(completed) if completed else None
    assert punctuality(render, NOW) == told


def test_a_step_that_nobody_can_be_asked_for_says_what_it_waits_for():
    step = Step(stage="tts", segment="s3", status="sleeping", provider="speech", wake_at=later(30))
    step.waits_for = "No provider can be asked now. speech: it is down: refused"
    assert said(Render(status="processing"), step, last_error="an older one")[0] == (
        "Waiting with the narration of s3: No provider can be asked now. speech: it is down: refused. "
        "It is looked at again at 05:20:30 UTC, or as soon as a service is back."
    )


def test_in_short_it_says_where_it_is_and_what_is_expected():
    queued, at_work = Render(status="queued"), Render(status="processing", stage="tts")
    assert under_way_in_short(queued, "") == "Waits for its turn."
    assert under_way_in_short(at_work, "what is left takes 8 m") == "At work: narration. What is left takes 8 m."
