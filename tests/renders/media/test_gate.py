"""The output gate (R16): a faultless video passes, and each fault is caught by the check that is named for it."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from renders.captions.webvtt import Line, written
from renders.domain.errors import ErrorCode
from renders.media import ffmpeg
from renders.media.gate import Expected, Measured, refusal, verdict
from renders.media.inspection import measure
from renders.media.stretches import Stretch

SECONDS = 4
WANTED = Expected(192, 108, 30, SECONDS, speaking=(Stretch(0.2, 1.8), Stretch(2.2, 3.8)), captions=1)
MOVING = "testsrc2=s=192x108:r=30"
SPEECH = "sine=f=440:r=48000,tremolo=f=2:d=0.7,volume=-0.6dB"
H264 = [
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-profile:v",
    "high",
    "-x264-params",
    "8x8dct=1:cabac=1",
    "-pix_fmt",
    "yuv420p",
]
AAC = ["-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2"]
PICTURE = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"


def video(
    out: Path,
    good: Path | None,
    *,
    picture: str = MOVING,
    look: str = "null",
    marks: str = PICTURE,
    listen: str = "anull",
    options: tuple[str, ...] = (),
) -> Path:
    """A video that passes, or one in which one thing is different. What is not, is taken from the `good` one."""
    seen, heard = (picture, look, marks) != (MOVING, "null", PICTURE), listen != "anull"
    new = good is None or bool({"-ac", "-pix_fmt"} & set(options))
    inputs = ["-f", "lavfi", "-i", picture] if seen or new else ["-i", str(good)]
    inputs += ["-f", "lavfi", "-i", SPEECH] if heard or new else ["-i", str(good)]
    form = ["-vf", f"{look},{marks}", *H264] if seen or new else ["-c:v", "copy"]
    form += ["-af", f"volume=11.7dB,{listen}", *AAC] if heard or new else ["-c:a", "copy"]
    arguments = ["-v", "error", "-y", *inputs, "-map", "0:v", "-map", "1:a", "-t", str(SECONDS), *form]
    arguments += ["-movflags", "+faststart", *options, str(out)]
    subprocess.run([ffmpeg.executable(), *arguments], check=True, capture_output=True)
    return out


def captions(folder: Path, text: str = written([Line(0.5, 1.5, "One")])) -> Path:
    path = folder / "captions.vtt"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return video(tmp_path_factory.mktemp("gate") / "good.mp4", None)


@pytest.fixture(scope="module")
def measured(good: Path) -> Measured:
    return measure(good, captions(good.parent), seconds=30)


def test_a_faultless_video_passes(measured: Measured) -> None:
    assert verdict(measured, WANTED) == []


FAULTY: dict[str, dict[str, Any]] = {
    "size": {"look": "scale=180:108"},
    "fps": {"picture": "testsrc2=s=192x108:r=25"},
    "black": {"look": "drawbox=t=fill:c=black:enable='between(t,1,1.3)'"},
    "frozen": {"look": "loop=loop=60:size=1:start=20"},
    "loudness": {"listen": "volume=-4dB"},
    "peak": {"listen": "volume=11dB"},
    "silent": {"listen": "volume=0:enable='between(t,2.1,4)'"},
    "audio": {"options": ("-an",)},
    "audio form": {"options": ("-ac", "1")},
    "form": {"options": ("-pix_fmt", "yuv422p", "-profile:v", "high422")},
    "colour": {"marks": PICTURE.replace("colorspace=bt709", "colorspace=smpte170m")},
    "faststart": {"options": ("-movflags", "-faststart")},
    "duration": {"options": ("-t", "3.7")},
}


@pytest.mark.parametrize("check", FAULTY)
def test_each_fault_is_caught_by_its_check(check: str, good: Path, tmp_path: Path) -> None:
    found = measure(video(tmp_path / "video.mp4", good, **FAULTY[check]), captions(tmp_path), seconds=30)
    assert check in {fault.check for fault in verdict(found, WANTED)}
    others = {
        "duration": {"frames", "silent"},
        "peak": {"loudness"},
        "frozen": {"duration", "frames"},
        "fps": {"frames"},
    }
    assert {fault.check for fault in verdict(found, WANTED)} <= {check} | others.get(check, set())


def test_silence_as_a_whole_is_caught(good: Path, tmp_path: Path) -> None:
    found = measure(video(tmp_path / "video.mp4", good, listen="volume=0"), captions(tmp_path), seconds=30)
    assert [fault.check for fault in verdict(found, WANTED)] == ["silent"]
    assert verdict(found, replace(WANTED, audible=False, speaking=())) == []


@pytest.mark.parametrize("damage", ["cut off", "overwritten", "playlist", "empty"])
def test_what_does_not_decode_whole_is_caught(damage: str, good: Path, tmp_path: Path) -> None:
    data = bytearray(good.read_bytes())
    if damage == "cut off":
        del data[len(data) * 2 // 3 :]
    elif damage == "overwritten":
        middle = len(data) // 2
        data[middle : middle + 4000] = b"\x55" * 4000
    elif damage == "playlist":
        data = bytearray(f"#EXTM3U\n#EXTINF:4\n{good}\n".encode())
    else:
        data.clear()
    broken = tmp_path / "video.mp4"
    broken.write_bytes(data)
    found = measure(broken, captions(tmp_path), seconds=30)
    assert [fault.check for fault in verdict(found, WANTED)] == ["decodes"]


@pytest.mark.parametrize(
    "text",
    ["", "no captions", written([Line(0, 1, "One"), Line(2, 3, "Two")]), written([Line(3.5, 4.5, "late")])],
)
def test_captions_that_are_not_the_timelines_are_caught(
    text: str, measured: Measured, good: Path, tmp_path: Path
) -> None:
    found = measure(good, captions(tmp_path, text), seconds=30)
    assert [fault.check for fault in verdict(found, WANTED)] == ["captions"]


def test_captions_of_another_program_have_to_be_readable_too(measured: Measured) -> None:
    wanted = replace(WANTED, captions=None)
    assert verdict(measured, wanted) == []
    assert [fault.check for fault in verdict(replace(measured, captions_fault="bad"), wanted)] == ["captions"]


def test_what_the_timeline_has_is_no_fault(measured: Measured) -> None:
    stretches = replace(measured.stretches, black=(Stretch(1.0, 2.0),), frozen=(Stretch(0.0, float("inf")),))
    found = replace(measured, stretches=stretches)
    assert [fault.check for fault in verdict(found, WANTED)] == ["black", "frozen"]
    allowed = replace(WANTED, black=(Stretch(0.8, 2.2),), frozen=(Stretch(0.0, 4.0),))
    assert verdict(found, allowed) == []


def test_a_picture_that_stays_into_the_next_slot_is_frozen(measured: Measured) -> None:
    found = replace(measured, stretches=replace(measured.stretches, frozen=(Stretch(0.0, 3.9),)))
    apart = replace(WANTED, frozen=(Stretch(0.0, 1.8), Stretch(2.3, 4.0)))
    assert [fault.check for fault in verdict(found, apart)] == ["frozen"]
    alike = replace(WANTED, frozen=(Stretch(0.0, 1.8), Stretch(1.7, 2.4), Stretch(2.3, 4.0)))
    assert verdict(found, alike) == []


def test_the_error_says_which_check_and_what_was_measured(measured: Measured) -> None:
    faults = verdict(replace(measured, frames=60), WANTED)
    error = refusal("composer", faults)
    assert (error.code, error.provider_code) == (ErrorCode.PROVIDER_FAILURE, "frames")
    assert error.context["checks"][0]["measured"] == 60
    assert error.context["checks"][0]["expected"] == 120
