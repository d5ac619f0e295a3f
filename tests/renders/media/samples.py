"""Small pictures, sounds and videos for tests, and what an independent look at a finished video says."""

from __future__ import annotations

import re
import subprocess
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from renders.media import ffmpeg

RATE = 48_000


def picture(path: Path, size: tuple[int, int] = (320, 180), colour: str = "#F59E0B", mark: int = 0) -> Path:
    """A card of one colour with a white bar whose place tells cards apart."""
    image = Image.new("RGB", size, colour)
    left = size[0] * (mark + 1) // 10
    ImageDraw.Draw(image).rectangle((left, size[1] // 4, left + size[0] // 8, size[1] // 2), fill="white")
    image.save(path)
    return path


def sound(path: Path, samples: NDArray[np.float64]) -> Path:
    """WAV, 48 kHz mono 16 bit, of samples in [-1, 1]."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def voice(path: Path, seconds: float, level: float = 0.2, pitch: float = 400.0) -> Path:
    """Syllables of a buzz: some crest, some pauses, as speech has."""
    time = np.arange(round(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * pitch * harmonic * time) / harmonic for harmonic in (1, 2, 3, 5))
    return sound(path, level * buzz * np.abs(np.sin(2 * np.pi * 2.5 * time)))


def tone(path: Path, seconds: float, pitch: float, level: float = 0.3) -> Path:
    return sound(path, level * np.sin(2 * np.pi * pitch * np.arange(round(seconds * RATE)) / RATE))


def make(*arguments: str | Path) -> bytes:
    """Run FFmpeg; returns its log."""
    return told(subprocess.run([ffmpeg.executable(), "-nostdin", "-y", *arguments], capture_output=True, check=True))


def told(finished: subprocess.CompletedProcess[bytes]) -> bytes:
    return finished.stderr


def look(path: Path) -> str:
    """What FFmpeg says of a file when it only opens it."""
    command = [ffmpeg.executable(), "-nostdin", "-hide_banner", "-i", path]
    return subprocess.run(command, capture_output=True, check=False).stderr.decode()


def times(path: Path) -> list[tuple[int, int]]:
    """Time and duration of each video packet, in ticks of the container."""
    command = [ffmpeg.executable(), "-v", "error", "-i", path, "-map", "0:v", "-c", "copy", "-f", "framecrc", "-"]
    rows = subprocess.run(command, capture_output=True, check=True).stdout.decode().splitlines()
    packets = [row.split(",") for row in rows if not row.startswith("#")]
    return [(int(packet[2]), int(packet[3])) for packet in packets]


def planes(path: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    """All frames as their stored yuv420p bytes, unconverted: frames x (height * 3 / 2) x width."""
    command = [ffmpeg.executable(), "-v", "error", "-i", path, "-map", "0:v", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1] * 3 // 2, size[0])


def heard(path: Path) -> NDArray[np.float32]:
    """The left channel of the sound."""
    command = [ffmpeg.executable(), "-v", "error", "-i", path, "-map", "0:a", "-f", "f32le", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.float32)[::2]


def level(samples: NDArray[np.float32], pitch: float) -> float:
    """Level in dB of one tone."""
    window = np.hanning(len(samples))
    turns = np.exp(-2j * np.pi * pitch * np.arange(len(samples)) / RATE)
    return float(20 * np.log10(np.abs((samples * window * turns).sum()) / window.sum() * 2 + 1e-9))


def loudness(path: Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP)."""
    log = make("-i", path, "-map", "0:a", "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-").decode()
    summary = log[log.rindex("Summary:") :]
    figures = [re.search(rf"{name}:\s+(-?[\d.]+|-inf)", summary) for name in ("I", "Peak")]
    integrated, peak = (float(match[1]) if match else float("nan") for match in figures)
    return integrated, peak
