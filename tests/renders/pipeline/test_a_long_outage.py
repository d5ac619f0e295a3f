"""A service that is away for ten minutes with nobody behind it: what SPEC wants of the render (R10, R31, R35 to R37).

A *stage* that used up its attempts is requeued after five minutes, up to three times: twice is enough here. An *asset*
that used them up is gone without (R31), and a video without its narration is held (R52), not lost. Where somebody has
asked how the service is and knows that it is down, both wait for it and spend nothing (R10).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from renderhub.lib import clock
from renders.domain.errors import ErrorCode
from renders.models import Attempt, Render, Service
from renders.pipeline import circuits, recovery
from tests.support import pipeline
from tests.support.providers import Misbehaving, error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]

OUTAGE, LOOK = 600, 20
"""Seconds."""


def alone(settings: Any, stage: str) -> None:
    """The stage has one service and no fallback, and that fails."""
    settings.RENDERHUB_PROVIDERS = pipeline.FAKES | {"service": ("tests.support.providers.Fake", "io", 1)}
    settings.RENDERHUB_CHAINS |= {stage: ["service"]}
    Misbehaving.plan[stage] = [error(ErrorCode.API_ERROR)] * 500


def live_through(render: Render, seconds: int = OUTAGE, *, known: bool = False) -> int:
    """The outage and what comes after it; how many seconds it took until the render was at rest. `known`: beat or the
    keeper ask the service each minute how it is."""
    begun = clock.now()
    for second in range(0, 3600, LOOK):
        if second >= seconds:
            Misbehaving.plan.clear()
        with clock.frozen(begun + timedelta(seconds=second)):
            circuits.board.forget()
            if known and second % 60 == 0:
                asked_how_it_is(down=second < seconds)
            recovery.tick()
            while pipeline.run_one("cpu") or pipeline.run_one("io"):
                pass
        render.refresh_from_db()
        if render.status in ("completed", "held") or render.final:
            return second
    raise AssertionError(f"after an hour it is {render.status}")


def asked_how_it_is(*, down: bool) -> None:
    found = {"status": "down" if down else "up", "checked_at": clock.now()}
    Service.objects.update_or_create(name="service", defaults=found, create_defaults=found | {"since": clock.now()})


@pytest.mark.parametrize("stage", ["script_gen", "revideo", "upload"])
def test_a_stage_behind_it_is_requeued_and_comes_through(settings: Any, stage: str) -> None:
    alone(settings, stage)
    render = pipeline.ask()
    took = live_through(render)
    assert (render.status, render.degraded) == ("completed", [])
    assert 1 <= render.retry_count <= 3
    assert took < OUTAGE + 400, "the next requeue after the service is back"


def test_a_stage_whose_service_stays_away_has_failed_for_good_after_three_requeues(settings: Any) -> None:
    alone(settings, "upload")
    render = pipeline.ask()
    took = live_through(render, 3600)
    assert (render.status, render.final, render.retry_count) == ("failed", True, 3)
    assert took >= 900, "three times five minutes"


def test_narrations_behind_it_are_gone_without_and_the_video_is_held(settings: Any) -> None:
    alone(settings, "tts")
    render = pipeline.ask()
    live_through(render)
    assert (render.status, render.error_message) == ("held", "2 narration(s) missing.")
    made = Attempt.objects.filter(step__stage="tts").exclude(decision="wait")
    assert list(made.order_by("step", "number").values_list("number", "decision")) == [
        (1, "retry"), (2, "retry"), (3, "placeholder"), (1, "retry"), (2, "retry"), (3, "placeholder"),
    ]  # fmt: skip


@pytest.mark.parametrize("stage", ["script_gen", "tts", "upload"])
def test_while_it_is_known_to_be_down_everything_waits_and_spends_nothing(settings: Any, stage: str) -> None:
    alone(settings, stage)
    render = pipeline.ask()
    live_through(render, known=True)
    assert (render.status, render.retry_count, render.degraded) == ("completed", 0, [])
    assert set(Attempt.objects.filter(step__stage=stage).exclude(decision="wait").values_list("number")) == {(1,)}
