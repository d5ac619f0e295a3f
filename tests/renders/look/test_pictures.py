"""Pictures as files: size, sameness, and pixels."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renders.domain.script import SceneKind
from renders.look import INK, PAPER, Frame, check, check_pixels, compose, draw, draw_card, draw_thumbnail
from renders.look.card import card
from renders.look.drawing import render
from renders.look.layout import Backdrop, Bar, Layout, Motif
from renders.look.thumbnail import shorten_headline, thumbnail

SMALL = Frame(640, 360)


def scene(name: str = "s1", frame: Frame = SMALL) -> Layout:
    data = {"headline": "नदियाँ and rivers", "points": ["2,525 km", "Ещё одна"], "source": "NASA"}
    return compose(SceneKind.BULLETS, data, frame, INK, name=name, index=0, count=3)


def test_the_same_layout_gives_the_same_file_and_another_segment_another_background(tmp_path: Path) -> None:
    for at, name in enumerate(("s1", "s1", "s2")):
        draw(scene(name), tmp_path / f"{at}.png")
    first, again, other = ((tmp_path / f"{at}.png").read_bytes() for at in range(3))
    assert first == again
    assert first != other


def test_threads_of_one_worker_may_draw_at_the_same_time(tmp_path: Path) -> None:
    names = [f"s{number % 4}" for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        pictures = list(pool.map(lambda name: render(scene(name)).tobytes(), names))
    assert pictures[:4] * 3 == pictures


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080), (641, 361)])
def test_the_picture_has_exactly_the_size_that_was_asked_for(size: tuple[int, int], tmp_path: Path) -> None:
    draw(scene(frame=Frame(*size)), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        assert (picture.size, picture.mode, picture.format) == (size, "RGB", "PNG")


def test_the_caption_band_holds_nothing_but_the_quiet_background() -> None:
    layout = scene(frame=Frame(1920, 1080))
    band = np.asarray(render(layout))[layout.frame.captions_top :].astype(int)
    quiet = np.array([INK.background, INK.glow, INK.motif])
    assert (band <= quiet.max(axis=0)).all()
    assert (band >= quiet.min(axis=0)).all()


def test_drawn_ink_stays_in_the_box_that_the_layout_promises() -> None:
    layout = replace(scene(frame=Frame(960, 540)), backdrop=Backdrop(Motif.PLAIN, 0))
    bare = np.asarray(render(replace(layout, texts=()))).astype(int)
    for text in layout.texts:
        rows, columns = np.nonzero(
            np.abs(np.asarray(render(replace(layout, texts=(text,)))).astype(int) - bare).max(axis=2) > 40
        )
        left, top, right, bottom = text.box
        assert columns.min() >= left - 1
        assert columns.max() <= right + 1
        assert rows.min() >= top - 1
        assert rows.max() <= bottom + 1


def test_pixels_tell_when_something_bright_is_behind_a_text() -> None:
    layout = scene()
    assert check_pixels(layout) == []
    under = replace(layout, shapes=(Bar(layout.texts[0].box, INK.text),))
    assert [problem.rule for problem in check_pixels(under)] == ["low contrast on pixels"]


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Rose-Colored Jupiter", "Rose-Colored Jupiter"),
        ("Soyuz MS-08 lifts off for the Space Station", "Soyuz MS-08 lifts off"),
        ("Solar energy: a decade of growth in India", "Solar energy"),
        ("हिमालय की नदियाँ करोड़ों लोगों को पानी देती हैं", "हिमालय की नदियाँ करोड़ों लोगों"),
        ("", ""),
    ],
)
def test_a_thumbnail_has_six_words_at_most_and_does_not_end_in_the_air(title: str, short: str) -> None:
    assert shorten_headline(title) == short


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (1080, 1080)])
@pytest.mark.parametrize("number", [None, "2,525", "a number that is far too long to be one 1234567"])
def test_a_thumbnail_is_readable_at_320_px(size: tuple[int, int], number: str | None) -> None:
    layout = thumbnail("चंद्रयान-3 ने इतिहास रचा 🚀", number, PAPER, *size)
    assert check(layout) == []
    assert min(text.size for text in layout.texts) * 320 / size[0] >= 13


def test_thumbnail_and_card_are_files_of_their_kind(tmp_path: Path) -> None:
    draw_thumbnail("Rose-Colored Jupiter", "5", INK, 640, 360, tmp_path / "t.jpg")
    draw_card("Rose-Colored Jupiter", PAPER, (640, 360), tmp_path / "c.png")
    with Image.open(tmp_path / "t.jpg") as picture:
        assert (picture.size, picture.format) == ((640, 360), "JPEG")
    with Image.open(tmp_path / "c.png") as picture:
        assert (picture.size, picture.format) == ((640, 360), "PNG")


@pytest.mark.parametrize("headline", ["", "東京 🚀", "A headline " * 40])
def test_a_card_can_be_made_of_anything(headline: str) -> None:
    for size in ((1920, 1080), (1080, 1920), (1080, 1080)):
        assert check(card(headline, INK, size)) == []
        assert check(thumbnail(headline, None, INK, *size)) == []
