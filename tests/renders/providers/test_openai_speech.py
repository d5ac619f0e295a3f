"""Narration of a speech service: the text as it is written, in parts where it is long, in the voice that was wished."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Err, Ok, Outcome
from renders.providers.base import Request
from renders.providers.openai_speech import OpenAiSpeech
from tests.support.gateway import speech
from tests.support.misbehaving import MisbehavingServer, answer, when

VOICES = {"default": "alloy", "female": "nova"}
WAV = {"Content-Type": "audio/wav"}


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        running.does(answer(200, speech(2.0), WAV))
        yield running


def speak(server: MisbehavingServer, folder: Path, characters: int = 4_000, **payload: Any) -> Outcome:
    provider = OpenAiSpeech(server.url, "sk-1234", "tts-1", VOICES, form="wav", characters=characters)
    asked = {"text": "It is 2,525 km long. It is wide.", "language": "en", "voice": "default", "segment_id": "s1"}
    return provider.submit(Request("tts", asked | payload, folder / "work", 20), "key")


def test_the_text_is_sent_as_it_is_written(server: MisbehavingServer, tmp_path: Path) -> None:
    outcome = speak(server, tmp_path)

    assert isinstance(outcome, Ok)
    assert server.asked[0].json() == {
        "model": "tts-1",
        "input": "It is 2,525 km long. It is wide.",
        "voice": "alloy",
        "response_format": "wav",
    }
    assert [one["text"] for one in outcome.result["timings"]] == ["It is 2,525 km long.", "It is wide."]
    assert outcome.result["duration"] == pytest.approx(2.1, abs=0.1)
    assert (outcome.result["model"], outcome.result["speaker"], outcome.result["voice"]) == (
        "tts-1",
        "alloy",
        "default",
    )
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["narration.wav"]


@pytest.mark.parametrize(("voice", "speaker"), [("female", "nova"), ("male", "alloy"), (None, "alloy")])
def test_a_voice_that_has_no_name_there_is_the_default(
    server: MisbehavingServer, tmp_path: Path, voice: str | None, speaker: str
) -> None:
    speak(server, tmp_path, voice=voice)

    assert server.asked[0].json()["voice"] == speaker


def test_a_long_text_is_sent_in_parts_and_joined(server: MisbehavingServer, tmp_path: Path) -> None:
    outcome = speak(server, tmp_path, characters=25)

    assert isinstance(outcome, Ok)
    assert [asked.json()["input"] for asked in server.asked] == ["It is 2,525 km long.", "It is wide."]
    assert outcome.result["duration"] == pytest.approx(2 * 2.1 + 0.35, abs=0.2)
    assert outcome.result["timings"][1]["start"] > 2.3


def test_a_text_that_the_service_finds_too_long_is_halved(server: MisbehavingServer, tmp_path: Path) -> None:
    refusal = answer(400, {"detail": {"status": "max_character_limit_exceeded", "message": "at most 300"}})
    server.does(when(lambda asked: refusal if len(asked.json()["input"]) > 300 else answer(200, speech(9.0), WAV)))
    text = " ".join(f"This is sentence number {number} of a longer text." for number in range(12))
    outcome = speak(server, tmp_path, text=text)

    assert isinstance(outcome, Ok)
    assert " ".join(sent for asked in server.asked if len(sent := asked.json()["input"]) <= 300) == text
    assert len(outcome.result["timings"]) == 12


def test_a_part_that_fails_leaves_nothing(server: MisbehavingServer, tmp_path: Path) -> None:
    server.does(answer(200, speech(2.0), WAV), answer(500))
    outcome = speak(server, tmp_path, characters=25)

    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.API_ERROR
    assert outcome.error.context["segment"] == "s1"


def test_sound_that_does_not_say_so_is_taken(server: MisbehavingServer, tmp_path: Path) -> None:
    server.does(answer(200, speech(2.0), {"Content-Type": "text/plain"}))

    assert isinstance(speak(server, tmp_path), Ok)


@pytest.mark.parametrize(
    "payload",
    [{"text": ""}, {"text": "…!"}, {"text": "x" * 20_001}, {"language": "xx"}, {"text": None}],
)
def test_what_cannot_be_said_is_not_sent(server: MisbehavingServer, tmp_path: Path, payload: dict[str, Any]) -> None:
    outcome = speak(server, tmp_path, **payload)

    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.INVALID_INPUT
    assert server.asked == []


@pytest.mark.parametrize(("status", "well"), [(200, True), (405, True), (401, False), (502, False)])
def test_a_ping_asks_for_the_list_of_models(server: MisbehavingServer, status: int, well: bool) -> None:
    server.does(answer(status, {}))

    assert (OpenAiSpeech(server.url, "sk", "tts-1", VOICES).ping(1) is None) == well
