"""Real speech by the real engine; only its failures are staged."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import wave
from itertools import pairwise
from pathlib import Path
from typing import Any

import espeakng_loader
import numpy as np
import psutil
import pytest

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok
from renders.media import ffmpeg
from renders.narration import sound
from renders.providers.base import Request
from renders.providers.espeak import provider, speak
from renders.providers.espeak.provider import Espeak

ENGLISH = "Dr. Smith saw it in 1969. It is 2,525 km long!\n\nA new paragraph begins here."


def ask(workdir: Path, text: str, language: str = "en", voice: str = "default", seconds: float = 60.0) -> Ok | Err:
    payload = {"text": text, "language": language, "voice": voice, "segment_id": "s1"}
    outcome = Espeak().submit(Request("tts", payload, workdir, seconds), "key")
    assert isinstance(outcome, (Ok, Err))
    return outcome


def narrate(workdir: Path, text: str, language: str = "en", voice: str = "default") -> Ok:
    workdir.mkdir(exist_ok=True)
    outcome = ask(workdir, text, language, voice)
    assert isinstance(outcome, Ok), outcome
    return outcome


def error_of(outcome: Ok | Err) -> GenerationError:
    assert isinstance(outcome, Err), outcome
    return outcome.error


def samples(file: Path) -> np.ndarray:
    with wave.open(str(file)) as recording:
        assert (recording.getframerate(), recording.getnchannels(), recording.getsampwidth()) == (48_000, 1, 2)
        return np.frombuffer(recording.readframes(recording.getnframes()), dtype=np.int16) / 32768


def level(wave_form: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(wave_form**2) + 1e-12))


def pitch(wave_form: np.ndarray) -> float:
    """Median fundamental in Hz of the voiced tenths of a second."""
    found = []
    for start in range(0, len(wave_form) - 4800, 4800):
        block = wave_form[start : start + 4800]
        power = np.fft.irfft(np.abs(np.fft.rfft(block, 16384)) ** 2)
        lags = power[48_000 // 350 : 48_000 // 65]
        if level(block) > -35 and lags.max() > 0.45 * power[0]:
            found.append(48_000 / (48_000 // 350 + int(lags.argmax())))
    return float(np.median(found))


def loudness(file: Path) -> float:
    """Integrated loudness in LUFS, as FFmpeg measures it."""
    said = ffmpeg.run(["-i", file, "-af", "ebur128", "-f", "null", "-"], seconds=20).stderr.decode()
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])


def rescale(file: Path, factor: float) -> None:
    with wave.open(str(file), "rb") as recording:
        form, data = recording.getparams(), recording.readframes(recording.getnframes())
    with wave.open(str(file), "wb") as recording:
        recording.setparams(form)
        recording.writeframes((np.frombuffer(data, dtype=np.int16) * factor).astype(np.int16).tobytes())


def run_program(tmp_path: Path, **order: Any) -> dict[str, Any]:
    """What `speak.py` answers to an order of its own."""
    order = {
        "library": espeakng_loader.get_library_path(),
        "data": espeakng_loader.get_data_path(),
        **{"voice": "en-us", "rate": 165, "pitch": 50, "range": 50, "output": str(tmp_path / "raw.wav")},
        **order,
    }
    program = [sys.executable, "-I", "-S", str(speak.__file__)]
    done = subprocess.run(program, input=json.dumps(order).encode(), capture_output=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts another program in the place of the speaking one."""

    def put(source: str) -> None:
        script = tmp_path / "program.py"
        script.write_text(source)
        monkeypatch.setattr(provider, "_PROGRAM", script)

    return put


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", ENGLISH),
        ("ru", "12 апреля 1961 г. Гагарин облетел Землю. Полёт длился 108 минут!"),
        ("hi", "गंगा की लंबाई लगभग 2,525 किलोमीटर है। यह भारत की नदी है।"),
    ],
)
def test_it_speaks_every_language_at_48_khz_with_an_even_level(workdir: Path, language: str, text: str) -> None:
    outcome = narrate(workdir, text, language)
    heard = samples(outcome.files["narration"])
    assert outcome.result["duration"] == pytest.approx(len(heard) / 48_000, abs=0.001)
    assert 2 < outcome.result["duration"] < 15
    assert -24 < level(heard) < -18
    assert np.abs(heard).max() < 0.85
    ffmpeg.run(["-v", "error", "-xerror", "-i", outcome.files["narration"], "-f", "null", "-"], seconds=20)


def test_timings_cover_every_written_sentence_and_fit_what_is_heard(workdir: Path) -> None:
    outcome = narrate(workdir, ENGLISH)
    heard, timings = samples(outcome.files["narration"]), outcome.result["timings"]
    assert [timing["text"] for timing in timings] == [
        "Dr. Smith saw it in 1969.",
        "It is 2,525 km long!",
        "A new paragraph begins here.",
    ]
    assert timings[0]["start"] == 0
    assert timings[-1]["end"] == pytest.approx(outcome.result["duration"], abs=0.002)
    for timing in timings:
        assert level(heard[int(timing["start"] * 48_000) : int(timing["end"] * 48_000)]) > -26
    gaps = [(a["end"], b["start"]) for a, b in pairwise(timings)]
    assert [round(after - before, 2) for before, after in gaps] == [0.35, 0.6]
    for before, after in gaps:
        assert level(heard[int((before + 0.02) * 48_000) : int((after - 0.02) * 48_000)]) < -60
    assert "nineteen sixty-nine" in outcome.result["spoken"]


def test_the_ends_hold_no_silence_and_the_folder_nothing_but_the_narration(workdir: Path) -> None:
    heard = samples(narrate(workdir, "Hello there.").files["narration"])
    loud = np.flatnonzero(np.abs(heard) > 0.01)
    assert loud[0] < 0.05 * 48_000
    assert len(heard) - loud[-1] < 0.15 * 48_000
    assert [file.name for file in workdir.iterdir()] == ["narration.wav"]


@pytest.mark.parametrize("voice", ["default", "female"])
def test_every_narration_is_as_loud_as_the_others(workdir: Path, voice: str) -> None:
    text = "The rocket rose over the steppe and was gone from sight in two minutes."
    assert loudness(narrate(workdir, text, voice=voice).files["narration"]) == pytest.approx(-20, abs=1)


def test_a_quiet_recording_is_raised_and_a_loud_one_is_held_below_its_limit(tmp_path: Path) -> None:
    answer = run_program(tmp_path, sentences=[{"text": "The rocket rose over the steppe.", "pause": 0}])
    raw, quiet, loud = (tmp_path / name for name in ("raw.wav", "quiet.wav", "loud.wav"))
    rescale(raw, 0.1)
    frames = round(answer["frames"] * 48_000 / 22_050)
    order: dict[str, Any] = {"frames": frames, "seconds": 20, "tone": "anull", "cancel": threading.Event()}
    sound.master(raw, quiet, level=answer["level"] - 20, **order)
    sound.master(raw, loud, level=answer["level"] - 50, **order)
    assert loudness(quiet) == pytest.approx(-20, abs=1)
    assert len(samples(quiet)) == frames
    assert 0.7 < np.abs(samples(loud)).max() < 0.85


def test_the_same_narration_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (narrate(tmp_path / name, "Once more, please.").files["narration"] for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


def test_a_woman_speaks_higher_than_a_man(tmp_path: Path) -> None:
    low, high = (
        pitch(samples(narrate(tmp_path / voice, "We all know many more ways home.", voice=voice).files["narration"]))
        for voice in ("male", "female")
    )
    assert 80 < low < 140
    assert 165 < high < 260


@pytest.mark.parametrize("text", ["--help", "$(touch x); `id`", "a\x00b \x01 5v c", "../../etc/passwd", "-w x.wav"])
def test_what_looks_like_a_command_is_read_out_like_any_text(workdir: Path, text: str) -> None:
    assert narrate(workdir, text).result["timings"]
    assert [file.name for file in workdir.iterdir()] == ["narration.wav"]


def test_markup_and_phonemes_mean_nothing_to_the_program(tmp_path: Path) -> None:
    def frames(text: str) -> int:
        answer = run_program(tmp_path, sentences=[{"text": text, "pause": 0}])
        return int(answer["frames"])

    assert frames('one <break time="9s"/> two') < 22_050 * 6
    # As phonemes it is the short word "number"; as text its letters are read out.
    assert frames("[[nVmb@]]") == pytest.approx(frames("nVmb@"), rel=0.1)


def test_the_library_is_never_loaded_into_this_process(workdir: Path) -> None:
    narrate(workdir, "Hello.")
    loaded = {Path(region.path).name for region in psutil.Process().memory_maps()}
    assert not any("espeak" in name for name in loaded)


@pytest.mark.parametrize("text", ["", "  \n ", "*** 🚀 ...", "\x00"])
def test_a_text_with_nothing_to_say_is_refused(workdir: Path, text: str) -> None:
    error = error_of(ask(workdir, text))
    assert error.code is ErrorCode.INVALID_INPUT
    assert error.context["segment"] == "s1"


def test_a_language_without_a_voice_is_named(workdir: Path) -> None:
    error = error_of(ask(workdir, "Bonjour.", language="xx-klingon"))
    assert error.code is ErrorCode.INVALID_INPUT
    assert "xx-klingon" in error.message


def test_an_unknown_voice_and_an_overlong_text_are_refused(workdir: Path) -> None:
    assert error_of(ask(workdir, "Hello.", voice="robot")).code is ErrorCode.INVALID_INPUT
    assert error_of(ask(workdir, "word " * 4001)).code is ErrorCode.INVALID_INPUT


@pytest.mark.parametrize("payload", [{}, {"text": None, "language": 5}, {"text": [1], "language": "en", "voice": {}}])
def test_a_payload_of_another_form_is_answered_not_raised(workdir: Path, payload: dict[str, Any]) -> None:
    assert isinstance(Espeak().submit(Request("tts", payload, workdir, 20.0), "key"), Err)


def test_a_program_that_hangs_is_a_timeout_and_leaves_no_process(workdir: Path, program: Any) -> None:
    program(
        "import os, pathlib, subprocess, time\n"
        "grandchild = subprocess.Popen(['sleep', '600'])\n"
        "pathlib.Path('pids').write_text(f'{os.getpid()} {grandchild.pid}')\n"
        "time.sleep(600)"
    )
    assert error_of(ask(workdir, "Hello.", seconds=1.5)).code is ErrorCode.TIMEOUT
    assert not any(psutil.pid_exists(int(pid)) for pid in (workdir / "pids").read_text().split())


def test_a_cancelled_request_ends_at_once(workdir: Path, program: Any) -> None:
    program("import time\ntime.sleep(600)")
    cancelled = threading.Event()
    cancelled.set()
    request = Request("tts", {"text": "Hello.", "language": "en"}, workdir, 60.0, cancelled=cancelled)
    assert isinstance(Espeak().submit(request, "key"), Err)


def test_a_crash_of_the_program_is_a_failure_with_its_evidence(workdir: Path, program: Any) -> None:
    program(
        "import os, signal, sys\nprint('so far', file=sys.stderr, flush=True)\nos.kill(os.getpid(), signal.SIGSEGV)"
    )
    error = error_of(ask(workdir, "Hello."))
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert error.context["returncode"] == -11
    assert "so far" in error.context["stderr"]


def test_too_little_memory_is_told_as_that(workdir: Path, program: Any) -> None:
    program("raise MemoryError")
    error = error_of(ask(workdir, "Hello."))
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert "memory" in error.what_to_do


def test_an_answer_that_is_no_json_is_unknown_with_its_evidence(workdir: Path, program: Any) -> None:
    program("print('<html>')")
    error = error_of(ask(workdir, "Hello."))
    assert error.code is ErrorCode.UNKNOWN
    assert "JSONDecodeError" in error.context["cause"]


def test_a_missing_library_names_the_package_to_install(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: "/nowhere/libespeak-ng.so")
    error = error_of(ask(workdir, "Hello."))
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert "espeakng-loader" in error.what_to_do


def test_missing_voice_data_name_the_package_to_install(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: "/nowhere")
    error = error_of(ask(workdir, "Hello."))
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert "espeakng-loader" in error.what_to_do


def test_a_missing_ffmpeg_names_the_package_to_install(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "executable", lambda: Path("/nowhere/ffmpeg"))
    error = error_of(ask(workdir, "Hello."))
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert "imageio-ffmpeg" in error.what_to_do


def test_a_folder_that_is_gone_is_an_answer_too(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert isinstance(ask(tmp_path / "file" / "gone", "Hello."), Err)


def test_it_speaks_from_a_folder_with_a_very_long_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    far = tmp_path / ("a long name " * 12) / ("another " * 12)
    far.mkdir(parents=True)
    (far / "espeak-ng-data").symlink_to(espeakng_loader.get_data_path())
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(far / "espeak-ng-data"))
    workdir = tmp_path / "work"
    workdir.mkdir()
    assert narrate(workdir, "It is heard from afar.").result["duration"] > 0.8


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Dr. Smith saw it in 1969, at 14:12!", ["Dr.", "Smith", "saw", "it", "in", "1969,", "at", "14:12!"]),
        ("ru", "Телескоп James Webb — за 108 минут.", ["Телескоп", "James", "Webb —", "за", "108", "минут."]),
        ("hi", "गंगा 2,525 किलोमीटर लंबी है।", ["गंगा", "2,525", "किलोमीटर", "लंबी", "है।"]),
    ],
)
def test_every_written_word_has_the_stretch_in_which_it_is_heard(
    workdir: Path, language: str, text: str, expected: list[str]
) -> None:
    outcome = narrate(workdir, text, language)
    heard, words = samples(outcome.files["narration"]), outcome.result["words"]
    assert [word["text"] for word in words] == expected
    assert all(before["end"] <= after["start"] for before, after in pairwise(words))
    for word in words:
        assert level(heard[int(word["start"] * 48_000) : int(word["end"] * 48_000)]) > -30
    lengths = {word["text"]: word["end"] - word["start"] for word in words}
    number = next(text for text in expected if text[0].isdigit())
    assert lengths[number] == max(lengths.values())  # it is read as several words


def test_a_pause_within_a_sentence_belongs_to_no_word(workdir: Path) -> None:
    outcome = narrate(workdir, "When the rain stopped, we all went out.")
    heard = samples(outcome.files["narration"])
    before, after = next(pair for pair in pairwise(outcome.result["words"]) if pair[0]["text"] == "stopped,")
    assert after["start"] - before["end"] > 0.1
    assert level(heard[int((before["end"] + 0.02) * 48_000) : int((after["start"] - 0.02) * 48_000)]) < -45


@pytest.mark.parametrize("voice", ["male", "female"])
def test_no_voice_is_shrill_and_none_mumbles(workdir: Path, voice: str) -> None:
    text = "Scientists say this is only the first step, and that many questions remain."
    heard = samples(narrate(workdir, text, voice=voice).files["narration"])
    power = np.abs(np.fft.rfft(heard)) ** 2
    frequencies = np.fft.rfftfreq(len(heard), 1 / 48_000)
    assert 600 < float((power * frequencies).sum() / power.sum()) < 1100
    presence = power[(frequencies > 1000) & (frequencies < 4000)].sum() / power.sum()
    assert -13 < 10 * np.log10(presence) < -4
