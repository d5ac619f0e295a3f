"""Whatever a provider answers, raises or does not answer, its step goes on (R32, I7, I9)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Ok, Pending
from renders.domain.policy import Placeholder, Retry
from renders.domain.stages import Stage
from renders.models import Asset, Attempt, Render, RenderLog, Step, StrayJob
from renders.pipeline import recovery, storage, strays
from renders.providers.base import Request
from tests.support import pipeline
from tests.support.pipeline import let_pass, take
from tests.support.providers import error, script

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]

NASTY = "a\x00b\ud800c" + "x" * 1_000_000


def run(stage: Stage) -> Any:
    return pipeline.run(pipeline.take_at(stage))


class TestAnswersThatDoNotFit:
    def answers(self) -> dict[str, tuple[Stage, Any]]:
        def odd_file(request: Request) -> Ok:
            path = request.workdir / "no_suffix"
            path.touch()
            return Ok({"duration": 1.0}, {"narration": path})

        endless = {f"{role}_url": "u" * 501 for role in ("video", "thumbnail", "captions")}
        twice = script().to_json()
        twice["segments"] = [twice["segments"][0]] * 2
        long_id = script().to_json()
        long_id["segments"][0]["id"] = "s" * 21
        return {
            "no script": (Stage.SCRIPT_GEN, Ok({})),
            "a script of another form": (Stage.SCRIPT_GEN, Ok({"script": {"title": "t"}})),
            "a script that is a text": (Stage.SCRIPT_GEN, Ok({"script": "once upon a time"})),
            "a script without segments": (Stage.SCRIPT_GEN, Ok({"script": script().to_json() | {"segments": []}})),
            "a segment twice": (Stage.SCRIPT_GEN, Ok({"script": twice})),
            "a segment with an endless id": (Stage.SCRIPT_GEN, Ok({"script": long_id})),
            "no file": (Stage.TTS, Ok({"duration": 1.0})),
            "a file that is not there": (Stage.TTS, Ok({"duration": 1.0}, {"narration": Path("/nowhere/a.wav")})),
            "a file that is no media": (Stage.TTS, odd_file),
            "a duration that is none": (Stage.TTS, Ok({"duration": "long"}, {})),
            "an unknown kind": (Stage.MANIM, Ok({"kind": "hologram"}, {})),
            "no video": (Stage.UPLOAD, Ok({})),
            "an address without end": (Stage.UPLOAD, Ok(endless)),
            "nothing": (Stage.SCRIPT_GEN, None),
            "pending without a job": (Stage.TTS, Pending("", 1.0)),
            "pending with an endless job id": (Stage.TTS, Pending("j" * 201, 1.0)),
        }  # fmt: skip

    @pytest.mark.parametrize(
        "name",
        [
            "no script",
            "a script of another form",
            "a script that is a text",
            "a script without segments",
            "a segment twice",
            "a segment with an endless id",
            "no file",
            "a file that is not there",
            "a file that is no media",
            "a duration that is none",
            "an unknown kind",
            "no video",
            "an address without end",
            "nothing",
            "pending without a job",
            "pending with an endless job id",
        ],
    )
    def test_they_are_the_providers_failure_and_are_asked_for_again(self, name: str, fakes: Any) -> None:
        stage, answer = self.answers()[name]
        pipeline.ask()
        claimed = pipeline.take_at(stage)
        fakes.plan[stage.value] = [answer]
        assert isinstance(pipeline.run(claimed), Retry)
        attempt = Attempt.objects.get(step=claimed.step_id, claim_no=1)
        assert (attempt.outcome, attempt.error_code) == ("error", "UNKNOWN")
        assert attempt.error["context"]["stack"], "the evidence is kept (R32)"
        assert not Asset.objects.filter(status="generated", slot=stage.value).exists()
        let_pass(60)
        recovery.tick()
        pipeline.run_all()
        assert Render.objects.get().status == "completed"


class TestNastyText:
    @pytest.mark.parametrize("code", [ErrorCode.TIMEOUT, ErrorCode.RATE_LIMITED, ErrorCode.INVALID_INPUT])
    @pytest.mark.parametrize("stage", [Stage.SCRIPT_GEN, Stage.TTS])
    def test_in_an_error_breaks_no_move(self, stage: Stage, code: ErrorCode, fakes: Any) -> None:
        from dataclasses import replace

        nasty = error(code, provider_code=NASTY, remedy=NASTY, retry_after=100.0, context={NASTY: NASTY, "n": [NASTY]})
        pipeline.ask()
        claimed = pipeline.take_at(stage)
        fakes.plan[stage.value] = [type(nasty)(replace(nasty.error, message=NASTY))]
        pipeline.run(claimed)
        attempt = Attempt.objects.get(step=claimed.step_id)
        assert attempt.outcome == "error"
        assert attempt.error["message"].startswith("a\ufffdb\ufffdc")
        assert len(str(attempt.error)) < 50_000
        assert len(RenderLog.objects.exclude(error_message="").latest("id").error_message) == 2000
        pipeline.check_care()

    def test_in_a_result_is_stored_as_well_as_can_be(self, fakes: Any) -> None:
        def spoken(request: Request) -> Ok:
            path = request.workdir / "a.wav"
            path.touch()
            timings = [{"start": 0.0, "end": 1.0, "text": "a\x00b\ud800c"}]
            return Ok({"duration": 1.0, "timings": timings, "voice": NASTY, "x": float("nan")}, {"n": path}, NASTY)

        render = pipeline.ask()
        fakes.plan["tts"] = [spoken]
        pipeline.run_all()
        render.refresh_from_db()
        assert render.status == "completed"
        step = Step.objects.exclude(degraded="").get()
        assert step.result["timings"][0]["text"] == "a\ufffdb\ufffdc"
        assert render.degraded[0]["reason"].startswith("a\ufffdb")

    def test_in_a_reason_to_switch_is_stored_too(self, fakes: Any, settings: Any) -> None:
        from dataclasses import replace

        settings.RENDERHUB_CHAINS |= {"script_gen": ["fake", "second"]}
        nasty = error(ErrorCode.NOT_FOUND)
        fakes.plan["script_gen"] = [type(nasty)(replace(nasty.error, message=NASTY))]
        render = pipeline.ask()
        pipeline.run_all()
        render.refresh_from_db()
        assert render.status == "completed"
        assert render.degraded[0]["stage"] == "script_gen"


class TestBrokenProviders:
    def test_one_that_raises_has_failed_with_the_evidence_kept(self, fakes: Any) -> None:
        def broken(request: Request) -> Ok:
            raise RuntimeError("kaputt")

        pipeline.ask()
        fakes.plan["script_gen"] = [broken]
        assert isinstance(run(Stage.SCRIPT_GEN), Retry)
        stored = Attempt.objects.get().error
        assert (stored["code"], stored["message"]) == ("UNKNOWN", "RuntimeError: kaputt")
        assert len(stored["context"]["stack"]) <= 500
        assert stored["context"]["asked" if "asked" in stored["context"] else "type"]

    @pytest.mark.parametrize("provider", ["bygone", "unimportable"])
    def test_one_that_is_not_there_any_more_gives_way_to_the_next(self, provider: str, settings: Any) -> None:
        settings.RENDERHUB_PROVIDERS = pipeline.FAKES | {"unimportable": ("no.such.module.Provider", "cpu", 1)}
        render = pipeline.ask()
        Step.objects.filter(stage="script_gen").update(provider=provider)
        for _ in range(4):
            pipeline.run_all()
            let_pass(60)
            recovery.tick()
        render.refresh_from_db()
        assert render.status == "completed"
        assert provider in render.degraded[0]["reason"] + str(Attempt.objects.first().provider)

    def test_a_disk_that_is_full_is_said_and_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: Any) -> str:
            raise OSError(28, "No space left on device")

        pipeline.ask()
        claimed = pipeline.take_at(Stage.TTS)
        monkeypatch.setattr(storage, "put", full)
        assert isinstance(pipeline.run(claimed), Retry)
        assert "No space left" in Attempt.objects.get(step=claimed.step_id).error["message"]

    def test_an_input_that_was_pruned_is_not_asked_for_in_vain(self, settings: Any) -> None:
        import shutil

        pipeline.ask()
        claimed = pipeline.take_at(Stage.REVIDEO)
        shutil.rmtree(settings.MEDIA_ROOT)
        decision = pipeline.run(claimed)
        assert type(decision).__name__ == "Requeue"
        assert pipeline.calls("revideo") == 0
        assert "Re-render from the stage" in Render.objects.get().error_remedy


class TestPending:
    @pytest.fixture(autouse=True)
    def _slow(self, settings: Any, fakes: Any) -> None:
        settings.RENDERHUB_CHAINS |= {"tts": ["slow"]}

    def test_nothing_waits_and_the_job_is_looked_at_with_the_same_attempt(self, fakes: Any) -> None:
        render = pipeline.ask()
        pipeline.run_all()
        sleeping = Step.objects.filter(stage="tts", status="sleeping")
        assert sleeping.count() == 2
        assert all(step.job_id.startswith("job-") and step.lease_until is None for step in sleeping)
        assert set(Attempt.objects.filter(step__in=sleeping).values_list("outcome", flat=True)) == {"under_way"}
        let_pass(2)
        recovery.tick()
        pipeline.run_all()
        render.refresh_from_db()
        assert render.status == "completed"
        assert sum(call[1] == "slow" for call in fakes.calls) == 2
        assert set(Attempt.objects.values_list("outcome", "number")) == {("ok", 1)}

    @pytest.mark.parametrize("wait", [float("nan"), float("inf"), -5.0, 1e300])
    def test_a_wait_that_is_absurd_is_not_believed(self, wait: float, fakes: Any, monkeypatch: Any) -> None:
        from renderhub.lib import clock
        from tests.support.providers import Slow

        monkeypatch.setattr(Slow, "submit", lambda self, request, key: Pending("job", wait))
        pipeline.ask()
        run(Stage.TTS)
        step = Step.objects.filter(stage="tts", status="sleeping").get()
        assert 0 < (step.wake_at - clock.now()).total_seconds() <= 120

    def test_work_elsewhere_that_does_not_end_is_a_timeout_and_is_cancelled_there(
        self, fakes: Any, monkeypatch: Any
    ) -> None:
        from tests.support.providers import Slow

        cancelled: list[str] = []
        monkeypatch.setattr(Slow, "check", lambda self, request, job_id: Pending(job_id, 30.0))
        monkeypatch.setattr(Slow, "cancel", lambda self, job_id: cancelled.append(job_id))
        pipeline.ask()
        claimed = pipeline.take_at(Stage.TTS)
        pipeline.run(claimed)
        decision = None
        for _ in range(8):
            let_pass(31)
            recovery.tick()
            while (again := take(Stage.TTS)) is not None:
                decision = pipeline.run(again) or decision
            if decision:
                break
        assert isinstance(decision, Retry)
        assert Attempt.objects.filter(error_code="TIMEOUT", outcome="error").exists()
        assert StrayJob.objects.filter(step_id=claimed.step_id).exists(), "written with the retry, for the keeper"
        strays.cancel_due()
        assert cancelled
        assert Step.objects.get(pk=claimed.step_id).job_id == "", "the next attempt is a submission of its own"

    def test_a_worker_lost_while_looking_loses_no_job(self) -> None:
        pipeline.ask()
        run(Stage.TTS)
        let_pass(2)
        recovery.tick()
        looking = next(c for c in iter(lambda: take(Stage.TTS), None) if c.job_id)
        let_pass(9)
        recovery.tick()
        again = next(c for c in iter(lambda: take(Stage.TTS), None) if c.step_id == looking.step_id)
        assert (again.job_id, again.attempt, again.losses) == (looking.job_id, 1, 1)
        assert Attempt.objects.get(step=looking.step_id).outcome == "under_way"


class TestDecisions:
    def test_three_attempts_then_the_next_provider_and_the_render_says_so(self, fakes: Any, settings: Any) -> None:
        settings.RENDERHUB_CHAINS |= {"script_gen": ["fake", "second"]}
        fakes.plan["script_gen"] = [error(ErrorCode.API_ERROR)] * 3
        render = pipeline.ask()
        for _ in range(4):
            pipeline.run_all()
            let_pass(61)
            recovery.tick()
        render.refresh_from_db()
        assert render.status == "completed"
        tried = list(Attempt.objects.filter(step__stage="script_gen").values_list("provider", "number", "decision"))
        assert tried == [("fake", 1, "retry"), ("fake", 2, "retry"), ("fake", 3, "next_provider"), ("second", 1, "")]
        assert [mark["stage"] for mark in render.degraded] == ["script_gen"]
        assert render.degraded[0]["provider"] == "second"
        keys = [call[2] for call in fakes.calls if call[0] == "script_gen"]
        assert len(set(keys)) == 2, "every try by a provider has the same key: what was lost is found by it (I4)"

    def test_an_asset_that_cannot_be_made_gets_a_placeholder_and_tells_the_editor_why(self, fakes: Any) -> None:
        fakes.plan["manim"] = [error(ErrorCode.SENSITIVE_CONTENT, provider_code="E005")]
        pipeline.ask(length=120)
        decision = run(Stage.MANIM)
        assert decision == Placeholder(needs_prompt_update=True)
        asset = Asset.objects.get(slot="manim")
        assert (asset.status, asset.retried_count, asset.file) == ("needs_prompt_update", 1, "")
        assert {k: asset.error[k] for k in ("code", "provider_code", "provider")} == {
            "code": "SENSITIVE_CONTENT", "provider_code": "E005", "provider": "fake"
        }  # fmt: skip
        pipeline.run_all()
        render = Render.objects.get()
        assert render.status == "completed", "one of four visuals is few enough (R52)"
        assert "placeholder" in render.degraded[0]["reason"]

    def test_an_asset_that_is_tried_again_says_so_and_forgets_the_error_once_it_is_there(self, fakes: Any) -> None:
        fakes.plan["tts"] = [error(ErrorCode.TIMEOUT)]
        pipeline.ask()
        run(Stage.TTS)
        assert Asset.objects.get(slot="tts").status == "retrying"
        for _ in range(2):
            let_pass(61)
            recovery.tick()
            pipeline.run_all()
        assert set(Asset.objects.values_list("status", "error")) == {("generated", None)}

    def test_what_was_asked_is_kept_with_the_failure(self, fakes: Any) -> None:
        fakes.plan["script_gen"] = [error(ErrorCode.INVALID_INPUT)]
        render = pipeline.ask("word " * 60)
        pipeline.run_all()
        details = render.failures.get().error_details
        assert details["context"]["asked"]["job"].startswith("{")
        assert {"code", "message", "provider", "provider_code", "attempt"} <= set(details)
