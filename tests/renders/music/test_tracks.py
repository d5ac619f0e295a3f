"""The bundled tracks as one would hear them (R15): loud enough, clean, out of the voice's way, without a seam."""

from __future__ import annotations

import re

import numpy as np
import pytest

from renders.media import ffmpeg
from renders.media.probe import probe
from renders.music.score import SCORES, pitch
from renders.music.tracks import SPARE, TRACKS, Track

RATE = 48_000


@pytest.fixture(scope="module", params=TRACKS, ids=lambda track: track.mood)
def track(request: pytest.FixtureRequest) -> Track:
    found: Track = request.param
    return found


@pytest.fixture(scope="module")
def heard(track: Track) -> np.ndarray:
    """The whole file, left and right."""
    chunks: list[bytes] = []
    form = ("-c:a", "pcm_s16le", "-ar", str(RATE), "-ac", "2", "-f", "s16le", "-")
    ffmpeg.run(["-v", "error", "-i", track.path, *form], seconds=30, on_stdout=chunks.append)
    return np.frombuffer(b"".join(chunks), dtype="<i2").reshape(-1, 2).T / 32768


def decibels(power: float) -> float:
    return float(10 * np.log10(power + 1e-20))


def test_each_mood_has_a_track_that_is_small_and_as_long_as_it_says(track: Track) -> None:
    about = probe(track.path)
    assert about.audio is not None
    assert (about.audio.codec, about.audio.channels) == ("opus", 2)
    assert track.path.stat().st_size < 700_000
    assert about.duration == pytest.approx(track.seconds + 2 * SPARE, abs=0.05)
    assert 60 <= track.seconds <= 120
    assert track.homes


def test_it_lies_at_minus_20_lufs_and_never_clips(track: Track, heard: np.ndarray) -> None:
    log = ffmpeg.run(["-i", track.path, "-af", "ebur128=peak=true", "-f", "null", "-"], seconds=30).stderr.decode()
    assert float(re.findall(r"I:\s+(-?[\d.]+) LUFS", log)[-1]) == pytest.approx(-20, abs=0.5)
    assert float(re.findall(r"LRA:\s+(-?[\d.]+) LU", log)[-1]) < 5
    assert float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", log)[-1]) < -4
    assert np.abs(heard.mean(axis=1)).max() < 1e-3  # no direct current


def test_it_leaves_the_band_of_words_to_the_voice_and_is_heard_on_small_speakers(heard: np.ndarray) -> None:
    power = np.abs(np.fft.rfft(heard.mean(axis=0))) ** 2
    frequencies = np.fft.rfftfreq(heard.shape[1], 1 / RATE)

    def share(low: float, high: float) -> float:
        return decibels(power[(frequencies >= low) & (frequencies < high)].sum() / power.sum())

    assert share(1000, 4000) < -15
    assert share(300, 1000) > -8
    assert share(0, 40) < -25


def test_it_is_stereo_and_nothing_is_lost_on_one_speaker(heard: np.ndarray) -> None:
    both = decibels((heard**2).mean())
    assert np.corrcoef(heard)[0, 1] < 0.9
    assert -4 < decibels((heard.mean(axis=0) ** 2).mean()) - both <= 0


def test_nothing_in_it_starts_or_stops_suddenly(heard: np.ndarray) -> None:
    seconds = heard[:, : heard.shape[1] // RATE * RATE].reshape(2, -1, RATE)
    levels = 10 * np.log10((seconds**2).mean(axis=(0, 2)))
    assert levels.max() - levels.min() < 7
    assert np.abs(np.diff(levels)).max() < 5


def test_the_end_of_the_loop_goes_on_as_its_beginning(track: Track, heard: np.ndarray) -> None:
    spare, long = round(SPARE * RATE), round(track.seconds * RATE)
    for before, after in (
        (heard[:, :spare], heard[:, long : long + spare]),
        (heard[:, -spare:], heard[:, spare : 2 * spare]),
    ):
        middle = slice(RATE // 5, -RATE // 5)  # a codec is not at its best at the ends of a file
        different = (before[:, middle] - after[:, middle]) ** 2
        assert decibels(different.mean()) - decibels((after[:, middle] ** 2).mean()) < -12


@pytest.mark.parametrize("score", SCORES, ids=lambda score: score.mood)
def test_a_score_names_notes_that_there_are(score: object) -> None:
    for chord in score.chords:  # type: ignore[attr-defined]
        notes = [pitch(name) for name in chord.pad.split()]
        assert len(notes) == 4
        assert notes == sorted(notes)
        assert pitch(chord.bass) < notes[0]
    assert all(len(bar) == 8 and set(bar) <= set("012345.") for bar in score.patterns)  # type: ignore[attr-defined]


def test_notes_are_numbered_as_midi_has_them() -> None:
    assert (pitch("C4"), pitch("A4"), pitch("F#1")) == (60, 69, 30)
