"""Pictures, clips and music as models make them: real files, drawn and played from nothing."""

from __future__ import annotations

import io
import math
import random
import subprocess
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from renders.media import ffmpeg


@cache
def picture(seed: str = "", size: tuple[int, int] = (1024, 576)) -> bytes:
    """A PNG: hills under a sky, others for every seed."""
    draws = random.Random(seed)
    width, height = size
    high, low = ([draws.randrange(40, 120), draws.randrange(90, 180), draws.randrange(150, 240)] for _ in "ab")
    column = Image.new("RGB", (1, height))
    for y in range(height):
        column.putpixel((0, y), tuple(round(a + (b - a) * y / height) for a, b in zip(high, low, strict=True)))
    image = column.resize(size)
    brush = ImageDraw.Draw(image)
    sun = draws.randrange(width)
    brush.ellipse((sun - 60, 90, sun + 60, 210), fill=(255, 236, 200))
    for ridge in range(4):
        shade = tuple(max(0, part - 35 * (ridge + 1)) for part in low)
        phase, swing, base = draws.random() * 6, 20 + 18 * ridge, height * (0.45 + 0.13 * ridge)
        edge = [(x, base + swing * math.sin(phase + x / (70 + 40 * ridge))) for x in range(0, width + 8, 8)]
        brush.polygon([*edge, (width, height), (0, height)], fill=shade)
    image = image.filter(ImageFilter.GaussianBlur(0.8))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@cache
def clip(seed: str = "", seconds: float = 4.0) -> bytes:
    """An MP4: a walk along the hills."""
    argv: list[str | Path] = [
        ffmpeg.executable(),
        "-v",
        "error",
        "-nostdin",
        "-f",
        "png_pipe",
        "-framerate",
        "24",
        "-i",
        "pipe:0",
    ]
    move = f"loop=loop=-1:size=1,trim=duration={seconds},setpts=N/24/TB,crop=768:432:x='8*t*8':y=60,format=yuv420p"
    form = ["-c:v", "libx264", "-preset", "ultrafast", "-r", "24", "-t", str(seconds)]
    to_pipe = ["-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1"]
    made = subprocess.run([*argv, "-vf", move, *form, *to_pipe], input=picture(seed), capture_output=True, check=True)
    return made.stdout


@cache
def music(seconds: float = 12.0) -> bytes:
    """An MP3: a quiet chord that swells and falls."""
    tones = "+".join(f"{0.08:.2f}*sin(2*PI*{tone}*t)*(0.6+0.4*sin(0.7*t+{tone}))" for tone in (220, 277.2, 329.6, 440))
    source = ["-f", "lavfi", "-i", f"aevalsrc={tones}:s=44100:d={seconds}"]
    form = ["-c:a", "libmp3lame", "-b:a", "96k", "-f", "mp3", "pipe:1"]
    argv: list[str | Path] = [ffmpeg.executable(), "-v", "error", "-nostdin", *source, *form]
    made = subprocess.run(argv, capture_output=True, check=True)
    return made.stdout
