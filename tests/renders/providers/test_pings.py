"""Whether a local engine says of itself that it could work (R40), and what is in the way where it could not (R34)."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from renders.domain.errors import ErrorCode, GenerationError
from renders.media import ffmpeg
from renders.providers.base import Pingable
from renders.providers.composer import Composer
from renders.providers.espeak import Espeak
from renders.providers.library import Library
from renders.providers.local_media import LocalMedia
from renders.providers.manim import Manim
from renders.providers.source_file import SourceFile

OF_FFMPEG: tuple[Callable[[], Pingable], ...] = (Composer, Library, SourceFile)


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def other_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    return lambda path: monkeypatch.setattr(ffmpeg, "executable", lambda: path)


def found(provider: Pingable, seconds: float = 20.0) -> GenerationError:
    error = provider.ping(seconds)
    assert error is not None
    assert error.what_to_do
    return error


@pytest.mark.parametrize("provider", [*OF_FFMPEG, Espeak])
def test_what_the_project_brings_along_answers(provider: Callable[[], Pingable]) -> None:
    assert provider().ping(20.0) is None


@pytest.mark.parametrize("provider", OF_FFMPEG)
def test_an_ffmpeg_that_is_not_there_is_said_with_how_to_get_one(provider, other_ffmpeg, tmp_path: Path) -> None:
    other_ffmpeg(tmp_path / "ffmpeg")
    error = found(provider())
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert "Install FFmpeg" in error.what_to_do


def test_an_ffmpeg_without_the_encoders_is_of_no_use(other_ffmpeg, tmp_path: Path) -> None:
    other_ffmpeg(program(tmp_path / "ffmpeg", "echo ' A..... aac  AAC'; echo ' V..... libx264rgb H.264'"))
    assert found(Composer()).message == "This FFmpeg has no encoder libx264."


def test_an_ffmpeg_that_hangs_is_not_waited_for(other_ffmpeg, tmp_path: Path) -> None:
    other_ffmpeg(program(tmp_path / "ffmpeg", "sleep 60"))
    assert found(Composer(), 0.3).code is ErrorCode.TIMEOUT


def test_a_speech_library_that_cannot_be_loaded_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("espeakng_loader.get_library_path", lambda: "/nowhere/libespeak-ng.so")
    error = found(Espeak())
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert "espeakng-loader" in error.what_to_do


def test_a_python_without_manim_is_said_with_how_to_get_it(tmp_path: Path) -> None:
    bare = program(tmp_path / "python", "echo \"ModuleNotFoundError: No module named 'cairo'\" >&2; exit 1")
    error = found(Manim(str(bare)))
    assert "No module named 'cairo'" in error.message
    assert "make manim" in error.what_to_do
    assert "make manim" in found(Manim(str(tmp_path / "nothing"))).what_to_do
    hanging = program(tmp_path / "hanging", "sleep 60")
    assert found(Manim(str(hanging)), 0.3).code is ErrorCode.TIMEOUT


def test_a_python_with_manim_is_well(tmp_path: Path) -> None:
    """Stand-ins for Manim's parts, so that it is asked for the right ones wherever the tests run."""
    for name in ("cairo", "manimpango", "manim"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)" if name == "manim" else "")
    put_first = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); exec(sys.argv[1])"
    wrapper = program(tmp_path / "python", f'exec {sys.executable} -I -c "{put_first}" "$3"')
    assert Manim(str(wrapper)).ping(20.0) is None, "Manim itself is found and not imported"
    (tmp_path / "manim.py").unlink()
    if not _has_manim():
        assert "No module named 'manim'" in found(Manim(str(wrapper))).message


def _has_manim() -> bool:
    from importlib.util import find_spec

    return find_spec("manim") is not None


def test_a_folder_of_music_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert found(Library(tmp_path / "nothing")).code is ErrorCode.NOT_FOUND


def test_a_media_folder_that_takes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert "MEDIA_ROOT" in found(LocalMedia(tmp_path / "file" / "x", "/media/")).what_to_do
    assert LocalMedia(tmp_path / "media", "/media/").ping(1.0) is None
    assert list((tmp_path / "media").iterdir()) == [], "nothing is left of the trial"
