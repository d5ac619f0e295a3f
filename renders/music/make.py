"""Makes the bundled tracks: `python -m renders.music.make [folder]`. The same program makes the same sound.

Every sound is laid into the loop with what rings beyond its end coming in again at its beginning, and echo, reverb
and equaliser work round the circle too. So the loop has no seam: after its last sample comes its first.
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renders.media import ffmpeg, loudness
from renders.music.score import SCORES, Score, pitch
from renders.music.tracks import SPARE

RATE = 48_000
LEVEL = -20.0
"""LUFS."""
BIT_RATE = "56k"
SWELL = 2.8
"""Seconds in which strings come and go."""

Sound = npt.NDArray[np.float64]
"""Two rows, left and right."""


class Loop:
    """A circle of silence into which sounds are laid."""

    def __init__(self, seconds: float) -> None:
        self.frames = round(seconds * RATE)
        self.sound: Sound = np.zeros((2, self.frames))

    def lay(self, sound: Sound, at: float) -> None:
        begin = round(at * RATE) % self.frames
        while sound.shape[1]:
            room = min(sound.shape[1], self.frames - begin)
            self.sound[:, begin : begin + room] += sound[:, :room]
            sound, begin = sound[:, room:], 0


def frequency(note: float) -> float:
    """Hz of a MIDI number."""
    return float(440.0 * 2 ** ((note - 69) / 12))


def pad(note: int, seconds: float, brightness: float, random: np.random.Generator) -> Sound:
    """A soft string sound: a few players, none quite in tune. It fades as the next one swells, with equal power."""
    time = np.arange(round((seconds + SWELL) * RATE)) / RATE
    sound = np.zeros((2, len(time)))
    for side in range(2):
        for cents in random.normal(0.0, 5.0, 3):
            base = frequency(note + cents / 100)
            drift = 1.5e-3 * np.sin(2 * np.pi * (random.uniform(0.07, 0.16) * time + random.random()))
            for part in range(1, 1 + int(min(28, 8 * brightness / base))):
                loud = part**-1.15 / (1 + (part * base / brightness) ** 2)
                sound[side] += loud * np.sin(
                    2 * np.pi * part * base * time + part * drift * 20 + 6.28 * random.random()
                )
    rise = np.sin(np.pi / 2 * np.clip(time / SWELL, 0, 1))
    return np.asarray(sound * rise * np.cos(np.pi / 2 * np.clip((time - seconds) / SWELL, 0, 1)))


def bass(note: int, seconds: float) -> Sound:
    time = np.arange(round((seconds + 1.0) * RATE)) / RATE
    base = frequency(note)
    tone = (
        np.sin(2 * np.pi * base * time) + 0.28 * np.sin(4 * np.pi * base * time) + 0.1 * np.sin(6 * np.pi * base * time)
    )
    shape = np.clip(time / 0.25, 0, 1) * np.exp(-time / (0.8 * seconds)) * np.clip((seconds + 1.0 - time) / 1.2, 0, 1)
    return np.vstack([tone * shape] * 2)


def pluck(note: int, loud: float, side: float) -> Sound:
    """A felt hammer on a string: dull at once, gone in two seconds. `side`: 0 left to 1 right."""
    time = np.arange(round(3.0 * RATE)) / RATE
    base = frequency(note)
    tone = np.zeros_like(time)
    for part in range(1, 15):
        stretched = part * np.sqrt(1 + 4e-4 * part**2)
        tone += part**-1.6 * np.sin(2 * np.pi * stretched * base * time) * np.exp(-time * (1.1 + 0.7 * part))
    shape = loud * (1 - np.exp(-time / 0.006)) * np.clip((3.0 - time) / 0.3, 0, 1)
    return np.vstack([np.cos(np.pi / 2 * side) * tone * shape, np.sin(np.pi / 2 * side) * tone * shape])


def filtered(sound: Sound, response: npt.NDArray[np.complex128] | npt.NDArray[np.float64]) -> Sound:
    """Round the circle, by a response for each frequency of the transform."""
    return np.asarray(np.fft.irfft(np.fft.rfft(sound) * response, sound.shape[1]))


def reverb(sound: Sound, random: np.random.Generator) -> Sound:
    time = np.arange(round(3.5 * RATE)) / RATE
    room = np.zeros_like(sound)
    room[:, : len(time)] = random.normal(0, 1, (2, len(time))) * np.exp(-time / 0.75) * np.clip(time / 0.03, 0, 1)
    frequencies = np.fft.rfftfreq(sound.shape[1], 1 / RATE)
    dull = 1 / (1 + (frequencies / 3500) ** 2) * (frequencies / (frequencies + 220))
    wet = filtered(sound, np.fft.rfft(room) * dull)
    return np.asarray(wet * (np.std(sound) / np.std(wet)))


def echoes(sound: Sound, seconds: float) -> Sound:
    """Ever softer repeats, from side to side."""
    repeats = [
        0.42**times * np.roll(sound[:: (-1) ** times], round(times * seconds * RATE), axis=1) for times in (1, 2, 3)
    ]
    return np.asarray(sum(repeats))


def room_for_the_voice(frames: int) -> npt.NDArray[np.float64]:
    """Nothing below hearing, less boom at 180 Hz; from 1 to 4 kHz, where words are understood, 4 dB less."""
    frequencies = np.maximum(np.fft.rfftfreq(frames, 1 / RATE), 1e-3)

    def dip(decibels: float, hertz: float, wide: float) -> npt.NDArray[np.float64]:
        return np.asarray(10 ** (-decibels / 20 * np.exp(-((np.log2(frequencies / hertz) / wide) ** 2))))

    return np.asarray(dip(4, 2000, 1.2) * dip(3.5, 180, 1.0) / (1 + (32 / frequencies) ** 4))


def played(score: Score) -> Sound:
    """The loop of a score, at no level in particular."""
    random = np.random.default_rng(score.seed)
    pads, basses, plucks = (Loop(score.seconds) for _ in range(3))
    long = 2 * score.bar
    strings: dict[tuple[int, int], Sound] = {}
    for number, chord in enumerate(score.chords):
        notes = [pitch(name) for name in chord.pad.split()]
        for note in notes:
            # Other players than just before: two of the same sound could cancel each other out.
            key = note, number % 3
            if key not in strings:
                strings[key] = pad(note, long, score.brightness, random)
            pads.lay(strings[key], number * long - SWELL / 2)
        basses.lay(bass(pitch(chord.bass), long - 0.6), number * long)
        if number not in score.rests:
            _pluck_bars(plucks, score, number, notes, random)
    soft = plucks.sound + 0.6 * echoes(plucks.sound, 0.375 * score.bar)
    dry = 0.055 * pads.sound + 0.11 * basses.sound + 0.26 * soft
    wet = reverb(0.055 * pads.sound + 0.3 * soft, random)
    return filtered(dry + 0.4 * wet, room_for_the_voice(pads.frames))


def _pluck_bars(loop: Loop, score: Score, number: int, notes: list[int], random: np.random.Generator) -> None:
    above = [notes[1], notes[2], notes[3], notes[0] + 12, notes[1] + 12, notes[2] + 12]
    for bar in range(2):
        pattern = score.patterns[(2 * number + bar) % len(score.patterns)]
        for quaver, step in enumerate(pattern):
            if step == ".":
                continue
            at = (2 * number + bar) * score.bar + quaver * score.bar / 8 + random.normal(0, 0.008)
            loud = (0.9 if quaver % 4 == 0 else 0.65) * random.uniform(0.75, 1.0)
            loop.lay(pluck(above[int(step)], loud, random.uniform(0.25, 0.75)), at)


def make(score: Score, folder: Path) -> Path:
    """Write the track, at its level, with its spare ends. Raises `child.ChildError`."""
    sound = played(score)
    raw, track = folder / f"{score.mood}.wav", folder / f"{score.mood}.opus"
    gain = 0.5 / np.abs(sound).max()
    _write(raw, sound * gain)
    log = ffmpeg.run(["-i", raw, "-af", f"ebur128@loop={loudness.METER}", "-f", "null", "-"], seconds=60).stderr
    gain *= 10 ** ((LEVEL - loudness.measured(log)["loop"].integrated) / 20)
    spare = round(SPARE * RATE)
    _write(raw, np.hstack([sound[:, -spare:], sound, sound[:, :spare]]) * gain)
    codec = ("-c:a", "libopus", "-b:a", BIT_RATE, "-application", "audio", "-frame_duration", "60")
    about = ("-map_metadata", "-1", "-metadata", f"title={score.name}", "-metadata", "copyright=CC0 1.0")
    ffmpeg.run(["-v", "error", "-i", raw, *codec, *about, "-bitexact", "-y", track], seconds=120)
    raw.unlink()
    return track


def _write(path: Path, sound: Sound) -> None:
    if np.abs(sound).max() >= 1.0:
        raise ValueError(f"{path.stem} is too loud for its file")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(sound.T * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    for one in SCORES:
        made = make(one, Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
        print(made, made.stat().st_size)
