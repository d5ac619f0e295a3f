"""The local composer (R16), judged by what independent programs say of what it makes."""

from __future__ import annotations

import dataclasses
import os
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from renderhub.drills.looking import below
from renders.captions import webvtt
from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.script import Role, SceneKind, Script, Segment
from renders.domain.timeline import Material, Timeline, build
from renders.media import ffmpeg, inspection
from renders.media.boxes import index_first
from renders.media.gate import Measured
from renders.providers.base import Request
from renders.providers.composer import Composer
from tests.renders.media import samples

SIZE = (320, 180)
TITLE = 'A day\'s "news": [v]; it=50% <&> \\ 100'
HEADLINES = ("One: a=b;c#d", "Two's [out];[in]", "Three\nlines")
SECONDS = 1.2
SLOT = 54
"""Frames of a slot: the narration with its air."""
MUSIC = 3 * SLOT / 30
GREY = (16, 235)


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two stills, clips that tell their frame by their brightness, three voices, music."""
    folder = tmp_path_factory.mktemp("it's [v];a=b, a folder")
    made = {f"visual-s{at}": samples.picture(folder / f"s{at}.png", mark=at, colour="#A03060") for at in (1, 2, 3)}
    made |= {f"narration-s{at}": samples.voice(folder / f"n{at}.wav", SECONDS, 0.02 * at) for at in (1, 2, 3)}
    made["music"] = samples.tone(folder / "music.wav", MUSIC, 3000)
    for name, seconds in (("short", 1.0), ("long", 3.0)):
        grey = "color=c=black:s=160x90:r=30,format=yuv420p,geq=lum='40+3*mod(N,60)':cb=128:cr=128"
        made[name] = folder / f"{name}.mp4"
        options = ("-t", str(seconds), "-c:v", "libx264", "-crf", "4", "-bf", "2")
        samples.make("-f", "lavfi", "-i", grey, *options, made[name])
    return made


def script(count: int = 3) -> Script:
    said = "This is said here --> and <b>heard</b> too. A second sentence."
    segments = [Segment(f"s{at}", Role.ITEM, said, HEADLINES[at - 1], SceneKind.BULLETS) for at in range(1, count + 1)]
    return Script(TITLE, "en", tuple(segments))


def timeline(
    visuals: dict[str, Material],
    *,
    voices: bool = True,
    music: bool = False,
    size: tuple[int, int] = SIZE,
    count: int = 3,
) -> Timeline:
    narrations = {f"s{at}": Material(f"narration-s{at}", duration=SECONDS) for at in (1, 2, 3)} if voices else {}
    track = Material("music", duration=MUSIC) if music else None
    return build(script(count), visuals, narrations, track, size=size, fps=30, language="en", theme="ink")


STILLS = {f"s{at}": Material(f"visual-s{at}") for at in (1, 2, 3)}


def compose(folder: Path, made: Timeline | dict[str, Any], files: dict[str, Path], **more: Any) -> Outcome:
    data = made.to_json() if isinstance(made, Timeline) else made
    request = Request("revideo", {"timeline": data}, folder, **({"seconds": 60.0} | more), files=files)
    return Composer(2).submit(request, "key")


def composed(folder: Path, made: Timeline, files: dict[str, Path]) -> Ok:
    outcome = compose(folder, made, files)
    assert isinstance(outcome, Ok), outcome
    return outcome


@dataclasses.dataclass(frozen=True)
class Film:
    timeline: Timeline
    outcome: Ok

    @property
    def video(self) -> Path:
        return self.outcome.files["video"]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, assets: dict[str, Path]) -> Film:
    """A still, a missing picture, a clip that is too short; voice with music under it."""
    made = timeline({"s1": STILLS["s1"], "s3": Material("short", kind="video")}, music=True)
    return Film(made, composed(tmp_path_factory.mktemp("film"), made, assets))


def test_the_form_is_what_players_and_platforms_take(film: Film) -> None:
    told = samples.look(film.video)
    assert "h264 (High) (avc1" in told
    assert "yuv420p(tv, bt709, progressive), 320x180" in told
    assert "30 fps, 30 tbr" in told
    assert "aac (LC) (mp4a / 0x6134706D), 48000 Hz, stereo" in told
    assert index_first(film.video)


def test_every_frame_is_there_at_its_time(film: Film) -> None:
    ticks = samples.times(film.video)
    assert len(ticks) == film.timeline.total_frames == film.outcome.result["frames"] == 3 * SLOT
    step = ticks[0][1]
    assert ticks == [(at * step, step) for at in range(3 * SLOT)]


def test_it_is_as_loud_as_it_should_be(film: Film) -> None:
    integrated, peak = samples.loudness(film.video)
    assert abs(integrated + 14) <= 1
    assert peak <= -1
    assert film.outcome.result["loudness"] == pytest.approx(integrated, abs=0.2)


def test_title_and_chapters_are_in_the_file_whatever_their_letters(film: Film) -> None:
    told = samples.look(film.video)
    titles = re.findall(r"^\s+title\s+: (.*)$", told, re.M)
    assert titles == [TITLE, "One: a=b;c#d", "Two's [out];[in]", "Three lines"]
    starts = [float(start) for start in re.findall(r"Chapter #0:\d+: start ([\d.]+)", told)]
    assert starts == pytest.approx([chapter.start for chapter in film.timeline.chapters], abs=0.001)


def test_captions_stand_beside_it(film: Film) -> None:
    lines = webvtt.read(film.outcome.files["captions"].read_text(encoding="utf-8"))
    assert [line.text for line in lines] == [caption.text for caption in film.timeline.tracks.captions]
    assert "-->" in lines[0].text


def test_the_thumbnail_is_a_jpeg_of_the_same_shape(film: Film) -> None:
    with Image.open(film.outcome.files["thumbnail"]) as image:
        assert (image.format, image.size) == ("JPEG", (1280, 720))


def test_music_is_18_db_under_the_voice_and_faded_at_both_ends(film: Film, assets: dict[str, Path]) -> None:
    sound = samples.heard(film.video)
    beside = samples.level(sound[48_000:96_000], 3000)
    assert 15 < film.outcome.result["loudness"] - _loudness_of_tone(beside) < 21
    assert samples.level(sound[:2400], 3000) < beside - 6
    assert samples.level(sound[int((MUSIC - 0.1) * 48_000) : int(MUSIC * 48_000)], 3000) < beside - 6


def _loudness_of_tone(level: float) -> float:
    """LUFS of a 3 kHz tone in both channels: BS.1770 weighs it by +3.3 dB, -0.691 + 10 log10(2 * A^2 / 2)."""
    return level - 0.691 + 3.3


def test_a_short_clip_is_held_on_its_last_frame(film: Film) -> None:
    levels = samples.planes(film.video, SIZE)[:, 60:120, 60:260].mean(axis=(1, 2))
    start = 2 * SLOT
    playing = levels[start + 8 : start + 30]
    assert playing == pytest.approx([40 + 3 * at for at in range(8, 30)], abs=2.5)
    assert levels[start + 32 :] == pytest.approx([40 + 3 * 29] * (SLOT - 32), abs=2.5)


def test_a_long_clip_is_cut_and_colours_are_bt709(tmp_path: Path, assets: dict[str, Path]) -> None:
    colours = ["#FF0000", "#00FF00", "#0000FF", "#0F172A", "#F59E0B", "#FFFFFF"]
    bars = Image.new("RGB", (6, 1))
    bars.putdata([tuple(bytes.fromhex(colour[1:])) for colour in colours])
    bars.resize((360, 180), Image.Resampling.NEAREST).save(tmp_path / "bars.png", pnginfo=None)
    made = timeline({"s1": Material("bars"), "s2": Material("long", kind="video")}, size=(360, 180), count=2)
    outcome = composed(tmp_path, made, assets | {"bars": tmp_path / "bars.png"})
    frames = samples.planes(outcome.files["video"], (360, 180))
    assert len(frames) == 2 * SLOT
    for at, colour in enumerate(colours):
        stored = (frames[20, 90, 60 * at + 30], *_chroma(frames[20], 60 * at + 30))
        assert stored == pytest.approx(_bt709(colour), abs=2), colour
    middle = frames[:, 60:120, 60:300].mean(axis=(1, 2))
    assert middle[SLOT + 8 :] == pytest.approx([40 + 3 * (at % 60) for at in range(8, SLOT)], abs=3)


def _chroma(frame: Any, x: int) -> tuple[int, int]:
    planes = frame[180:].reshape(2, 90, 180)
    return planes[0, 45, x // 2], planes[1, 45, x // 2]


def _bt709(colour: str) -> tuple[float, float, float]:
    """ITU-R BT.709, 8 bit limited range."""
    red, green, blue = (value / 255 for value in bytes.fromhex(colour[1:]))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 16 + 219 * luma, 128 + 224 * (blue - luma) / 1.8556, 128 + 224 * (red - luma) / 1.5748


def test_stills_cross_over_symmetrically_around_the_boundary(tmp_path: Path, assets: dict[str, Path]) -> None:
    dark = samples.picture(tmp_path / "dark.png", colour="#202020")
    bright = samples.picture(tmp_path / "bright.png", colour="#E0E0E0")
    made = timeline({"s1": Material("dark"), "s2": Material("bright")}, voices=False, count=2)
    outcome = composed(tmp_path, made, {"dark": dark, "bright": bright})
    assert outcome.result["loudness"] is None
    levels = samples.planes(outcome.files["video"], SIZE)[:, 120:170, 50:300].mean(axis=(1, 2))
    boundary = made.total_frames // 2
    low, high = levels[0], levels[-1]
    assert levels[boundary - 7 : boundary + 8] == pytest.approx(
        [low + (high - low) * at / 16 for at in range(1, 16)], abs=2
    )
    assert levels[: boundary - 7] == pytest.approx(low, abs=0.6)
    assert levels[boundary + 8 :] == pytest.approx(high, abs=0.6)


def test_each_voice_starts_where_the_timeline_says(tmp_path: Path) -> None:
    hum = 0.12 * np.sin(np.arange(round(0.9 * samples.RATE)) * 0.05)
    hum[:480] = hum[-480:] = 0.5
    files = {f"narration-s{at}": samples.sound(tmp_path / f"{at}.wav", hum) for at in (1, 2, 3)}
    narrations = {name.removeprefix("narration-"): Material(name, duration=0.9) for name in files}
    made = build(script(), {}, narrations, None, size=(160, 90), fps=30, language="en", theme="paper")
    sound = samples.heard(composed(tmp_path, made, files).files["video"])
    loud = np.flatnonzero(np.abs(sound) > 0.5) / samples.RATE
    starts = [time for before, time in zip([-1.0, *loud], loud, strict=False) if time - before > 0.2]
    wanted = [time for clip in made.tracks.narration for time in (clip.start, clip.start + 0.89)]
    assert starts == pytest.approx(wanted, abs=0.002)


def _wrong(name: str, folder: Path, assets: dict[str, Path]) -> tuple[str, Path | None]:
    """The name of an asset, and a file for it that cannot be used."""
    bad = folder / "bad"
    if name == "truncated PNG":
        bad.write_bytes(assets["visual-s1"].read_bytes()[:300])
    elif name == "truncated clip":
        data = assets["short"].read_bytes()
        bad.write_bytes(data[: len(data) // 2])
    elif name == "playlist for a voice":
        bad.write_text("#EXTM3U\n#EXTINF:1\nfile:///etc/hostname\n")
    elif name == "empty voice":
        bad.write_bytes(b"")
    elif name == "silent voice":
        samples.sound(bad, np.zeros(round(SECONDS * samples.RATE)))
    elif name == "voice cut off":
        samples.voice(bad, SECONDS - 0.5)
    elif name == "voice for a picture":
        return "visual-s1", assets["narration-s1"]
    else:
        return "visual-s1", None
    return {"truncated PNG": "visual-s1", "truncated clip": "short"}.get(name, "narration-s2"), bad


@pytest.mark.parametrize(
    "name",
    [
        "truncated PNG",
        "truncated clip",
        "playlist for a voice",
        "empty voice",
        "silent voice",
        "voice cut off",
        "voice for a picture",
        "no file",
    ],
)
def test_an_asset_that_cannot_be_used_is_named(name: str, tmp_path: Path, assets: dict[str, Path]) -> None:
    asset, path = _wrong(name, tmp_path, assets)
    files = {key: value for key, value in assets.items() if key != asset} | ({asset: path} if path else {})
    visuals = STILLS | ({"s1": Material("short", kind="video")} if asset == "short" else {})
    outcome = compose(tmp_path, timeline(visuals), files)
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.INVALID_INPUT
    assert asset in outcome.error.message


@pytest.mark.parametrize("data", [None, {}, {"version": 1}, "timeline"])
def test_what_is_no_timeline_is_invalid_input(data: Any, tmp_path: Path) -> None:
    outcome = compose(tmp_path, data, {})
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.INVALID_INPUT


class CancelledLater(threading.Event):
    """Is found set from the n-th look on: while children are at work, without a clock."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def _descendants() -> set[int]:
    """Process ids. (Servers of the tests may be among them.)"""
    return {*below(os.getpid())}


def test_cancelling_ends_it_with_its_children(tmp_path: Path, assets: dict[str, Path]) -> None:
    before = _descendants()
    outcome = compose(tmp_path, timeline(STILLS, size=(1920, 1080)), assets, cancelled=CancelledLater(5))
    assert isinstance(outcome, Err)
    assert "cancelled" in outcome.error.message
    assert _descendants() <= before


def test_running_out_of_time_is_a_timeout_with_its_children_gone(tmp_path: Path, assets: dict[str, Path]) -> None:
    before = _descendants()
    outcome = compose(tmp_path, timeline(STILLS, size=(1920, 1080)), assets, seconds=0.3)
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.TIMEOUT
    assert _descendants() <= before


def test_without_ffmpeg_it_says_what_to_install(
    tmp_path: Path, assets: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ffmpeg, "executable", lambda: tmp_path / "nowhere" / "ffmpeg")
    outcome = compose(tmp_path, timeline(STILLS), assets)
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.PROVIDER_FAILURE
    assert "Install FFmpeg" in outcome.error.what_to_do


def test_what_does_not_pass_the_gate_is_not_done(
    tmp_path: Path, assets: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = inspection.measure

    def cut_short(*arguments: Any, **more: Any) -> Measured:
        return dataclasses.replace(measure(*arguments, **more), frames=30)

    monkeypatch.setattr(inspection, "measure", cut_short)
    outcome = compose(tmp_path, timeline({}, count=1), assets)
    assert isinstance(outcome, Err)
    assert (outcome.error.code, outcome.error.provider_code) == (ErrorCode.PROVIDER_FAILURE, "frames")
    assert outcome.error.context["checks"][0]["measured"] == 30


def test_full_hd_passes_the_gate(tmp_path: Path, assets: dict[str, Path]) -> None:
    outcome = composed(tmp_path, timeline(STILLS, size=(1920, 1080), count=2), assets)
    assert "yuv420p(tv, bt709, progressive), 1920x1080" in samples.look(outcome.files["video"])
