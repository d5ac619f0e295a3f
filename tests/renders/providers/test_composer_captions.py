"""Captions drawn into the picture on request, in their band and for as long as they are said (R16)."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.captions import webvtt
from renders.domain.outcomes import Ok
from renders.domain.states import AssetStatus
from renders.domain.timeline import Caption, ClipKind, Timeline, Tracks, Transition, TransitionKind, VisualClip
from renders.media import ffmpeg
from renders.providers.base import Request
from renders.providers.composer import Composer
from renders.providers.composer.captions import Span, states
from tests.renders.media import samples

SIZE = (320, 180)
FRAMES = 135
BAND = round(SIZE[1] * 0.16)
SAID = {"en": "It's [said], a=b; {here}", "ru": "Здесь это сказано", "hi": "क्षत्रिय शक्ति"}


def timeline(language: str, *, burned: bool = True) -> Timeline:
    """A still, a clip that moves; a caption in each, and one over the transition between them."""
    fade = Transition(TransitionKind.FADE, 0.5)
    clips = (
        VisualClip("s1", 0, 2, ClipKind.IMAGE, "a", AssetStatus.GENERATED, None, None, "A", Transition()),
        VisualClip("s2", 2, 2.5, ClipKind.VIDEO, "b", AssetStatus.GENERATED, None, None, "B", fade),
    )
    captions = tuple(
        Caption("s1", start, length, SAID[language]) for start, length in ((0.5, 0.6), (1.7, 0.6), (3.2, 0.6))
    )
    tracks = Tracks(clips, captions=captions)
    return Timeline(*SIZE, 30, FRAMES / 30, language, "T", "ink", tracks, burn_captions=burned)


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("it's; a folder")
    clip = folder / "b.mp4"
    moving = "color=c=gray:s=320x180:r=30,drawbox=x='mod(t*60,280)':y=20:w=40:h=60:color=white:t=fill"
    samples.make("-f", "lavfi", "-i", moving, "-t", "2.5", clip)
    return {"a": samples.picture(folder / "a.png", colour="#707070"), "b": clip}


def composed(made: Timeline, files: dict[str, Path], folder: Path, cache: Path, **more: Any) -> dict[str, Path]:
    folder.mkdir()
    request = Request("revideo", {"timeline": made.to_json(), **more}, folder, 60.0, files)
    outcome = Composer(2, cache).submit(request, "key")
    assert isinstance(outcome, Ok), outcome
    return dict(outcome.files)


@dataclass(frozen=True)
class Plain:
    """The video without its captions."""

    frames: np.ndarray
    cache: Path


@pytest.fixture(scope="module")
def plain(assets: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Plain:
    folder = tmp_path_factory.mktemp("plain")
    video = composed(timeline("en", burned=False), assets, folder / "work", folder / "cache")["video"]
    return Plain(luma(video), folder / "cache")


@pytest.fixture
def cache(plain: Plain, tmp_path: Path) -> Path:
    """One that remembers the video without its captions."""
    return shutil.copytree(plain.cache, tmp_path / "cache")


def luma(video: Path) -> np.ndarray:
    return samples.planes(video, SIZE)[:, : SIZE[1]].astype(np.int16)


@pytest.mark.parametrize("language", SAID)
def test_they_are_drawn_in_their_band_while_they_are_said(
    language: str, assets: dict[str, Path], plain: Plain, cache: Path, tmp_path: Path
) -> None:
    made = timeline(language)
    apart = np.abs(plain.frames - luma(composed(made, assets, tmp_path / "drawn", cache)["video"]))
    assert apart[:, : -BAND - 2].max(axis=(1, 2)).max() < 40  # encoded anew, but not drawn over
    seen = apart[:, -BAND:].max(axis=(1, 2)) > 60
    said = [
        any(one.start <= at / 30 + 1e-6 < one.start + one.duration for one in made.tracks.captions)
        for at in range(FRAMES)
    ]
    assert list(seen) == said
    last = FRAMES - 7  # of the clip, the group of pictures after the last caption
    assert not apart[last:].any(), "what shows no caption is copied"


def test_only_what_shows_a_caption_is_encoded(
    assets: dict[str, Path], cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []
    run = ffmpeg.run

    def watched(arguments: Any, **more: Any) -> Any:
        runs.append(" ".join(map(str, arguments)))
        return run(arguments, **more)

    made = timeline("en")
    monkeypatch.setattr(ffmpeg, "run", watched)
    composed(made, assets, tmp_path / "drawn", cache)
    encoded = [row for row in runs if "libx264" in row]
    # One group of the still, used twice; the transition; the groups of the clip up to the last caption's.
    assert len(encoded) == 3
    assert all("subtitles=" in row for row in encoded)
    runs.clear()
    composed(made, assets, tmp_path / "again", cache)
    assert [row for row in runs if "libx264" in row] == []


def test_the_same_words_lie_beside_it_in_every_form(assets: dict[str, Path], cache: Path, tmp_path: Path) -> None:
    made = timeline("hi", burned=False)
    words = [{"start": 0.5, "end": 0.9, "text": "क्षत्रिय"}, {"start": 0.9, "end": 1.4, "text": "शक्ति"}]
    files = composed(made, assets, tmp_path / "work", cache, words=words)
    assert set(files) == {"video", "captions", "thumbnail", "subtitles", "chapters", "karaoke"}
    assert len(webvtt.read(files["captions"].read_text("utf-8"))) == 3
    assert re.findall(r"^00:00:\d\d,\d{3} --> ", files["subtitles"].read_text("utf-8"), re.M) != []
    assert "<00:00:00.900>" in files["karaoke"].read_text("utf-8")
    assert files["chapters"].read_text("utf-8").startswith("WEBVTT")
    assert "karaoke" not in composed(made, assets, tmp_path / "other", cache)


SPANS = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 3), st.text("ab", min_size=1, max_size=1)), max_size=8)


@given(SPANS, st.integers(2, 60))
def test_stretches_of_captions_cover_every_frame_and_none_is_one_frame_long(
    pairs: list[tuple[int, int, str]], frames: int
) -> None:
    spans, at = [], 0
    for length, gap, text in pairs:
        spans.append(Span(at + gap, at + gap + length, text))
        at += gap + length
    within = tuple(one for one in spans if one.start < frames)
    found = states(within, frames)
    assert found[0][0] == 0
    assert found[-1][1] == frames
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all(end - begin >= 2 for begin, end, _ in found)
    shown = [text for begin, end, text in found for _ in range(end - begin)]
    wanted = [next((one.text for one in within if one.start <= frame < one.end), "") for frame in range(frames)]
    assert sum(a != b for a, b in zip(shown, wanted, strict=True)) <= 2 * len(within) + 1
