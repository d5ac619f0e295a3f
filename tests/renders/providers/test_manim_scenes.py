"""Real scenes by the real Manim: every kind, every aspect ratio, judged by their pixels."""

from __future__ import annotations

import importlib.util
import subprocess
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from renders.domain.outcomes import Ok
from renders.domain.script import SceneKind
from renders.look import Frame
from renders.look.backdrop import paint
from renders.look.drawing import render
from renders.look.theme import INK
from renders.media import ffmpeg, h264
from renders.media.cache import FolderCache
from renders.media.forms import Kind
from renders.media.prepare import FinalForm, prepare
from renders.media.session import Session, Stop
from renders.providers.base import Request
from renders.providers.manim import Manim
from renders.providers.manim.choreography import Plan, choreograph
from renders.providers.manim.choreography.plan import elements_of
from tests.renders.media import samples
from tests.renders.providers.manim_scenes import FRAMES, NARRATION, laid_out, payload
from tests.support.scene_data import SCENE_DATA

pytestmark = pytest.mark.skipif(importlib.util.find_spec("manim") is None, reason="Manim is not installed")

ALIKE = 45
"""Of 255, in blocks: letters that are missing, or stand elsewhere, make twice as much."""
SLOW = 10
"""Frames a second for tests that look at all frames: a third of the work, the same motions."""
STRANGE = {
    "headline": "<b>$\\frac{1}{2}$</b> & \\LaTeX {x} %s ' \" ; `id`",
    "points": ["चंद्रयान-3 ने इतिहास रचा", "Ракета «Союз» 2 525 км", "<span foreground='red'>red</span>"],
    "value": "१२,३४५",
    "unit": "गीगावाट",
    "quote": "J’s “quote” — «да»",
    "series": [{"label": "Север", "value": -3}, {"label": "юг", "value": 12.5}],
    "events": [{"when": "१९६९", "what": "चाँद"}, {"when": "", "what": "\\x00"}],
    "left": {"label": "2014", "value": "few", "points": ["<i>"]},
    "right": {"label": "2024", "value": "1,5 %", "points": ["&amp;"]},
    "place": "Байконур",
    "lat": 45.9,
    "lon": 63.3,
}


@pytest.fixture(scope="module")
def manim() -> Iterator[Manim]:
    provider = Manim()
    yield provider
    provider.keeper.stop()


def animate(manim: Manim, folder: Path, kind: SceneKind, frame: Frame, **changes: Any) -> Path:
    asked = Request("manim", payload(kind, frame, **changes), folder / "work", seconds=60)
    outcome = manim.submit(asked, "key")
    assert isinstance(outcome, Ok), outcome
    assert list(asked.workdir.iterdir()) == [outcome.files["video"]], "nothing is left behind"
    return outcome.files["video"]


def pictures(video: Path, frame: Frame) -> NDArray[np.uint8]:
    """All frames as RGB."""
    matrix = "scale=in_color_matrix=bt709:in_range=tv:out_range=pc,format=rgb24"
    command = [ffmpeg.executable(), "-v", "error", "-i", video, "-vf", matrix, "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, frame.height, frame.width, 3)


def away(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """The greatest difference of any colour, by pixel."""
    found: NDArray[Any] = np.abs(one.astype(int) - other.astype(int)).max(axis=-1)
    return found


def coarse(picture: NDArray[Any]) -> NDArray[Any]:
    """Blocks of 8 by 8 pixels: what two ways of smoothing edges and halved colours have in common."""
    image = Image.fromarray(picture)
    return np.asarray(image.resize((image.width // 8, image.height // 8), Image.Resampling.BOX))


def plan_of(kind: SceneKind, frame: Frame, fps: int = 30) -> Plan:
    return choreograph(laid_out(kind, frame), NARRATION, "en", fps)


@pytest.mark.parametrize("shape", list(FRAMES))
@pytest.mark.parametrize("kind", list(SceneKind))
def test_every_scene_comes_in_inside_the_safe_area_and_ends_as_the_still(
    manim: Manim, tmp_path: Path, kind: SceneKind, shape: str
) -> None:
    frame = FRAMES[shape]
    layout, plan = laid_out(kind, frame), plan_of(kind, frame, SLOW)
    shown = pictures(animate(manim, tmp_path, kind, frame, fps=SLOW), frame)
    assert len(shown) == plan.frames
    still = np.asarray(render(layout))
    assert away(coarse(shown[-1]), coarse(still)).max() < ALIKE
    # In the first frame the scene is not there yet; its last motion is the last difference.
    assert away(shown[0], still).mean() > away(shown[-1], still).mean()
    assert away(shown[plan.bouts[-1][1]], shown[-1]).max() < 12
    background = np.asarray(paint(layout))
    left, top, right, bottom = frame.safe
    outside = np.ones((frame.height, frame.width), bool)
    outside[top - 2 : bottom + 2, left - 2 : right + 2] = False
    for picture in shown[::2]:
        # As much as the faint figure of the background, which may still be on its way.
        assert away(picture, background)[outside].max() < 70


@pytest.mark.parametrize("kind", [SceneKind.BULLETS, SceneKind.FIGURE, SceneKind.QUOTE, SceneKind.COMPARISON])
def test_text_is_data_in_every_script(manim: Manim, tmp_path: Path, kind: SceneKind) -> None:
    frame = FRAMES["wide"]
    segment = {"data": STRANGE, "narration": "Что-то и कुछ <b>here</b>."}
    shown = pictures(animate(manim, tmp_path, kind, frame, segment=segment, language="hi", fps=SLOW), frame)
    still = np.asarray(render(laid_out(kind, frame, STRANGE, language="hi", headline="Head")))
    assert away(coarse(shown[-1]), coarse(still)).max() < ALIKE


def test_the_file_is_in_the_composers_final_form(manim: Manim, tmp_path: Path) -> None:
    frame = FRAMES["wide"]
    video = animate(manim, tmp_path, SceneKind.BULLETS, frame)
    said = samples.look(video)
    assert "h264 (High)" in said
    assert "yuv420p(tv, bt709, progressive), 432x244" in said
    assert "30 fps" in said
    assert h264.TAG in said
    assert "Audio" not in said
    assert len({duration for _, duration in samples.times(video)}) == 1
    command = [ffmpeg.executable(), "-v", "error", "-i", video, "-c", "copy", "-f", "framecrc", "-"]
    rows = subprocess.run(command, capture_output=True, check=True).stdout.decode().splitlines()
    packets = [row for row in rows if not row.startswith("#")]
    keys = [at for at, row in enumerate(packets) if "F=0x0" not in row]
    assert keys[:2] == [0, h264.ENTRY]
    assert max(after - before for before, after in pairwise(keys)) <= h264.GOP
    assert len(packets) == plan_of(SceneKind.BULLETS, frame).frames


def test_the_composer_takes_it_as_it_is(manim: Manim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = FRAMES["wide"]
    video = animate(manim, tmp_path, SceneKind.TITLE_CARD, frame)
    real, encoded = ffmpeg.run, []

    def run(arguments: Any, **more: Any) -> Any:
        encoded.append(str(video) in " ".join(map(str, arguments)) and "libx264" in arguments)
        return real(arguments, **more)

    monkeypatch.setattr(ffmpeg, "run", run)
    session = Session(tmp_path, time.monotonic() + 60, Stop(threading.Event()))
    form = FinalForm(frame.width, frame.height, 30, INK.background)
    made = prepare("a", video, form, FolderCache(tmp_path / "kept"), session, kind=Kind.VIDEO)
    assert made.frames == plan_of(SceneKind.TITLE_CARD, frame).frames
    assert encoded
    assert not any(encoded)


def test_the_number_counts_up_and_the_bars_grow(manim: Manim, tmp_path: Path) -> None:
    frame = FRAMES["wide"]
    shown = pictures(animate(manim, tmp_path, SceneKind.BAR_CHART, frame), frame)
    accent = np.array(laid_out(SceneKind.BAR_CHART, frame).theme.accent)
    band = slice(frame.height // 3, frame.height)
    heights = [int((np.abs(picture[band].astype(int) - accent).max(axis=2) < 40).sum()) for picture in shown]
    grown = heights[heights.index(next(h for h in heights if h > 30)) :]
    assert all(after >= before - 60 for before, after in pairwise(grown))
    assert grown[-1] > 5 * grown[0]


def test_what_stands_around_a_number_stays_whole_while_it_counts(manim: Manim, tmp_path: Path) -> None:
    frame, data = FRAMES["wide"], {**SCENE_DATA, "left": {"label": "2014", "value": "20 गीगावाट"}}
    layout = laid_out(SceneKind.COMPARISON, frame, data, language="hi")
    plan = choreograph(layout, NARRATION, "hi", 30)
    (text,) = (text for text in layout.texts if "गीगावाट" in text.text)
    (cue,) = (cue for cue in plan.cues if elements_of(layout)[cue.elements[0]] == text)
    changes = {"segment": {"data": data}, "language": "hi"}
    shown = pictures(animate(manim, tmp_path, SceneKind.COMPARISON, frame, **changes), frame)
    left, top, right, bottom = text.box
    unit = (slice(top, bottom), slice(left + (right - left) // 2, right))
    counting, end = shown[cue.start + cue.frames // 2], shown[-1]
    assert away(coarse(counting[unit]), coarse(end[unit])).max() < ALIKE
    assert away(counting, end)[top:bottom, left : left + (right - left) // 3].max() > 100


def test_a_scene_without_any_text_is_refused(manim: Manim, tmp_path: Path) -> None:
    asked = payload(SceneKind.BULLETS, segment={"headline": "東京", "data": {"headline": "🚀"}})
    outcome = manim.submit(Request("manim", asked, tmp_path / "work", seconds=60), "key")
    assert outcome.error.code.value == "INVALID_INPUT"


def test_data_says_what_the_tests_need() -> None:
    assert set(SCENE_DATA) >= set(STRANGE) - {"unit"}
