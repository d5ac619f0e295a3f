"""The program that made the tracks: its parts round the circle, and that it makes the same again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renders.media.probe import probe
from renders.music import make
from renders.music.score import CALM

SHORT = replace(CALM, mood="short", bar=1.0, chords=CALM.chords[:2], rests=frozenset({1}), brightness=60.0)


def test_what_rings_beyond_the_end_comes_in_at_the_beginning() -> None:
    loop = make.Loop(1.0)
    loop.lay(np.ones((2, make.RATE + 10)), 0.5)
    assert loop.sound.shape == (2, make.RATE)
    assert loop.sound.sum() == 2 * (make.RATE + 10)
    assert loop.sound[0, make.RATE // 2 + 5] == 2


def test_a_sound_may_begin_before_the_loop_does() -> None:
    loop = make.Loop(1.0)
    loop.lay(np.ones((2, 10)), -5 / make.RATE)
    assert loop.sound[0, -5:].sum() == loop.sound[0, :5].sum() == 5


def test_echoes_go_from_side_to_side_and_round_the_circle() -> None:
    sound = np.zeros((2, make.RATE))
    sound[0, -1] = 1.0
    echoed = make.echoes(sound, 0.25)
    assert echoed[1, make.RATE // 4 - 1] == pytest.approx(0.42)
    assert echoed[0, make.RATE // 2 - 1] == pytest.approx(0.42**2)


def test_a_short_piece_is_made_with_its_spare_ends_and_the_same_each_time(tmp_path: Path) -> None:
    files = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        files.append(make.make(SHORT, folder))
        assert [file.name for file in folder.iterdir()] == ["short.opus"]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert probe(files[0]).duration == pytest.approx(4.0 + 2 * make.SPARE, abs=0.02)
