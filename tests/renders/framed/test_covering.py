"""Generated pictures and clips fill their window, unless too little of them would be left."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PIL import Image

from renders.domain.script import Role, SceneKind, Segment
from renders.framed import Framing, covers, framing, show_footage, show_picture
from renders.look import INK, read_order
from renders.media import ffmpeg
from renders.media.forms import MP4
from renders.media.probe import probe

RED = (220, 30, 20)
SEGMENT = Segment("s1", Role.ITEM, "Text.", "A headline", SceneKind.BULLETS)


@pytest.fixture
def around() -> Framing:
    payload = {"segment": SEGMENT.to_json(), "index": 0, "count": 3, "width": 640, "height": 360, "theme": "ink"}
    order, _ = read_order({**payload, "language": "en"})
    assert order is not None
    return framing(order)


def painted(path: Path, size: tuple[int, int]) -> Path:
    Image.new("RGB", size, RED).save(path)
    return path


def colour_at_the_edge(picture: Path, around: Framing) -> tuple[int, ...]:
    left, top, _, bottom = around.window
    with Image.open(picture) as seen:
        colour = seen.convert("RGB").getpixel((left + 3, (top + bottom) // 2))
    assert isinstance(colour, tuple)
    return tuple(int(part) for part in colour)


def is_red(colour: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(colour, RED, strict=True))


@pytest.mark.parametrize(("size", "fills"), [((1024, 576), True), ((1600, 600), True), ((576, 576), False)])
def test_a_picture_goes_to_the_edge_where_enough_of_it_is_left(
    tmp_path: Path, around: Framing, size: tuple[int, int], fills: bool
) -> None:
    assert covers(size, around.window) is fills
    source = painted(tmp_path / "red.png", size)
    made = show_picture(source, around, INK, tmp_path, cover=True, seconds=20)
    assert is_red(colour_at_the_edge(made, around)) is fills
    with Image.open(made) as seen:
        assert seen.size == (640, 360)


def test_what_a_person_sent_is_always_whole(tmp_path: Path, around: Framing) -> None:
    made = show_picture(painted(tmp_path / "red.png", (1024, 576)), around, INK, tmp_path, seconds=20)
    assert not is_red(colour_at_the_edge(made, around))


@pytest.mark.parametrize("fills", [True, False])
def test_a_clip_goes_to_the_edge_too(tmp_path: Path, around: Framing, fills: bool) -> None:
    clip = tmp_path / "clip.mp4"
    red = "color=0x{:02x}{:02x}{:02x}:s=320x180:r=25:d=0.5".format(*RED)
    subprocess.run(
        [ffmpeg.executable(), "-v", "error", "-f", "lavfi", "-i", red, "-pix_fmt", "yuv420p", clip], check=True
    )
    made = show_footage(clip, MP4, around, tmp_path, start=0.0, length=0.4, fps=30, fills=fills, seconds=20)
    frame = tmp_path / "frame.png"
    subprocess.run([ffmpeg.executable(), "-v", "error", "-i", made, "-frames:v", "1", frame], check=True)
    left, _, right, _ = around.window
    about = probe(made).video
    assert about is not None
    assert (about.width, right - left) == (640, 640)
    assert is_red(colour_at_the_edge(frame, around)) is fills


@pytest.mark.parametrize("size", [(0, 0), (0, 10), (10, 0)])
def test_no_picture_covers_nothing(around: Framing, size: tuple[int, int]) -> None:
    assert not covers(size, around.window)
