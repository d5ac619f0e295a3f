"""Visuals by wish of the segment (R13), and paid work that is asked for once, looked for, and cancelled (I4, R6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from renderhub.lib import clock
from renders.actions.cancel import cancel
from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Ok, Outcome, Pending
from renders.domain.script import Visual
from renders.domain.stages import Stage
from renders.models import Asset, Attempt, Render, Service, Step, StrayJob
from renders.pipeline import chains, circuits, graph, inputs, recovery, strays
from renders.pipeline.transitions import failing, rescue, steps
from renders.pipeline.transitions.claim import Claimed
from renders.providers.base import Request
from tests.support import pipeline
from tests.support.pipeline import let_pass, take
from tests.support.predicting import ask_for, predicting, visual_step, wishing
from tests.support.predictions_server import CLIP, IMAGE, Ending, Predictions
from tests.support.providers import Slow, error, script

IMAGE_WISH, CLIP_WISH = Visual.GENERATED_IMAGE, Visual.GENERATED_CLIP

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


@pytest.fixture
def service(settings: Any, fakes: Any, monkeypatch: Any) -> Iterator[Predictions]:
    with predicting(settings, monkeypatch) as running:
        yield running


def go_on(seconds: float = 61) -> None:
    """Whatever sleeps is woken, and everything that is due runs."""
    let_pass(seconds)
    recovery.tick()
    for _ in range(20):
        if pipeline.run_one() is None and pipeline.run_one("io") is None:
            return


def finished() -> Render:
    for _ in range(8):
        go_on()
    return Render.objects.get()


class TestChains:
    @pytest.mark.parametrize(
        ("visual", "chain"),
        [
            (Visual.SCENE, ["scene"]),
            (Visual.SOURCE, ["source_file", "scene"]),
            (IMAGE_WISH, ["prediction_image", "scene"]),
            (CLIP_WISH, ["prediction_clip", "scene"]),
        ],
    )
    def test_what_a_segment_wishes_for_stands_before_the_chain_of_the_stage(
        self, service: Predictions, visual: Visual, chain: list[str]
    ) -> None:
        payload = {"segment": wishing(visual).segments[0].to_json()}
        assert chains.of_step(Stage.MANIM, payload) == chain
        assert graph.first_provider(Stage.MANIM, payload, chains.primary) == chain[0]
        for at, name in enumerate(chain):
            assert [one.name for one in chains.rest_after(Stage.MANIM, name, payload)] == chain[at + 1 :]

    def test_a_wish_that_nobody_can_fulfil_goes_to_the_scene(self, service: Predictions, settings: Any) -> None:
        settings.RENDERHUB_CHAINS |= {"image": []}
        payload = {"segment": wishing(IMAGE_WISH).segments[0].to_json()}
        assert graph.first_provider(Stage.MANIM, payload, chains.primary) == "scene"

    def test_a_provider_of_both_chains_is_asked_once(self, service: Predictions, settings: Any) -> None:
        settings.RENDERHUB_CHAINS |= {"image": ["prediction_image", "scene"], "manim": ["manim", "scene"]}
        payload = {"segment": wishing(IMAGE_WISH).segments[0].to_json()}
        assert chains.of_step(Stage.MANIM, payload) == ["prediction_image", "scene", "manim"]

    def test_other_stages_of_the_segment_wish_for_nothing(self, service: Predictions) -> None:
        payload = {"segment": wishing(IMAGE_WISH).segments[0].to_json()}
        assert graph.chains_of(Stage.TTS, payload) == ("tts",)


class TestMixed:
    def test_one_video_has_scenes_pictures_and_clips_each_with_its_prompt_and_model(self, service: Predictions) -> None:
        ask_for(Visual.SCENE, IMAGE_WISH, CLIP_WISH)
        render = finished()
        assert (render.status, render.degraded) == ("completed", [])
        assets = {asset.segment: asset for asset in Asset.objects.filter(slot="manim")}
        assert [(a.kind, a.provider, a.model) for a in map(assets.get, ("s1", "s2", "s3")) if a] == [
            ("image", "scene", ""),
            ("image", "prediction_image", IMAGE),
            ("video", "prediction_clip", CLIP),
        ]
        assert assets["s2"].prompt == "A picture for s2"
        assert [made.input["prompt"] for made in service.made] == ["A picture for s2", "A picture for s3"]

    def test_a_requeue_begins_with_the_wish_again(self, service: Predictions) -> None:
        payload = {"segment": wishing(IMAGE_WISH).segments[0].to_json()}
        ask_for(IMAGE_WISH)
        Step.objects.filter(stage="manim").update(status="failed", provider="scene", job_id="")
        Render.objects.update(status="failed", final=False, wake_at=timezone.now() - timedelta(seconds=1))
        recovery.tick()
        assert visual_step().provider == chains.of_step(Stage.MANIM, payload)[0]

    def test_the_wish_s_own_chain_is_used_up_before_the_scene_is_taken(
        self, service: Predictions, settings: Any
    ) -> None:
        settings.RENDERHUB_CHAINS |= {"image": ["prediction_image", "second"]}
        service.refuse(404, {"detail": "no such model"})
        ask_for(IMAGE_WISH)
        go_on()
        assert visual_step().provider == "second"

    def test_refused_content_goes_to_another_kind_of_visual(self, service: Predictions) -> None:
        service.ends = lambda made: Ending("failed", "The output was flagged as sensitive (E005)")
        ask_for(IMAGE_WISH, Visual.SCENE)
        render = finished()
        assert render.status == "completed"
        assert len(service.made) == 1, "never again with the same prompt"
        assert [(mark["provider"], "E005" in mark["reason"]) for mark in render.degraded] == [("scene", True)]
        assert Asset.objects.get(slot="manim", segment="s1").prompt == "A picture for s1"

    def test_where_no_kind_is_left_the_editor_is_told_what_was_asked_of_which_model(
        self, service: Predictions, settings: Any
    ) -> None:
        settings.RENDERHUB_CHAINS |= {"manim": ["prediction_image"]}
        service.ends = lambda made: Ending("failed", "The output was flagged as sensitive (E005)")
        ask_for(IMAGE_WISH, IMAGE_WISH)
        go_on()
        go_on()
        asset = Asset.objects.get(slot="manim", segment="s1")
        assert (asset.status, asset.file) == ("needs_prompt_update", "")
        told: Any = asset.error
        assert (asset.prompt, asset.model, told["provider_code"]) == ("A picture for s1", IMAGE, "E005")

    def test_the_director_gets_one_retry_and_then_the_scene_is_taken(self, service: Predictions) -> None:
        said = "Director: unexpected error handling prediction (E9243)"
        service.ends = lambda made: Ending("failed", said)
        ask_for(IMAGE_WISH)
        assert finished().status == "completed"
        tried = Attempt.objects.filter(step=visual_step()).values_list("provider", "number", "decision")
        assert list(tried) == [
            ("prediction_image", 1, "retry"),
            ("prediction_image", 2, "next_provider"),
            ("scene", 1, ""),
        ]

    @pytest.mark.parametrize(
        ("wanted", "wishes"),
        [
            (None, {"s1": "scene", "s2": "scene", "s3": "scene"}),
            ({"image": 1, "clip": 0}, {"s1": "scene", "s2": "generated_image", "s3": "scene"}),
        ],
    )
    def test_a_script_made_here_asks_for_pictures_where_the_setting_says_so(
        self, service: Predictions, settings: Any, fakes: Any, wanted: Any, wishes: dict[str, str]
    ) -> None:
        settings.RENDERHUB_GENERATED_VISUALS = wanted
        fakes.plan["script_gen"] = [Ok({"script": script(3).to_json()})]
        pipeline.ask()
        pipeline.run_one()
        result: Any = Step.objects.get(stage="script_gen").result
        stored = result["script"]["segments"]
        assert {segment["id"]: segment["visual"] for segment in stored} == wishes
        planned = {step.segment: step.payload["segment"]["visual"] for step in Step.objects.filter(stage="manim")}
        assert planned == wishes


def asked(claimed: Claimed) -> None:
    """The service is asked, and nothing is noted: whoever asked is dead."""
    work = inputs.work_of(claimed)
    request = Request("manim", inputs.ask(claimed.stage, work).payload, Path("never made"), 30.0)
    assert isinstance(chains.provider(claimed.provider).submit(request, claimed.key), Pending)


class TestAskedForOnce:
    def test_a_worker_that_dies_between_asking_and_noting_the_answer(self, service: Predictions) -> None:
        ask_for(IMAGE_WISH)
        killed = take(Stage.MANIM, "io")
        assert killed is not None
        asked(killed)
        assert len(service.made) == 1
        go_on(9)
        assert visual_step().job_id == service.made[0].id
        assert finished().status == "completed"
        assert len(service.of(IMAGE)) == 1

    def test_an_answer_that_was_lost_is_looked_for_before_it_is_asked_for_again(self, service: Predictions) -> None:
        service.lose(1)
        ask_for(IMAGE_WISH)
        go_on()
        step = visual_step()
        assert (step.status, step.attempt) == ("sleeping", 1)
        assert finished().status == "completed"
        assert visual_step().provider == "prediction_image"
        assert len(service.made) == 1

    def test_it_is_found_after_a_requeue_too(self, service: Predictions) -> None:
        service.lose(1)
        ask_for(IMAGE_WISH)
        go_on()
        Step.objects.filter(stage="manim").update(status="failed", wake_at=None, attempt=3)
        Render.objects.update(status="failed", final=False, wake_at=timezone.now() - timedelta(seconds=1))
        assert finished().status == "completed"
        assert len(service.made) == 1


class TestCancelled:
    def test_a_job_of_a_cancelled_render_is_cancelled_there(self, service: Predictions) -> None:
        service.looks_needed = 99
        render = ask_for(IMAGE_WISH, CLIP_WISH)
        go_on()
        cancel(render.pk)
        assert StrayJob.objects.count() == 2, "written with the cancel: whoever dies now, it is not forgotten"
        assert strays.cancel_due() == 2
        assert sorted(service.cancelled) == sorted(made.id for made in service.made)
        assert not StrayJob.objects.exists()
        assert strays.cancel_due() == 0

    def test_a_service_that_does_not_take_the_cancel_is_told_again_later(self, service: Predictions) -> None:
        service.looks_needed = 99
        render = ask_for(IMAGE_WISH)
        go_on()
        cancel(render.pk)
        service.refuse(503, {})
        assert strays.cancel_due() == 0
        assert strays.cancel_due() == 0, "not before its time"
        with clock.frozen(timezone.now() + timedelta(seconds=5)):
            assert strays.cancel_due() == 1
        assert len(service.cancelled) == 1

    def test_it_is_not_told_for_ever(self, service: Predictions, fakes: Any) -> None:
        now = clock.now()
        StrayJob.objects.create(provider="gone", job_id="j", next_at=now, created_at=now - timedelta(hours=23))
        strays.cancel_due()
        assert StrayJob.objects.exists()
        with clock.frozen(now + timedelta(hours=1)):
            strays.cancel_due()
        assert not StrayJob.objects.exists(), "whatever it was is over by now"

    def test_one_that_cannot_be_cancelled_keeps_no_other_from_it(self, service: Predictions) -> None:
        service.looks_needed = 99
        now = timezone.now() - timedelta(minutes=1)
        StrayJob.objects.create(provider="gone", job_id="j", next_at=now, created_at=now)
        render = ask_for(IMAGE_WISH)
        go_on()
        cancel(render.pk)
        assert strays.cancel_due() == 1

    def test_a_render_that_fails_for_good_leaves_nothing_at_work(self, service: Predictions, fakes: Any) -> None:
        service.looks_needed = 99
        ask_for(IMAGE_WISH)
        go_on()
        Step.objects.filter(stage="revideo").update(status="due", waits=0)
        claimed = take(Stage.REVIDEO)
        assert claimed is not None
        failing.fail(claimed, error(ErrorCode.UNKNOWN).error, "no more", requeue_at=None)
        assert list(StrayJob.objects.values_list("provider", "job_id")) == [("prediction_image", service.made[0].id)]

    def test_what_is_taken_while_the_render_is_being_cancelled_is_cancelled_too(
        self, fakes: Any, settings: Any, monkeypatch: Any
    ) -> None:
        settings.RENDERHUB_CHAINS |= {"script_gen": ["slow"]}
        render = pipeline.ask()

        def submit(*_: object) -> Outcome:
            cancel(render.pk)
            return Pending("job-9", 1.0)

        monkeypatch.setattr(Slow, "submit", submit)
        pipeline.run_one()
        assert list(StrayJob.objects.values_list("provider", "job_id")) == [("slow", "job-9")]

    def test_what_another_worker_goes_on_with_is_left_alone(self, fakes: Any, settings: Any, monkeypatch: Any) -> None:
        settings.RENDERHUB_CHAINS |= {"script_gen": ["slow"]}
        pipeline.ask()

        def submit(*_: object) -> Outcome:
            Step.objects.filter(stage="script_gen").update(claim_no=7)
            return Pending("job-9", 1.0)

        monkeypatch.setattr(Slow, "submit", submit)
        pipeline.run_one()
        assert not StrayJob.objects.exists()

    def test_what_another_worker_has_asked_for_again_is_one_too_many(
        self, fakes: Any, settings: Any, monkeypatch: Any
    ) -> None:
        settings.RENDERHUB_CHAINS |= {"script_gen": ["slow"]}
        pipeline.ask()

        def submit(*_: object) -> Outcome:
            Step.objects.filter(stage="script_gen").update(claim_no=7, job_id="job-7")
            return Pending("job-9", 1.0)

        monkeypatch.setattr(Slow, "submit", submit)
        pipeline.run_one()
        assert StrayJob.objects.get().job_id == "job-9"

    def test_a_step_that_was_finished_leaves_no_job(self, service: Predictions) -> None:
        render = ask_for(IMAGE_WISH, Visual.SCENE)
        go_on()
        go_on()
        assert visual_step().status == "done"
        Render.objects.update(status="processing")
        cancel(render.pk)
        assert not StrayJob.objects.exists()


class TestNobodyNotedTheAnswer:
    """A worker died, or its answer was lost, while it asked: what may be at work there is looked for by its key."""

    def asked_for(self, service: Predictions) -> Claimed:
        service.looks_needed = 99
        ask_for(IMAGE_WISH)
        killed = take(Stage.MANIM, "io")
        assert killed is not None
        asked(killed)
        return killed

    def test_it_is_cancelled_with_its_render_though_nobody_took_the_step_up(self, service: Predictions) -> None:
        killed = self.asked_for(service)
        cancel(killed.render_id)
        (stray,) = StrayJob.objects.all()
        assert (stray.provider, stray.job_id, stray.key) == ("prediction_image", "", killed.key)
        strays.cancel_due()
        assert service.cancelled == [service.made[0].id]

    @pytest.mark.parametrize("died", ["handed on", "handed back", "an answer that was lost"])
    def test_it_is_cancelled_with_its_render_however_the_step_was_left(self, service: Predictions, died: str) -> None:
        if died == "an answer that was lost":
            service.lose(1)
            render = ask_for(IMAGE_WISH)
            go_on()
        else:
            killed = self.asked_for(service)
            render = Render.objects.get()
            if died == "handed back":
                steps.hand_back(killed)
            else:
                let_pass(9)
                rescue.release_lost()
        assert visual_step().job_id == ""
        cancel(render.pk)
        strays.cancel_due()
        assert service.cancelled == [service.made[0].id]

    def test_a_request_that_is_still_on_its_way_is_waited_for(self, service: Predictions) -> None:
        service.looks_needed = 99
        render = ask_for(IMAGE_WISH)
        killed = take(Stage.MANIM, "io")
        assert killed is not None
        cancel(render.pk)
        assert strays.cancel_due() == 0
        asked(killed)
        with clock.frozen(clock.now() + timedelta(seconds=40)):
            assert strays.cancel_due() == 0
            assert service.cancelled == [service.made[0].id]
        with clock.frozen(clock.now() + timedelta(seconds=70)):
            assert strays.cancel_due() == 1
        assert not StrayJob.objects.exists()

    def test_while_the_service_does_not_tell_it_is_asked_again(self, service: Predictions) -> None:
        killed = self.asked_for(service)
        cancel(killed.render_id)
        service.refuse(503, {}, method="GET")
        with clock.frozen(clock.now() + timedelta(hours=1)):
            assert strays.cancel_due() == 0
        with clock.frozen(clock.now() + timedelta(hours=1, seconds=5)):
            assert strays.cancel_due() == 1
        assert service.cancelled == [service.made[0].id]

    def test_what_was_never_asked_for_is_not_looked_for(self, service: Predictions) -> None:
        render = ask_for(IMAGE_WISH, CLIP_WISH)
        cancel(render.pk)
        assert not StrayJob.objects.exists()

    def test_who_does_his_work_while_he_is_asked_has_nothing_to_be_looked_for(
        self, service: Predictions, settings: Any
    ) -> None:
        settings.RENDERHUB_PROVIDERS = {
            **settings.RENDERHUB_PROVIDERS,
            "chat": ("tests.support.providers.Fake", "io", 1),
        }
        settings.RENDERHUB_CHAINS |= {"script_gen": ["chat"]}
        render = pipeline.ask()
        assert take(Stage.SCRIPT_GEN, "io") is not None
        cancel(render.pk)
        assert StrayJob.objects.count() == 1
        assert strays.cancel_due() == 1

    def test_a_step_that_came_back_to_it_keeps_it(self, service: Predictions) -> None:
        """Out of its time, and requeued before the service took the cancel: it is gone on with."""
        killed = self.asked_for(service)
        timeout = error(ErrorCode.TIMEOUT).error
        failing.fail_render(killed.render_id, 1, "manim", timeout, "", requeue_at=clock.now())
        assert StrayJob.objects.get().key == killed.key
        recovery.tick()
        assert strays.cancel_due() == 0
        assert not StrayJob.objects.exists()
        assert finished_soon(service).status == "completed"
        assert (len(service.made), service.cancelled) == (1, [])


class TestGoneOnWithout:
    """The chain moves on: what the last provider is at is noted in the transaction that decides so."""

    def test_work_that_takes_too_long_is_cancelled_and_asked_for_anew(self, service: Predictions) -> None:
        service.looks_needed = 99
        ask_for(IMAGE_WISH)
        go_on()
        go_on(301)
        step = visual_step()
        assert (step.provider, step.status, step.job_id) == ("prediction_image", "sleeping", "")
        assert StrayJob.objects.get().job_id == service.made[0].id
        strays.cancel_due()
        assert service.cancelled == [service.made[0].id]
        service.looks_needed = 1
        assert finished().status == "completed"
        assert len(service.made) == 2

    @pytest.mark.parametrize("before", [True, False])
    def test_whoever_dies_as_it_moves_on_has_noted_it_or_not_moved_on(
        self, service: Predictions, monkeypatch: Any, before: bool
    ) -> None:
        service.looks_needed = 99
        ask_for(IMAGE_WISH)
        go_on()
        Step.objects.filter(stage="manim").update(attempt=3)
        let_pass(301)
        recovery.tick()
        claimed = take(Stage.MANIM, "io")
        assert claimed is not None
        if before:
            with monkeypatch.context() as patched:
                patched.setattr(steps, "switch_provider", dies)
                with pytest.raises(Died):
                    pipeline.run(claimed)
            assert not StrayJob.objects.exists()
            assert visual_step().job_id == service.made[0].id
            let_pass(9)
            recovery.tick()
            claimed = take(Stage.MANIM, "io")
            assert claimed is not None
        pipeline.run(claimed)
        assert visual_step().provider == "scene"
        assert StrayJob.objects.get().job_id == service.made[0].id
        strays.cancel_due()
        assert service.cancelled == [service.made[0].id]

    def test_while_nobody_can_tell_nothing_is_asked_for_and_later_it_is_looked_for(self, service: Predictions) -> None:
        service.lose(1)
        ask_for(IMAGE_WISH)
        go_on()
        service.refuse(500, {}, method="GET", times=9)
        for _ in range(4):
            go_on()
        assert len(service.made) == 1
        assert visual_step().provider == "scene", "the chain goes on without it"
        service._refusals.clear()
        with clock.frozen(clock.now() + timedelta(minutes=10)):
            strays.cancel_due()
        assert service.cancelled == [service.made[0].id]

    def test_so_is_one_when_the_service_is_skipped(self, service: Predictions) -> None:
        service.lose(1)
        ask_for(IMAGE_WISH)
        go_on()
        down("prediction_image")
        circuits.board.forget()
        go_on()
        assert visual_step().provider == "scene"
        assert StrayJob.objects.get().key

    def test_who_was_not_asked_is_skipped_without(self, service: Predictions) -> None:
        down("prediction_image")
        ask_for(IMAGE_WISH)
        go_on()
        assert visual_step().provider == "scene"
        assert not StrayJob.objects.exists()

    def test_who_tries_again_goes_on_with_what_is_at_work(self, service: Predictions) -> None:
        service.lose(1)
        ask_for(IMAGE_WISH)
        go_on()
        assert not StrayJob.objects.exists()


def down(name: str) -> None:
    Service.objects.create(name=name, status="down", checked_at=clock.now(), since=clock.now(), error="refused")


class Died(BaseException):
    """The process ended here."""


def dies(*_: object, **__: object) -> None:
    raise Died


def finished_soon(service: Predictions) -> Render:
    service.looks_needed = 1
    return finished()


def test_what_is_handed_back_is_looked_for_by_whoever_comes_next(service: Predictions) -> None:
    ask_for(IMAGE_WISH)
    stopped = take(Stage.MANIM, "io")
    assert stopped is not None
    asked(stopped)
    steps.hand_back(stopped)
    go_on()
    assert len(service.made) == 1
