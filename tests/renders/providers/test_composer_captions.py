"""Captions drawn into the picture on request, in their band and for as long as they are said (R16)."""

from __future__ import annotations

import re
from dataclasses import replace
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
BAND = round(SIZE[1] * 0.16)
SAID = {"en": "It's [said], a=b; {here}", "ru": "Здесь это сказано", "hi": "क्षत्रिय शक्ति"}


def timeline(language: str, *, burned: bool = True) -> Timeline:
    """A still, a clip that moves; a caption in each, and one over the transition between them."""
    fade = Transition(TransitionKind.FADE, 0.5)
    clips = (
        VisualClip("s1", 0, 3, ClipKind.IMAGE, "a", AssetStatus.GENERATED, None, None, "A", Transition()),
        VisualClip("s2", 3, 4, ClipKind.VIDEO, "b", AssetStatus.GENERATED, None, None, "B", fade),
    )
    captions = tuple(
        Caption("s1", start, length, SAID[language]) for start, length in ((0.5, 1.0), (2.6, 0.8), (5.0, 1.0))
    )
    return Timeline(*SIZE, 30, 7.0, language, "T", "ink", Tracks(clips, captions=captions), burn_captions=burned)


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("it's; a folder")
    clip = folder / "b.mp4"
    moving = "color=c=gray:s=320x180:r=30,drawbox=x='mod(t*60,280)':y=20:w=40:h=60:color=white:t=fill"
    samples.make("-f", "lavfi", "-i", moving, "-t", "4", clip)
    return {"a": samples.picture(folder / "a.png", colour="#707070"), "b": clip}


def composed(made: Timeline, files: dict[str, Path], folder: Path, cache: Path, **more: Any) -> dict[str, Path]:
    folder.mkdir()
    request = Request("revideo", {"timeline": made.to_json(), **more}, folder, 60.0, files)
    outcome = Composer(2, cache).submit(request, "key")
    assert isinstance(outcome, Ok), outcome
    return dict(outcome.files)


@pytest.mark.parametrize("language", SAID)
def test_they_are_drawn_in_their_band_while_they_are_said(
    language: str, assets: dict[str, Path], tmp_path: Path
) -> None:
    made = timeline(language)
    plain = composed(replace(made, burn_captions=False), assets, tmp_path / "plain", tmp_path / "cache")["video"]
    drawn = composed(made, assets, tmp_path / "drawn", tmp_path / "cache")["video"]
    frames = [samples.planes(path, SIZE)[:, : SIZE[1]].astype(int) for path in (plain, drawn)]
    apart = np.abs(frames[0] - frames[1])
    assert apart[:, : -BAND - 2].max(axis=(1, 2)).max() < 40  # encoded anew, but not drawn over
    seen = apart[:, -BAND:].max(axis=(1, 2)) > 60
    said = [
        any(one.start <= at / 30 + 1e-6 < one.start + one.duration for one in made.tracks.captions) for at in range(210)
    ]
    assert list(seen) == said


def test_only_what_shows_a_caption_is_encoded(
    assets: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []
    run = ffmpeg.run

    def watched(arguments: Any, **more: Any) -> Any:
        runs.append(" ".join(map(str, arguments)))
        return run(arguments, **more)

    made = timeline("en")
    composed(replace(made, burn_captions=False), assets, tmp_path / "plain", tmp_path / "cache")
    monkeypatch.setattr(ffmpeg, "run", watched)
    composed(made, assets, tmp_path / "drawn", tmp_path / "cache")
    encoded = [row for row in runs if "libx264" in row]
    # One group of the still, used twice; the transition; the groups of the clip up to the last caption's.
    assert len(encoded) == 3
    assert all("subtitles=" in row for row in encoded)
    runs.clear()
    composed(made, assets, tmp_path / "again", tmp_path / "cache")
    assert [row for row in runs if "libx264" in row] == []


def test_the_same_words_lie_beside_it_in_every_form(assets: dict[str, Path], tmp_path: Path) -> None:
    made = timeline("hi", burned=False)
    words = [{"start": 0.5, "end": 0.9, "text": "क्षत्रिय"}, {"start": 0.9, "end": 1.4, "text": "शक्ति"}]
    files = composed(made, assets, tmp_path / "work", tmp_path / "cache", words=words)
    assert set(files) == {"video", "captions", "thumbnail", "subtitles", "chapters", "karaoke"}
    assert len(webvtt.read(files["captions"].read_text("utf-8"))) == 3
    assert re.findall(r"^00:00:\d\d,\d{3} --> ", files["subtitles"].read_text("utf-8"), re.M) != []
    assert "<00:00:00.900>" in files["karaoke"].read_text("utf-8")
    assert files["chapters"].read_text("utf-8").startswith("WEBVTT")
    assert "karaoke" not in composed(made, assets, tmp_path / "other", tmp_path / "cache")


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
