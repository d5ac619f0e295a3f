"""A whole job sent to an orchestrator, and the pipeline of our own behind it (R18)."""

from __future__ import annotations

from typing import Any

import pytest

from renders.actions.rerender import rerender
from renders.domain.errors import ErrorCode
from renders.domain.job import AspectRatio
from renders.domain.stages import Stage
from renders.models import Render, Step
from renders.pipeline import inputs, recovery
from tests.support import pipeline
from tests.support.providers import Misbehaving, error

pytestmark = pytest.mark.django_db
IN_HOUSE = ["script_gen", "tts", "manim", "tts", "manim", "revideo"]


@pytest.fixture(autouse=True)
def _chain(fakes: None, settings: Any) -> None:
    settings.RENDERHUB_CHAINS = settings.RENDERHUB_CHAINS | {"orchestrator": ["fake", "in_house"]}


def refuse(code: ErrorCode, times: int = 1) -> None:
    Misbehaving.plan["orchestrator"] = [error(code)] * times


def ran() -> list[str]:
    return [claimed.stage.value for claimed in pipeline.run_all()]


def stages(render: Render) -> list[tuple[str, str]]:
    render.refresh_from_db()
    return list(Step.objects.filter(render=render, run=render.run).values_list("stage", "status").order_by("position"))


def test_the_video_that_was_made_elsewhere_is_published() -> None:
    render = pipeline.ask(name="Rivers")
    assert ran() == ["orchestrator", "upload"]
    render.refresh_from_db()
    assert (render.status, render.duration, render.degraded) == ("completed", 60.0, [])
    assert render.video_url.startswith("/media/")


def test_the_job_is_said_in_the_contracts_words() -> None:
    render = pipeline.ask(length=120, style="concise", voice="female")
    claimed = pipeline.take_at(Stage.ORCHESTRATOR)
    asked = inputs.ask(Stage.ORCHESTRATOR, inputs.work_of(claimed)).payload
    assert asked == {
        "job_id": f"{render.pk}-1",
        "job_type": "topic_short",
        "input": render.input_text,
        "style": "concise",
        "length": 120,
        "voice": "female",
    }


@pytest.mark.parametrize(
    "wish",
    [{"aspect_ratio": AspectRatio.TALL.value}, {"language": "ru"}, {"burn_captions": True}],
    ids=lambda wish: next(iter(wish)),
)
def test_what_the_contract_cannot_say_is_made_in_house(wish: dict[str, Any]) -> None:
    pipeline.ask(**wish)
    assert sorted(ran()) == sorted([*IN_HOUSE, "upload"])


@pytest.mark.parametrize("code", [ErrorCode.UNAUTHORIZED, ErrorCode.INVALID_INPUT, ErrorCode.SENSITIVE_CONTENT])
def test_what_fails_for_good_there_is_made_in_house_and_says_so(code: ErrorCode) -> None:
    refuse(code)
    render = pipeline.ask()
    assert ran() == ["orchestrator", "orchestrator", *IN_HOUSE, "upload"]
    render.refresh_from_db()
    assert (render.status, render.retry_count) == ("completed", 0)
    assert [(mark["stage"], mark["provider"]) for mark in render.degraded] == [("orchestrator", "in_house")]
    assert code.value in render.degraded[0]["reason"]
    assert {status for _, status in stages(render)} == {"done"}


def test_a_passing_fault_there_is_tried_again_there() -> None:
    refuse(ErrorCode.API_ERROR, times=3)
    render = pipeline.ask()
    for _ in range(3):
        pipeline.run_all()
        pipeline.let_pass(120)
        recovery.tick()
    pipeline.run_all()
    assert pipeline.calls("orchestrator") == 3
    render.refresh_from_db()
    assert (render.status, len(render.degraded)) == ("completed", 1)


class TestAnew:
    def test_a_video_made_elsewhere_is_published_again_without_making_it_again(self) -> None:
        render = pipeline.ask()
        pipeline.run_all()
        rerender(render.pk, Stage.UPLOAD)
        assert ran() == ["upload"]

    @pytest.mark.parametrize("stage", [None, Stage.ORCHESTRATOR, Stage.SCRIPT_GEN, Stage.REVIDEO])
    def test_from_any_other_stage_it_is_made_anew_whole(self, stage: Stage | None) -> None:
        render = pipeline.ask()
        pipeline.run_all()
        rerender(render.pk, stage)
        assert ran() == ["orchestrator", "upload"]

    def test_one_that_was_made_in_house_keeps_what_was_made_here(self) -> None:
        refuse(ErrorCode.UNAUTHORIZED)
        render = pipeline.ask()
        pipeline.run_all()
        rerender(render.pk, Stage.REVIDEO)
        assert ran() == ["revideo", "upload"]
        assert {status for _, status in stages(render)} == {"done"}

    def test_from_the_script_on_it_stays_in_house(self) -> None:
        refuse(ErrorCode.UNAUTHORIZED)
        render = pipeline.ask()
        pipeline.run_all()
        rerender(render.pk, Stage.SCRIPT_GEN)
        assert "orchestrator" not in ran()
        assert stages(render)[0] == ("orchestrator", "done")


def test_a_worker_goes_on_in_place_from_the_orchestrator_to_the_publishing() -> None:
    pipeline.ask()
    done = pipeline.run_in_place(pipeline.take())
    assert [claimed.stage for claimed in done] == [Stage.ORCHESTRATOR, Stage.UPLOAD]


def test_a_worker_goes_on_in_place_where_the_video_is_made_in_house() -> None:
    refuse(ErrorCode.UNAUTHORIZED)
    pipeline.ask()
    pipeline.run_one()
    done = pipeline.run_in_place(pipeline.take())
    assert [claimed.stage.value for claimed in done] == ["orchestrator", *IN_HOUSE, "upload"]
