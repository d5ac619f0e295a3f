"""Recordings of a service in any form of sound become one narration, as loud as all others, with its times."""

from __future__ import annotations

import threading
import wave
from pathlib import Path

import pytest

from renderhub.lib import child
from renders.media import ffmpeg, loudness
from renders.narration import NotSpeech, Take, describe, make
from renders.providers.base import Request
from renders.providers.espeak import Espeak
from tests.support.gateway import speech

TEXT = (
    "The sky looks blue. Sunlight is a mixture of all colours, and air scatters the short waves of blue light far more "
    "than the long ones of red. Why is the evening red? The light comes a longer way. Most of its blue is lost on it."
)
FORMS = {
    "mp3": ["-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3"],
    "opus": ["-c:a", "libopus", "-b:a", "32k", "-f", "ogg"],
    "flac": ["-c:a", "flac", "-f", "flac"],
    "aac": ["-c:a", "aac", "-b:a", "64k", "-f", "adts"],
    "wav": ["-c:a", "pcm_s16le", "-ar", "22050", "-ac", "2", "-f", "wav"],
}


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, float]]]:
    """A real voice whose times are known."""
    request = Request("tts", {"text": TEXT, "language": "en"}, tmp_path_factory.mktemp("voice"), 60)
    outcome = Espeak().submit(request, "key")
    return outcome.files["narration"], outcome.result["timings"]  # type: ignore[union-attr]


def encoded(voice: Path, folder: Path, form: str, filters: str = "anull") -> Path:
    target = folder / f"take.{form}"
    ffmpeg.run(["-v", "error", "-i", voice, "-af", filters, *FORMS[form], "-y", target], seconds=30)
    return target


def made(takes: list[Take], folder: Path):
    return make(takes, folder / "narration.wav", language="en", seconds=30, cancel=threading.Event())


@pytest.mark.parametrize("form", FORMS)
def test_any_form_of_sound_becomes_the_same_narration(spoken, tmp_path: Path, form: str) -> None:
    voice, known = spoken
    quiet_and_late = "volume=-15dB,adelay=700:all=1,apad=pad_dur=1.2"
    narration = made([Take(TEXT, encoded(voice, tmp_path, form, quiet_and_late))], tmp_path)

    with wave.open(str(tmp_path / "narration.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (48_000, 1, 2)
    assert narration.duration == pytest.approx(known[-1]["end"], abs=0.2)
    assert [one["text"] for one in narration.timings] == [one["text"] for one in known]
    for found, right in zip(narration.timings, known, strict=True):
        assert found["start"] == pytest.approx(right["start"], abs=0.15)
        assert found["end"] == pytest.approx(right["end"], abs=0.15)
    log = ffmpeg.run(
        ["-i", tmp_path / "narration.wav", "-af", f"ebur128@gate={loudness.METER}", "-f", "null", "-"], seconds=30
    ).stderr
    assert loudness.measured(log)["gate"].integrated == pytest.approx(-20, abs=1.0)
    assert [path.name for path in tmp_path.iterdir()] == ["narration.wav"]


def test_several_takes_are_joined_with_a_pause(spoken, tmp_path: Path) -> None:
    voice, _ = spoken
    first, second = tmp_path / "a.wav", tmp_path / "b.wav"
    first.write_bytes(voice.read_bytes())
    second.write_bytes(voice.read_bytes())
    narration = made([Take(TEXT, first), Take(TEXT, second)], tmp_path)

    assert len(narration.timings) == 10
    gap = narration.timings[5]["start"] - narration.timings[4]["end"]
    assert gap == pytest.approx(0.35, abs=0.01)
    assert narration.timings[-1]["end"] == pytest.approx(narration.duration, abs=0.02)


def test_the_service_s_own_times_are_those_of_the_narration(tmp_path: Path) -> None:
    take = tmp_path / "take.wav"
    take.write_bytes(speech(1.5))
    narration = made([Take("Blue sky.", take, [(0.3, 0.9, "Blue"), (1.0, 2.2, "sky.")])], tmp_path)

    assert narration.words[0]["start"] == pytest.approx(0.02, abs=0.02)
    assert narration.words[1]["end"] <= narration.duration


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"no sound at all", "not an image"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "no sound"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "not an image"),
        (b"RIFF\x00\x00\x00\x00WAVEjunk", "does not decode"),
        (b"ID3" + bytes(2_000), "does not decode"),
        (speech(0), "nothing is to be heard"),
        (speech(0.4), "takes 0"),
        (speech(40.0, rate=8_000), "takes 40"),
    ],
)
def test_what_is_no_recording_of_the_text_is_none(tmp_path: Path, data: bytes, why: str) -> None:
    take = tmp_path / "take"
    take.write_bytes(data)

    with pytest.raises(NotSpeech, match=why):
        made([Take("The sky looks blue, since air scatters blue light.", take)], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_file_does_not_pass_for_a_whole_one(spoken, tmp_path: Path) -> None:
    voice, _ = spoken
    data = encoded(voice, tmp_path, "mp3").read_bytes()
    take = tmp_path / "cut.mp3"
    take.write_bytes(data[: len(data) // 5])

    with pytest.raises(NotSpeech):
        made([Take(TEXT, take)], tmp_path)


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (NotSpeech("x"), "PROVIDER_FAILURE"),
        (child.ChildTimeout("x"), "TIMEOUT"),
        (child.ChildCancelled(), "TIMEOUT"),
        (child.ChildMissing("ffmpeg"), "PROVIDER_FAILURE"),
        (MemoryError(), "PROVIDER_FAILURE"),
        (OSError("disk full"), "PROVIDER_FAILURE"),
        (KeyError("x"), "UNKNOWN"),
    ],
)
def test_every_trouble_has_its_code(problem: Exception, code: str) -> None:
    error = describe("voice", problem)

    assert (error.code, error.provider) == (code, "voice")
    assert error.message
