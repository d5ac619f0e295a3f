from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome, Pending
from renders.domain.script import Role, SceneKind, Segment, Visual
from renders.domain.shortage import shortage
from renders.media import h264
from renders.media.forms import M4A, form_of
from renders.media.probe import probe
from renders.providers.base import Request
from renders.providers.predictions import Model, Service, predicting
from renders.providers.predictions.clip import PredictionClip
from renders.providers.predictions.image import PredictionImage
from renders.providers.predictions.music import PredictionMusic
from tests.support import generated_media
from tests.support.predictions_server import CLIP, IMAGE, KEY, MUSIC, Ending, Made, Predictions, ago, predictions

PROMPT = "A coral reef under the sun"
SEGMENT = Segment(
    "s2", Role.ITEM, "Fish live here.", "Life on the reef", SceneKind.BULLETS, {}, PROMPT, Visual.GENERATED_IMAGE
)
VISUAL = {
    "segment": SEGMENT.to_json(), "index": 1, "count": 4, "width": 640, "height": 360, "theme": "ink",
    "language": "en", "fps": 30,
}  # fmt: skip
ASKED = {"prompt": "$prompt", "size": "$width", "shape": "$aspect_ratio", "steps": 4}


@pytest.fixture
def service() -> Iterator[Predictions]:
    with predictions() as running:
        yield running


@pytest.fixture
def image(service: Predictions) -> PredictionImage:
    return PredictionImage(Service(service.url, KEY), Model(IMAGE, ASKED))


def wanted(folder: Path, payload: Any = VISUAL, stage: str = "manim") -> Request:
    return Request(stage, payload, folder / "work", 30.0)


def error_of(outcome: Outcome | None) -> GenerationError:
    assert isinstance(outcome, Err), outcome
    return outcome.error


def pending(outcome: Outcome | None) -> str:
    assert isinstance(outcome, Pending), outcome
    return outcome.job_id


def ok(outcome: Outcome | None) -> Ok:
    assert isinstance(outcome, Ok), outcome
    return outcome


class TestWhatIsMade:
    def test_a_picture_of_the_frames_size_with_what_it_was_made_from(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        request = wanted(tmp_path)
        job = pending(image.submit(request, "k1"))
        assert service.calls == ["POST /v1/models/acme/image/predictions"], "its id is stored before anybody looks (I4)"
        made = ok(image.check(request, job))
        assert {name: made.result[name] for name in ("kind", "model", "prompt")} == {
            "kind": "image", "model": IMAGE, "prompt": PROMPT,
        }  # fmt: skip
        assert made.result["alt"] == f"Life on the reef. {PROMPT}"
        with Image.open(made.files["image"]) as picture:
            assert (picture.size, picture.format, picture.info) == ((640, 360), "PNG", {})
        assert service.made[0].input == {
            "prompt": PROMPT, "size": 640, "shape": "16:9", "steps": 4, "renderhub_key": "k1",
        }  # fmt: skip
        assert [path.name for path in request.workdir.iterdir()] == ["image.png"]

    def test_a_clip_in_the_form_that_the_composer_takes_as_it_is(self, service: Predictions, tmp_path: Path) -> None:
        provider = PredictionClip(Service(service.url, KEY), Model(CLIP, ASKED))
        service.output = lambda made: generated_media.clip("", 1.0)
        request = wanted(tmp_path)
        made = ok(provider.check(request, pending(provider.submit(request, "k1"))))
        about = probe(made.files["video"], decode=True)
        assert about.video is not None
        assert (about.video.width, about.video.height, about.audio) == (640, 360, None)
        assert made.result["duration"] == pytest.approx(1.0, abs=0.05)
        assert (made.result["kind"], made.result["model"]) == ("video", CLIP)
        assert h264.TAG.encode() in made.files["video"].read_bytes()

    def test_music_that_lasts_as_long_as_was_asked_from_a_shorter_track(
        self, service: Predictions, tmp_path: Path
    ) -> None:
        provider = PredictionMusic(
            Service(service.url, KEY), Model(MUSIC, {"prompt": "$prompt", "duration": "$seconds"})
        )
        request = wanted(tmp_path, {"length": 20.5}, "music")
        made = ok(provider.check(request, pending(provider.submit(request, "k1"))))
        assert made.result["duration"] == 20.5
        assert form_of(made.files["music"]) == M4A
        assert probe(made.files["music"], decode=True).duration == pytest.approx(20.5, abs=0.01)
        assert service.made[0].input["duration"] == math.ceil(20.5)

    def test_a_segment_without_a_prompt_is_shown_from_its_words(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        bare = replace(SEGMENT, image_prompt="").to_json()
        image.submit(wanted(tmp_path, {**VISUAL, "segment": bare}), "k1")
        assert service.made[0].input["prompt"] == "Life on the reef. Fish live here"

    @pytest.mark.parametrize("payload", [{}, {**VISUAL, "segment": {"id": "s1"}}, {**VISUAL, "width": 10}])
    def test_what_cannot_be_shown_is_refused_before_anything_is_paid(
        self, image: PredictionImage, service: Predictions, tmp_path: Path, payload: Any
    ) -> None:
        assert error_of(image.submit(wanted(tmp_path, payload), "k1")).code is ErrorCode.INVALID_INPUT
        assert service.calls == []

    def test_a_version_is_asked_for_by_its_number(self, service: Predictions, tmp_path: Path) -> None:
        version = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"
        provider = PredictionImage(Service(f"{service.url}/v1", KEY), Model(f"acme/image:{version}", ASKED))
        pending(provider.submit(wanted(tmp_path), "k1"))
        assert service.calls == ["POST /v1/predictions"]
        assert service.made[0].version == version

    def test_what_is_done_in_the_answer_to_its_creation_is_fetched_at_once(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        service.looks_needed = 0
        ok(image.submit(wanted(tmp_path), "k1"))


class TestLostAnswers:
    def test_a_lost_answer_is_found_by_its_key_and_nothing_is_made_twice(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        service.lose(1)
        request = wanted(tmp_path)
        lost = error_of(image.submit(request, "k1"))
        assert lost.code is ErrorCode.TIMEOUT
        assert (lost.retry_after or 0) >= 10, "the service may be about to take it in"
        job = pending(image.find(request, "k1"))
        ok(image.check(request, job))
        assert len(service.made) == 1

    def test_what_was_never_asked_for_is_not_found(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        image.submit(wanted(tmp_path), "another")
        assert image.find(wanted(tmp_path), "k1") is None

    @pytest.mark.parametrize("status", [429, 500, 200])
    def test_where_nobody_can_tell_nothing_is_asked_for(
        self, image: PredictionImage, service: Predictions, tmp_path: Path, status: int
    ) -> None:
        service.refuse(status, {"detail": "no"}, method="GET")
        assert error_of(image.find(wanted(tmp_path), "k1")).is_retryable
        assert service.made == []

    def test_what_is_done_meanwhile_is_fetched_and_not_made_again(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        service.lose(1)
        image.submit(wanted(tmp_path), "k1")
        service.finish(service.made[0])
        ok(image.find(wanted(tmp_path), "k1"))
        assert len(service.made) == 1

    def test_what_could_not_be_kept_on_this_machine_is_fetched_again_and_not_paid_twice(
        self, image: PredictionImage, service: Predictions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service.lose(1)
        image.submit(wanted(tmp_path), "k1")
        service.finish(service.made[0])
        with monkeypatch.context() as full:
            full.setattr(predicting, "download", lambda *_, **__: shortage(image.name, OSError(28, "No space left")))
            assert error_of(image.find(wanted(tmp_path), "k1")).ours
        ok(image.find(wanted(tmp_path), "k1"))
        assert len(service.made) == 1

    @pytest.mark.parametrize("status", ["failed", "canceled", "aborted"])
    def test_what_came_to_nothing_may_be_asked_for_again(
        self, image: PredictionImage, service: Predictions, tmp_path: Path, status: str
    ) -> None:
        image.submit(wanted(tmp_path), "k1")
        service.made[0].status = status
        assert image.find(wanted(tmp_path), "k1") is None

    def test_a_file_that_is_gone_has_to_be_made_anew(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        job = pending(image.submit(wanted(tmp_path), "k1"))
        service.expire()
        assert error_of(image.check(wanted(tmp_path), job)).code is ErrorCode.PROVIDER_FAILURE
        assert image.find(wanted(tmp_path), "k1") is None

    def test_the_one_that_is_still_at_work_counts_before_one_that_is_done(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        for _ in range(2):
            image.submit(wanted(tmp_path), "k1")
        service.finish(service.made[1])
        assert pending(image.find(wanted(tmp_path), "k1")) == service.made[0].id

    def test_it_looks_through_all_pages_of_the_last_hours_and_no_further(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        def other(number: int, **age: float) -> Made:
            return Made(f"other{number:05d}", IMAGE, "", {"prompt": "x"}, "", created=ago(**age))

        image.submit(wanted(tmp_path), "k1")
        service.made += [other(number) for number in range(250)]
        assert pending(image.find(wanted(tmp_path), "k1")) == service.made[0].id
        service.calls.clear()
        service.made += [other(1000 + number, hours=3) for number in range(100)]
        assert image.find(wanted(tmp_path), "k1") is None
        assert service.calls == ["GET /v1/predictions"]

    def test_too_many_to_tell_is_no_leave_to_ask_again(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        service.made += [Made(f"other{number:05d}", IMAGE, "", {}, "") for number in range(2100)]
        assert error_of(image.find(wanted(tmp_path), "k1")).code is ErrorCode.TRANSIENT_PROVIDER_ERROR


class TestLooks:
    def test_two_looks_in_a_row_may_fail_the_third_counts(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        request = wanted(tmp_path)
        job = pending(image.submit(request, "k1"))
        service.refuse(503, {"detail": "busy"}, method="GET", times=3)
        first = image.check(request, job)
        second = image.check(request, pending(first))
        assert isinstance(first, Pending)
        assert isinstance(second, Pending)
        assert second.job_id.startswith(job), "a message that it is done finds the step by the beginning of the id"
        assert second.check_after > first.check_after
        assert error_of(image.check(request, second.job_id)).code is ErrorCode.API_ERROR

    def test_a_look_that_succeeds_forgets_those_that_failed(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        request = wanted(tmp_path)
        service.looks_needed = 2
        job = pending(image.submit(request, "k1"))
        service.refuse(503, {}, method="GET")
        missed = pending(image.check(request, job))
        assert pending(image.check(request, missed)) == job

    def test_a_look_waits_as_long_as_it_is_told_to(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        job = pending(image.submit(wanted(tmp_path), "k1"))
        service.refuse(429, {"detail": "Request was throttled. Your rate limit resets in ~30s."}, method="GET")
        outcome = image.check(wanted(tmp_path), job)
        assert isinstance(outcome, Pending)
        assert outcome.check_after == 30.0

    @pytest.mark.parametrize(("status", "code"), [(404, ErrorCode.NOT_FOUND), (401, ErrorCode.UNAUTHORIZED)])
    def test_what_no_later_look_can_mend_counts_at_once(
        self, image: PredictionImage, service: Predictions, tmp_path: Path, status: int, code: ErrorCode
    ) -> None:
        job = pending(image.submit(wanted(tmp_path), "k1"))
        service.refuse(status, {"detail": "no"}, method="GET")
        assert error_of(image.check(wanted(tmp_path), job)).code is code

    @pytest.mark.parametrize("status", ["canceled", "aborted"])
    def test_who_ended_it_was_not_us(
        self, image: PredictionImage, service: Predictions, tmp_path: Path, status: str
    ) -> None:
        service.ends = lambda made: Ending(status)
        job = pending(image.submit(wanted(tmp_path), "k1"))
        error = error_of(image.check(wanted(tmp_path), job))
        assert (error.code, error.provider_code) == (ErrorCode.TIMEOUT, status)

    @pytest.mark.parametrize(
        "output",
        [b"<html>gone</html>", b"#EXTM3U\nhttp://127.0.0.1/x.ts\n", bytes(5000), b"\x89PNG\r\n\x1a\n" + bytes(99), b""],
    )
    def test_media_that_do_not_decode_are_the_services_failure(
        self, image: PredictionImage, service: Predictions, tmp_path: Path, output: bytes
    ) -> None:
        service.output = lambda made: output
        job = pending(image.submit(wanted(tmp_path), "k1"))
        error = error_of(image.check(wanted(tmp_path), job))
        assert error.code is ErrorCode.PROVIDER_FAILURE
        assert error.context["prediction"] == service.made[0].id

    def test_a_picture_is_no_clip(self, service: Predictions, tmp_path: Path) -> None:
        provider = PredictionClip(Service(service.url, KEY), Model(IMAGE, ASKED))
        job = pending(provider.submit(wanted(tmp_path), "k1"))
        assert error_of(provider.check(wanted(tmp_path), job)).code is ErrorCode.PROVIDER_FAILURE

    def test_a_track_of_a_moment_is_no_music(self, service: Predictions, tmp_path: Path) -> None:
        provider = PredictionMusic(Service(service.url, KEY), Model(MUSIC, ASKED))
        service.output = lambda made: generated_media.music(2.0)
        job = pending(provider.submit(wanted(tmp_path, {"length": 30}, "music"), "k1"))
        error = error_of(provider.check(wanted(tmp_path, {"length": 30}, "music"), job))
        assert error.code is ErrorCode.PROVIDER_FAILURE


class TestMemory:
    ENDING = Ending("failed", "CUDA out of memory (E1001)")

    def test_what_ran_out_of_memory_is_not_asked_for_again_as_it_was(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        service.ends = lambda made: self.ENDING
        job = pending(image.submit(wanted(tmp_path), "k1"))
        error = error_of(image.check(wanted(tmp_path), job))
        assert (error.code, error.provider_code, error.max_attempts) == (ErrorCode.PROVIDER_FAILURE, "E1001", 1)

    def test_it_is_asked_for_once_more_with_a_smaller_input(self, service: Predictions, tmp_path: Path) -> None:
        image = PredictionImage(Service(service.url, KEY), Model(IMAGE, ASKED, {"steps": 1}))
        service.ends = lambda made: self.ENDING
        job = pending(image.submit(wanted(tmp_path), "k1"))
        assert error_of(image.check(wanted(tmp_path), job)).max_attempts == 2
        again = pending(image.find(wanted(tmp_path), "k1"))
        assert [made.input["steps"] for made in service.made] == [4, 1]
        assert error_of(image.check(wanted(tmp_path), again)).max_attempts == 1
        assert image.find(wanted(tmp_path), "k1") is None
        assert len(service.made) == 2


class TestCancel:
    def test_it_is_cancelled_at_the_service(self, image: PredictionImage, service: Predictions, tmp_path: Path) -> None:
        job = pending(image.submit(wanted(tmp_path), "k1"))
        assert image.cancel(f"{job}~2") is None
        assert (service.cancelled, service.made[0].status) == ([job], "canceled")

    def test_what_the_service_does_not_know_is_over(self, image: PredictionImage) -> None:
        assert image.cancel("nobody") is None

    def test_a_cancel_that_did_not_arrive_is_said(self, image: PredictionImage, service: Predictions) -> None:
        service.refuse(503, {"detail": "busy"})
        error = image.cancel("p1")
        assert error is not None
        assert error.code is ErrorCode.API_ERROR

    def test_a_creation_that_is_cancelled_has_a_moment_to_tell_its_id(
        self, image: PredictionImage, service: Predictions, tmp_path: Path
    ) -> None:
        request = wanted(tmp_path)
        request.cancelled.set()
        assert pending(image.submit(request, "k1")) == service.made[0].id


class TestPing:
    def test_it_is_well_where_it_knows_our_key(self, image: PredictionImage) -> None:
        assert image.ping(5.0) is None

    def test_a_wrong_key_is_told_and_not_shown(self, service: Predictions) -> None:
        error = PredictionImage(Service(service.url, "r8_wrong/key+123"), Model(IMAGE)).ping(5.0)
        assert error is not None
        assert error.code is ErrorCode.UNAUTHORIZED
        assert "r8_wrong" not in str(error.to_json())
