"""The slideshow (R16): what stands in where the composer fails, judged by what independent programs say of it."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.timeline import Material, Timeline
from renders.media.boxes import index_first
from renders.providers.base import Request
from renders.providers.slideshow import Slideshow
from tests.renders.media import samples
from tests.renders.providers.test_composer import MUSIC, SECONDS, SIZE, STILLS, TITLE, timeline


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("it's [v];a=b")
    made = {f"visual-s{at}": samples.picture(folder / f"s{at}.png", mark=at, colour="#A03060") for at in (1, 2, 3)}
    made |= {f"narration-s{at}": samples.voice(folder / f"n{at}.wav", SECONDS, 0.02 * at) for at in (1, 2, 3)}
    made["clip"] = folder / "clip.mp4"
    grey = "color=c=black:s=320x180:r=30,format=yuv420p,geq=lum='40+3*mod(N,60)':cb=128:cr=128"
    samples.make("-f", "lavfi", "-i", grey, "-t", "1", "-c:v", "libx264", "-crf", "4", made["clip"])
    made["music"] = samples.tone(folder / "music.wav", MUSIC, 3000)
    return made


def shown(folder: Path, made: Timeline, files: dict[str, Path], seconds: float = 60.0) -> Outcome:
    return Slideshow().submit(Request("revideo", {"timeline": made.to_json()}, folder, seconds, files), "key")


def ok(outcome: Outcome) -> Ok:
    assert isinstance(outcome, Ok), outcome
    return outcome


def brightness(outcome: Ok) -> np.ndarray:
    return samples.planes(outcome.files["video"], SIZE)[:, 60:120, 60:260].mean(axis=(1, 2))


def test_it_is_in_the_form_of_every_video_and_says_what_it_lacks(tmp_path: Path, assets: dict[str, Path]) -> None:
    made = timeline(STILLS, music=True)
    outcome = ok(shown(tmp_path, made, assets))
    told = samples.look(outcome.files["video"])
    assert "h264 (High) (avc1" in told
    assert "yuv420p(tv, bt709, progressive), 320x180" in told
    assert "aac (LC) (mp4a / 0x6134706D), 48000 Hz, stereo" in told
    assert TITLE in told
    assert told.count("Chapter #") == 3
    assert index_first(outcome.files["video"])
    assert len(samples.times(outcome.files["video"])) == made.total_frames == outcome.result["frames"]
    integrated, peak = samples.loudness(outcome.files["video"])
    assert abs(integrated + 14) <= 1
    assert peak <= -1
    assert {"video", "captions", "thumbnail", "subtitles", "chapters"} == set(outcome.files)
    assert "slideshow" in outcome.degraded


def test_a_voice_is_where_the_timeline_has_it(tmp_path: Path, assets: dict[str, Path]) -> None:
    made = timeline(STILLS, count=2)
    heard = samples.heard(ok(shown(tmp_path, made, assets)).files["video"])
    for clip in made.tracks.narration:
        at = round((clip.start + 0.1) * samples.RATE)
        assert samples.level(heard[at : at + 9600], 400) > -40
    silent = heard[round((0.3 + SECONDS + 0.1) * samples.RATE) : round((0.3 + SECONDS + 0.5) * samples.RATE)]
    assert np.abs(silent).max() < 0.01


def test_a_clip_is_shown_by_its_last_picture_and_cut_in_at_once(tmp_path: Path, assets: dict[str, Path]) -> None:
    made = timeline({"s1": Material("visual-s1"), "s2": Material("clip", kind="video")}, count=2)
    levels = brightness(ok(shown(tmp_path, made, assets)))
    assert len(levels) == made.total_frames
    start = made.frames(made.tracks.visuals[1].start)
    assert levels[start:] == pytest.approx([40 + 3 * 29] * (len(levels) - start), abs=2)
    assert np.ptp(levels[:start]) < 1


def test_a_picture_that_cannot_be_read_becomes_a_card(tmp_path: Path, assets: dict[str, Path]) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(assets["visual-s2"].read_bytes()[:60])
    outcome = ok(shown(tmp_path / "work", timeline(STILLS, count=2), {**assets, "visual-s2": broken}))
    assert "the pictures of s2 could not be read" in outcome.degraded


def test_a_file_that_is_no_picture_is_never_opened(tmp_path: Path, assets: dict[str, Path]) -> None:
    contents = (b"", b"ffconcat version 1.0\nfile /etc/passwd\n", b"#EXTM3U\nfile:///etc/passwd\n")
    traps = {f"visual-s{at}": tmp_path / f"trap{at}.png" for at in (1, 2, 3)}
    for trap, content in zip(traps.values(), contents, strict=True):
        trap.write_bytes(content)
    degraded = ok(shown(tmp_path / "work", timeline(STILLS), assets | traps)).degraded
    assert "the pictures of s1, s2, s3 could not be read" in degraded


def test_a_voice_that_cannot_be_read_is_no_video(tmp_path: Path, assets: dict[str, Path]) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF\x00\x00\x00\x00WAVEjunk")
    outcome = shown(tmp_path / "work", timeline(STILLS), {**assets, "narration-s2": broken})
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.INVALID_INPUT
    assert "narration-s2" in outcome.error.message


def test_captions_are_burned_in_where_that_was_asked_for(tmp_path: Path, assets: dict[str, Path]) -> None:
    made = replace(timeline(STILLS, count=1), burn_captions=True)
    frames = samples.planes(ok(shown(tmp_path, made, assets)).files["video"], SIZE)
    caption = made.tracks.captions[0]
    spoken = made.frames(caption.start + caption.duration / 2)
    low, before = (frame[140:175, 40:280].astype(int) for frame in (frames[spoken], frames[2]))
    assert (abs(low - before) > 60).mean() > 0.01


def test_a_timeline_without_a_voice_is_silent(tmp_path: Path, assets: dict[str, Path]) -> None:
    outcome = ok(shown(tmp_path, timeline(STILLS, voices=False, music=True, count=1), assets))
    assert outcome.result["loudness"] is None


def test_time_and_cancelling_end_it(tmp_path: Path, assets: dict[str, Path]) -> None:
    late = shown(tmp_path / "late", timeline(STILLS), assets, seconds=0.05)
    assert isinstance(late, Err)
    assert late.error.code is ErrorCode.TIMEOUT
    over = threading.Event()
    over.set()
    request = Request("revideo", {"timeline": timeline(STILLS).to_json()}, tmp_path / "over", 60, assets, over)
    assert isinstance(Slideshow().submit(request, "key"), Err)


def test_what_is_no_timeline_is_refused(tmp_path: Path) -> None:
    outcome = Slideshow().submit(Request("revideo", {"timeline": {"version": 1}}, tmp_path, 5), "key")
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.INVALID_INPUT
