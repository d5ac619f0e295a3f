"""Music from real files, through the real FFmpeg."""

from __future__ import annotations

import shutil
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok
from renders.media import ffmpeg
from renders.media.forms import FLAC, M4A, form_of
from renders.media.probe import probe
from renders.music.tracks import TRACKS
from renders.providers.base import Request
from renders.providers.library import Library, pieces

RATE = 48_000


def ask(workdir: Path, length: Any, *, folder: Path | None = None, seconds: float = 60.0, **more: Any) -> Ok | Err:
    request = Request("music", {"length": length, **more}, workdir, seconds)
    outcome = Library(folder).submit(request, "key")
    assert isinstance(outcome, (Ok, Err))
    return outcome


def play(workdir: Path, length: float, **more: Any) -> Ok:
    outcome = ask(workdir, length, **more)
    assert isinstance(outcome, Ok), outcome
    return outcome


def error_of(outcome: Ok | Err) -> GenerationError:
    assert isinstance(outcome, Err), outcome
    return outcome.error


def samples(file: Path) -> np.ndarray:
    chunks: list[bytes] = []
    form = ("-c:a", "pcm_s16le", "-ar", str(RATE), "-ac", "2", "-f", "s16le", "-")
    ffmpeg.run(["-v", "error", "-i", file, *form], seconds=30, on_stdout=chunks.append)
    return np.frombuffer(b"".join(chunks), dtype="<i2").reshape(-1, 2).T / 32768


def level(sound: np.ndarray) -> float:
    return float(10 * np.log10((sound**2).mean() + 1e-12))


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("noise") / "Sea, at 'night'; [x].flac"
    record(path, 24)
    return path


@pytest.fixture
def folder(tmp_path: Path, noise: Path) -> Path:
    """The operator's own: one track of 24 s of noise."""
    place = tmp_path / "own"
    place.mkdir()
    shutil.copy(noise, place)
    return place


def record(path: Path, seconds: float, source: str = "anoisesrc=a=0.2:c=white:seed=3:r=48000") -> None:
    ffmpeg.run(["-v", "error", "-f", "lavfi", "-i", source, "-t", str(seconds), "-ac", "2", "-y", path], seconds=30)


@pytest.mark.parametrize("length", [1.0, 12.34])
def test_it_plays_exactly_as_long_as_asked(tmp_path: Path, length: float) -> None:
    outcome = play(tmp_path, length)
    music = outcome.files["music"]
    assert outcome.result["duration"] == length
    assert outcome.result["model"] in {track.name for track in TRACKS}
    assert form_of(music) == M4A
    assert probe(music, decode=True).duration == pytest.approx(length, abs=0.002)
    assert [file.name for file in tmp_path.iterdir()] == ["music.m4a"]
    assert music.stat().st_size < 30_000 * length + 20_000


def test_it_comes_in_softly_and_ends_with_a_fade(tmp_path: Path) -> None:
    heard = samples(play(tmp_path, 20.0).files["music"])
    assert level(heard[:, : RATE // 20]) < -50
    assert level(heard[:, -RATE // 20 :]) < -45
    assert level(heard[:, 8 * RATE : 12 * RATE]) > -30
    last = [level(heard[:, at * RATE : (at + 1) * RATE]) for at in range(15, 20)]
    assert last[-1] < last[0] - 10


def test_going_round_cannot_be_heard(tmp_path: Path) -> None:
    """What is played is the loop and nothing but the loop, also where its end becomes its beginning."""
    length, seed = 44.0, next(seed for seed in "abcdefgh" if 10 < _joined_at(44.0, seed) < 34)
    outcome = play(tmp_path, length, mood="bright", seed=seed)
    piece, end = pieces.ours(length, "bright", seed), _joined_at(length, seed)
    track = next(track for track in TRACKS if track.name == piece.name)
    loop = samples(track.path)[:, RATE : round((1 + track.seconds) * RATE)]
    times = np.arange(round((end - 4) * RATE), round((end + 4) * RATE))
    heard = samples(outcome.files["music"])[:, times]
    meant = loop[:, (times + round((piece.start - 1) * RATE)) % loop.shape[1]]
    for at in range(0, len(times), RATE // 4):
        part = slice(at, at + RATE // 4)
        assert level(heard[:, part] - meant[:, part]) < level(meant[:, part]) - 10


def _joined_at(length: float, seed: str) -> float:
    """After how many seconds of the music its track begins again."""
    piece = pieces.ours(length, "bright", seed)
    return piece.seconds - piece.start


def test_the_last_chord_is_home() -> None:
    for seed in "abcdef":
        for length in (30.0, 60.0, 200.0):
            piece = pieces.ours(length, "calm", seed)
            track = next(track for track in TRACKS if track.name == piece.name)
            last = (piece.start - 1.0 + length - pieces.ENDING) % track.seconds
            assert any(last == pytest.approx(home, abs=1e-6) for home in track.homes)


def test_the_same_seed_plays_the_same_and_renders_differ(tmp_path: Path) -> None:
    first, again = (play(tmp_path / name, 2.0, seed=7).files["music"].read_bytes() for name in "ab")
    assert first == again
    drawn = {(piece.name, piece.start) for piece in (pieces.ours(60.0, "", f"render {n}") for n in range(20))}
    assert len(drawn) > 2


def test_a_mood_that_is_asked_for_is_played(tmp_path: Path) -> None:
    names = {track.mood: track.name for track in TRACKS}
    assert {mood: play(tmp_path, 1.0, mood=mood).result["model"] for mood in names} == names
    assert play(tmp_path, 1.0, mood="angry").result["model"] in names.values()


def test_the_operators_own_music_is_played_instead_and_goes_round_with_equal_power(
    tmp_path: Path, folder: Path
) -> None:
    outcome = play(tmp_path, 50.0, folder=folder)
    assert outcome.result["model"] == "Sea, at 'night'; [x]"
    heard = samples(outcome.files["music"])
    assert heard.shape[1] == pytest.approx(50 * RATE, abs=1024)
    levels = [level(heard[:, at * RATE // 2 : (at + 2) * RATE // 2]) for at in range(6, 88)]
    assert max(levels) - min(levels) < 1.5  # neither a hole nor a bump where it begins again
    assert max(abs(after - before) for before, after in pairwise(levels)) < 1


def test_files_of_the_folder_that_are_no_music_are_passed_over(tmp_path: Path, folder: Path) -> None:
    (folder / "a.mp3").write_bytes(b"ID3 not really")
    (folder / "b.m4a").write_text("#EXTM3U\nhttp://127.0.0.1/x")
    (folder / "notes.txt").write_text("x")
    (folder / "empty.wav").touch()
    record(folder / "short.wav", 5)
    for seed in "ab":
        assert play(tmp_path / seed, 2.0, folder=folder, seed=seed).result["model"].startswith("Sea")


def test_a_folder_without_music_is_said_to_the_operator(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    error = error_of(ask(tmp_path / "work", 10.0, folder=tmp_path / "own"))
    assert error.code is ErrorCode.NOT_FOUND
    assert "MUSIC_FOLDER" in error.what_to_do
    (tmp_path / "own" / "a.mp3").write_bytes(b"not music at all")
    assert "a.mp3" in error_of(ask(tmp_path / "work", 10.0, folder=tmp_path / "own")).message


def test_a_folder_that_is_not_there_is_an_answer_too(tmp_path: Path) -> None:
    assert error_of(ask(tmp_path, 10.0, folder=tmp_path / "nowhere")).code is ErrorCode.PROVIDER_FAILURE


def test_a_track_that_breaks_off_is_not_passed_on(tmp_path: Path, folder: Path) -> None:
    (track,) = folder.iterdir()
    track.write_bytes(track.read_bytes()[: track.stat().st_size // 2])
    assert error_of(ask(tmp_path, 50.0, folder=folder)).code is ErrorCode.PROVIDER_FAILURE


def test_music_that_ends_too_early_is_not_passed_on(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (track,) = folder.iterdir()
    claimed = pieces.Piece("Sea", track, FLAC, seconds=600.0, start=0.0, overlap=4.0, curve="qsin")
    monkeypatch.setattr(pieces, "of_folder", lambda *_, **__: claimed)
    error = error_of(ask(tmp_path, 300.0, folder=folder))
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert "300.00 s" in error.context["cause"]


@pytest.mark.parametrize("length", [0, -1, "x", None, float("nan"), float("inf"), 1e9, [], {}])
def test_a_length_that_cannot_be_is_refused(tmp_path: Path, length: Any) -> None:
    assert error_of(ask(tmp_path, length)).code is ErrorCode.INVALID_INPUT


def test_it_ends_in_time_and_when_it_is_cancelled(tmp_path: Path) -> None:
    assert error_of(ask(tmp_path, 3000.0, seconds=0.3)).code is ErrorCode.TIMEOUT
    cancelled = threading.Event()
    cancelled.set()
    request = Request("music", {"length": 10.0}, tmp_path, 60.0, cancelled=cancelled)
    assert isinstance(Library().submit(request, "key"), Err)


def test_a_missing_ffmpeg_names_the_package_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "executable", lambda: Path("/nowhere/ffmpeg"))
    error = error_of(ask(tmp_path, 10.0))
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert "imageio-ffmpeg" in error.what_to_do


def test_a_folder_that_cannot_be_made_is_an_answer(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert isinstance(ask(tmp_path / "file" / "work", 10.0), Err)
