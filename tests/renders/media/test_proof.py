"""A piece is decoded by itself when it is made, and what that proved is kept by its bytes."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from renders.media import proof
from renders.media.cache import FolderCache
from renders.media.forms import Kind
from renders.media.h264 import Picture
from renders.media.pieces import Piece
from renders.media.prepare import FinalForm, prepare
from renders.media.session import Session, Stop
from tests.renders.media import samples

SIZE, FPS = (192, 108), 30


@pytest.fixture
def cache(tmp_path: Path) -> FolderCache:
    return FolderCache(tmp_path / "cache")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "work").mkdir()
    return Session(tmp_path / "work", time.monotonic() + 60, Stop(threading.Event()))


@pytest.fixture
def moving(tmp_path: Path, cache: FolderCache, session: Session) -> Piece:
    clip = tmp_path / "clip.mp4"
    samples.make("-f", "lavfi", "-i", "testsrc2=s=192x108:r=30", "-frames:v", "75", clip)
    form = FinalForm(*SIZE, FPS, (0, 0, 0))
    return prepare("clip", clip, form, cache, session, kind=Kind.VIDEO).piece


def test_what_decodes_is_proved_once(moving: Piece, cache: FolderCache, session: Session) -> None:
    assert not proof.is_proved(moving, cache)
    assert proof.prove(moving, SIZE, FPS, cache, session)
    assert proof.is_proved(moving, cache)


def test_what_is_damaged_is_not_proved(moving: Piece, cache: FolderCache, session: Session) -> None:
    units = list(moving.units)
    units[40] = units[40][:20] + b"\x55" * (len(units[40]) - 20)
    bad = Piece(Picture(moving.picture.parameters, tuple(units)))
    assert not proof.prove(bad, SIZE, FPS, cache, session)
    assert not proof.is_proved(bad, cache)


def test_what_stands_still_where_it_should_not_is_not_proved(
    moving: Piece, cache: FolderCache, session: Session, tmp_path: Path
) -> None:
    still = samples.picture(tmp_path / "still.png", mark=1, colour="#A03060")
    form = FinalForm(*SIZE, FPS, (0, 0, 0))
    piece = prepare("still", still, form, cache, session, kind=Kind.IMAGE).piece
    long = Picture(piece.picture.parameters, piece.units * 2)
    assert not proof.prove(Piece(long), SIZE, FPS, cache, session)
    assert proof.prove(Piece(long, frozen=piece.frozen + moving.frozen + _whole()), SIZE, FPS, cache, session)


def _whole() -> tuple[proof.Stretch, ...]:
    return (proof.Stretch(0.0, 2.0),)
