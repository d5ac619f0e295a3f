from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.script import Role, SceneKind, Segment, Visual
from renders.framed import framing
from renders.look import INK, check, read_order
from renders.media import ffmpeg, h264
from renders.media.probe import probe
from renders.providers.base import Request
from renders.providers.source_file import SourceFile

RED = (220, 30, 20)
SIZES = [(640, 360), (360, 640), (480, 480)]
SMALL = [(426, 240), (240, 426), (240, 240)]


def segment(**more: Any) -> dict[str, Any]:
    one = Segment(
        "s2", Role.ITEM, "Water falls.", "Water falls from a table mountain", SceneKind.BULLETS, visual=Visual.SOURCE
    )
    return {**one.to_json(), **more}


def payload(width: int = 640, height: int = 360, **more: Any) -> dict[str, Any]:
    base = {"segment": segment(), "index": 1, "count": 5, "fps": 30, "theme": "ink", "language": "en"}
    return {**base, "width": width, "height": height, **more}


def show(source: Path | None, folder: Path, **more: Any) -> Outcome:
    work = folder / "work"
    work.mkdir(exist_ok=True)
    files = {"source": source} if source else {}
    return SourceFile().submit(Request("manim", payload(**more), work, 60.0, files), "key")


def refused(outcome: Outcome) -> str:
    assert isinstance(outcome, Err), outcome
    assert outcome.error.code is ErrorCode.INVALID_INPUT
    assert outcome.error.remedy
    return outcome.error.message


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of red, then two of blue."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    graph = "color=red:s=320x180:r=25:d=2[a];color=blue:s=320x180:r=25:d=2[b];[a][b]concat[v];sine=d=4[s]"
    maps = ["-map", "[v]", "-map", "[s]", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path]
    ffmpeg.run(["-v", "error", "-filter_complex", graph, *maps], seconds=60)
    return path


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_is_shown_whole_and_upright_in_its_window(tmp_path: Path, size: tuple[int, int]) -> None:
    # Lying in the file, upright for the viewer: its left half is red in the file, its upper half is when seen.
    picture = Image.new("RGB", (400, 300), (20, 20, 200))
    picture.paste(RED, (0, 0, 200, 300))
    exif = Image.Exif()
    exif[0x112] = 6
    exif[0x010F] = "A camera that nobody needs to know of"
    picture.save(tmp_path / "p.jpg", exif=exif, quality=95)
    outcome = show(tmp_path / "p.jpg", tmp_path, width=size[0], height=size[1])
    assert isinstance(outcome, Ok), outcome
    assert outcome.result["kind"] == "image"
    assert "Water falls" in outcome.result["alt"]
    with Image.open(outcome.files["image"]) as made:
        assert made.size == size
        assert made.format == "PNG"
        assert not made.getexif()
        assert not made.info.get("exif")
        order, _ = read_order(payload(*size))
        assert order is not None
        left, top, right, bottom = framing(order).window
        middle = (left + right) // 2
        high, wide = bottom - top, min(right - left, (bottom - top) * 3 / 4)
        for share, colour in ((0.1, RED), (0.9, (20, 20, 200))):
            seen = made.getpixel((middle, round((top + bottom) / 2 + (share - 0.5) * min(high, wide * 4 / 3))))
            assert np.abs(np.array(seen) - colour).max() < 40


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080)])
@pytest.mark.parametrize("headline", ["Short", "Дом " * 20, "पानी पहाड़ से गिरता है", "", "W" * 200])
def test_the_headline_stands_on_our_own_ground_beside_the_picture(size: tuple[int, int], headline: str) -> None:
    order, _ = read_order(payload(*size, segment=segment(headline=headline)))
    assert order is not None
    around = framing(order)
    assert check(around.layout) == []
    left, top, right, bottom = around.window
    assert (left, right) == (0, size[0])
    assert bottom - top > 0.4 * size[1]
    assert all(text.box[1] >= bottom or text.box[3] <= top for text in around.layout.texts)
    assert all(text.ground == INK.background for text in around.layout.texts)


def test_a_transparent_picture_is_drawn_on_the_theme(tmp_path: Path) -> None:
    Image.new("RGBA", (300, 200), (0, 0, 0, 0)).save(tmp_path / "p.png")
    outcome = show(tmp_path / "p.png", tmp_path)
    assert isinstance(outcome, Ok)
    with Image.open(outcome.files["image"]) as made:
        assert np.abs(np.array(made.getpixel((320, 150))) - INK.background).max() < 12


@pytest.mark.parametrize("size", SMALL)
def test_a_stretch_of_a_video_is_cut_out_in_the_final_form(tmp_path: Path, clip: Path, size: tuple[int, int]) -> None:
    one = segment(offset=2.2, seconds=0.5)
    outcome = show(clip, tmp_path, width=size[0], height=size[1], segment=one)
    assert isinstance(outcome, Ok), outcome
    made = probe(outcome.files["video"], decode=True)
    assert made.video is not None
    assert made.audio is None
    assert (made.video.width, made.video.height, made.video.fps) == (*size, 30)
    assert (made.video.profile, made.video.pix_fmt) == ("High", "yuv420p")
    assert set(made.video.colour.values()) == {1}
    assert outcome.result["duration"] == pytest.approx(2, abs=0.15)
    assert h264.TAG.encode() in outcome.files["video"].read_bytes()
    frame = tmp_path / "frame.png"
    ffmpeg.run(["-v", "error", "-i", outcome.files["video"], "-frames:v", "1", frame], seconds=30)
    with Image.open(frame) as picture:
        red, _, blue = picture.convert("RGB").getpixel((size[0] // 2, size[1] * 2 // 5))  # type: ignore[misc]
    assert blue > 180 > 60 > red


def test_an_offset_behind_the_end_still_shows_the_end(tmp_path: Path, clip: Path) -> None:
    outcome = show(clip, tmp_path, width=240, height=240, offset=500.0, seconds=3.0)
    assert isinstance(outcome, Ok)
    assert outcome.result["duration"] == pytest.approx(2, abs=0.2)


def test_what_cannot_be_shown_is_the_users_matter(tmp_path: Path, clip: Path) -> None:
    def put(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    assert "playlist" in refused(show(put("a.mp4", b"#EXTM3U\nhttp://example.org/a.ts"), tmp_path))
    assert "no picture" in refused(show(put("a.txt", b"Only words are in this file."), tmp_path))
    assert "not there" in refused(show(None, tmp_path))
    assert "empty" in refused(show(put("e.png", b""), tmp_path))
    film = clip.read_bytes()
    assert refused(show(put("h.mp4", film[: film.index(b"moov") + 200]), tmp_path))
    begins = film.index(b"mdat") + 4
    hollow = film[:begins] + b"\xa7" * (len(film) - begins)
    assert refused(show(put("hollow.mp4", hollow), tmp_path))


@pytest.mark.parametrize("wrong", [{"width": 10}, {"segment": "x"}, {"theme": "pink"}])
def test_a_payload_that_is_none_of_ours_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    assert refused(show(tmp_path / "x", tmp_path, **wrong))


@pytest.mark.parametrize("offset", ["x", float("nan")])
def test_a_strange_offset_means_the_beginning(tmp_path: Path, clip: Path, offset: Any) -> None:
    outcome = show(clip, tmp_path, width=240, height=240, offset=offset, seconds=0.1)
    assert isinstance(outcome, Ok)
