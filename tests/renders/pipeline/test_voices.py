"""The chain of voices: two services, what they said before, and this machine's own (R14); and a question from the door
to the finished script and narration over the services' own protocol."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from renders import checks, periodic
from renders.actions.request import Wish, request
from renders.models import Asset, Attempt, Render, RenderLog
from renders.pipeline import bell, chains, circuits, gateway_options, lease, recovery, storage
from renders.text import speech_rate
from tests.support import pipeline, services
from tests.support.gateway import gateway, says, script, speaks, speech
from tests.support.misbehaving import MisbehavingServer, answer, reset_before

pytestmark = pytest.mark.django_db
CHAIN = ["openai_speech", "cached_speech", "espeak"]
QUESTION = Wish(job_type="doubt", input_text="Why is the sky blue?")


def voice_of(asked) -> bytes:
    """As long as a voice would take for it."""
    return speech(round(speech_rate.seconds(asked["input"], "en"), 1), rate=8_000)


WELL = gateway(says(script()), speaks(voice_of))
MUTE = gateway(says(script()), answer(503, {"error": {"code": "server_is_overloaded", "message": "Later."}}))


@pytest.fixture
def service(settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MisbehavingServer]:
    monkeypatch.setattr(bell, "_ring", lambda freed: None)
    monkeypatch.setattr(lease.keeper, "_start", lambda: None)
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.RENDERHUB_PROVIDERS = pipeline.FAKES
    settings.RENDERHUB_CHAINS = {**pipeline.FAKE_CHAINS, "script_gen": ["openai_chat", "extractive"], "tts": CHAIN}
    with MisbehavingServer() as server:
        address = {"url": f"{server.url}/v1", "key": "sk-1234", "model": "model-1"}
        settings.RENDERHUB_SCRIPT_API = address
        settings.RENDERHUB_SPEECH_API = {**settings.RENDERHUB_SPEECH_API, **address, "form": "wav"}
        server.does(WELL)
        chains.provider.cache_clear()
        circuits.board.forget()
        yield server
    chains.provider.cache_clear()
    circuits.board.forget()


def made(render: Render) -> Render:
    for _ in range(30):
        while pipeline.run_one("cpu") or pipeline.run_one("io"):
            pass
        render.refresh_from_db()
        if render.status == "completed" or render.final:
            return render
        services.let_pass(100)
        recovery.tick(believe_leases=True)
    return render


def ask() -> Render:
    return made(request(pipeline.workspace(), QUESTION).render)


def narrations() -> list[Asset]:
    return list(Asset.objects.filter(kind="narration").order_by("segment"))


def test_a_question_is_written_and_spoken_by_the_services(service: MisbehavingServer) -> None:
    render = ask()

    assert (render.status, render.degraded) == ("completed", [])
    assert {asset.provider for asset in narrations()} == {"openai_speech"}
    assert {asset.model for asset in narrations()} == {"model-1"}
    assert len(narrations()) == 5
    for asset in narrations():
        with wave.open(str(storage.path_of(asset.file))) as file:
            assert (file.getframerate(), file.getnchannels()) == (48_000, 1)
    spoken = [asked.json()["input"] for asked in service.asked if asked.path.endswith("/audio/speech")]
    written = [segment["narration"] for segment in _script(render)["segments"]]
    assert sorted(spoken) == sorted(written)


def test_what_they_said_before_is_heard_again_when_they_do_not_answer(service: MisbehavingServer) -> None:
    ask()
    Asset.objects.all().delete()
    service.does(MUTE)

    render = made(request(pipeline.workspace("other"), QUESTION).render)

    assert render.status == "completed"
    assert "openai_speech" in str(render.degraded)
    assert {(asset.provider, asset.model) for asset in narrations()} == {("cached_speech", "openai_speech/model-1")}


def test_what_was_never_said_is_said_here_and_the_service_is_blamed_and_not_the_cache(
    service: MisbehavingServer,
) -> None:
    service.does(MUTE)

    render = ask()

    assert render.status == "completed"
    assert "openai_speech" in str(render.degraded)
    assert "cached_speech" not in str(render.degraded)
    assert {asset.provider for asset in narrations()} == {"espeak"}
    passed = RenderLog.objects.filter(render=render, provider="cached_speech", step_name="tts")
    assert set(passed.values_list("status", flat=True)) <= {"started", "skipped"}
    assert not Attempt.objects.filter(provider="cached_speech", outcome="error").exists()
    pipeline.check_care()


def test_a_cache_that_stands_first_degrades_nothing(service: MisbehavingServer, settings) -> None:
    settings.RENDERHUB_CHAINS |= {"tts": ["cached_speech", "openai_speech", "espeak"]}

    render = ask()

    assert (render.status, render.degraded) == ("completed", [])
    assert {asset.provider for asset in narrations()} == {"openai_speech"}


def test_a_voice_that_is_lost_on_the_way_is_asked_again(service: MisbehavingServer) -> None:
    service.does(says(script()), reset_before(), WELL)

    render = ask()

    assert (render.status, render.degraded) == ("completed", [])
    assert Attempt.objects.filter(provider="openai_speech", outcome="error", error__code="TIMEOUT").count() == 1


def test_what_was_said_is_kept_under_its_quota(service: MisbehavingServer, settings, monkeypatch) -> None:
    ask()
    settings.RENDERHUB_SPEECH_CACHE_MB = 0
    from renders.providers.cached_speech import folder

    monkeypatch.setattr(folder, "_FRESH", -1.0)
    assert periodic.prune_cache() > 100_000
    assert not [path for path in gateway_options.speeches().root.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "setting", "part"),
    [
        *(("openai_chat", "SCRIPT_API", part) for part in ("url", "key", "model")),
        *(("openai_speech", "SPEECH_API", part) for part in ("url", "key", "model")),
    ],
)
def test_a_chain_that_names_a_service_that_is_not_set_up_is_refused_at_start(
    service: MisbehavingServer, settings, name: str, setting: str, part: str
) -> None:
    assert checks.check_gateways() == []
    before = getattr(settings, f"RENDERHUB_{setting}")
    setattr(settings, f"RENDERHUB_{setting}", {**before, part: ""})
    (problem,) = checks.check_gateways()
    assert problem.msg == f"A chain names {name}, and {setting}_{part.upper()} is not set."

    setattr(settings, f"RENDERHUB_{setting}", {**before, "url": "api.example.com"})
    assert "takes an address such as" in checks.check_gateways()[0].msg
    settings.RENDERHUB_CHAINS |= {"script_gen": ["extractive"], "tts": ["espeak"]}
    assert checks.check_gateways() == []


def test_an_edge_voice_without_its_package_is_refused_at_start(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RENDERHUB_CHAINS = {**pipeline.FAKE_CHAINS, "tts": ["edge_speech", "espeak"]}
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    assert [problem.id for problem in checks.check_edge()] == ["renders.E052"]
    settings.RENDERHUB_EDGE = {**settings.RENDERHUB_EDGE, "python": "/opt/python"}
    assert checks.check_edge() == []
    settings.RENDERHUB_EDGE = {**settings.RENDERHUB_EDGE, "python": ""}
    settings.RENDERHUB_CHAINS = pipeline.FAKE_CHAINS
    assert checks.check_edge() == []


def _script(render: Render) -> dict:
    return pipeline.Step.objects.get(render=render, stage="script_gen").result["script"]
