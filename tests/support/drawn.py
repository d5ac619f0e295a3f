"""A provider for tests that look at pages: real (small) pictures, a tone for a voice, and an MP4 that plays."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

from renders.captions import webvtt
from renders.domain.outcomes import Ok, Outcome
from renders.domain.script import Role, SceneKind, Script, Segment
from renders.look import INK, PAPER, Frame, compose, draw, draw_thumbnail
from renders.media import ffmpeg
from renders.providers.base import Request
from tests.support.providers import Fake

WIDTH, HEIGHT = 640, 360
SECONDS = 4

SCENES = (
    (
        Role.HOOK,
        SceneKind.TITLE_CARD,
        "Three stories of the day",
        "Here are three stories that are worth a minute.",
        {},
    ),
    (
        Role.ITEM,
        SceneKind.BULLETS,
        "The Suez Canal joins two seas",
        "The Suez Canal opened in 1869. It links the Mediterranean with the Red Sea, and it needs no locks.",
        {"points": ["Opened in 1869", "193 kilometres long", "No locks at all"], "source": "Example Press"},
    ),
    (
        Role.ITEM,
        SceneKind.FIGURE,
        "Voyager 1 speeds on",
        "Voyager 1 moves at about seventeen kilometres per second.",
        {"value": "17", "unit": "km/s", "label": "the speed of Voyager 1", "source": "Example Press"},
    ),
    (
        Role.CLOSING,
        SceneKind.CLOSING,
        "What to remember",
        "Canals, probes and ice: that was the day.",
        {"points": ["A canal without locks", "A probe between the stars"]},
    ),
)


class Drawn(Fake):
    """Speaks for every stage but `upload`."""

    name = "drawn"

    def _script_gen(self, request: Request) -> Outcome:
        segments = tuple(
            Segment(f"s{number}", role, text, headline, scene, {"headline": headline, **data})
            for number, (role, scene, headline, text, data) in enumerate(SCENES, start=1)
        )
        return Ok({"script": Script("Three stories of the day", "en", segments).to_json()})

    def _manim(self, request: Request) -> Outcome:
        segment = Segment.from_json(request.payload["segment"])
        theme = PAPER if request.payload["theme"] == "paper" else INK
        layout = compose(segment.scene, segment.data, Frame(WIDTH, HEIGHT), theme, name=segment.id, count=len(SCENES))
        draw(layout, request.workdir / "image.png")
        return Ok({"kind": "image", "alt": segment.headline}, {"image": request.workdir / "image.png"})

    def _tts(self, request: Request) -> Outcome:
        path = request.workdir / "narration.wav"
        _tone(path, 1.0)
        timings = [{"start": 0.0, "end": 1.0, "text": str(request.payload["text"])}]
        return Ok({"duration": 1.0, "timings": timings, "voice": "a tone"}, {"narration": path})

    def _revideo(self, request: Request) -> Outcome:
        video, captions, thumbnail = (request.workdir / name for name in ("video.mp4", "captions.vtt", "thumbnail.jpg"))
        film(video, next(path for name, path in request.files.items() if name.startswith("visual")))
        lines = [webvtt.Line(n, n + 0.9, text) for n, (_, _, _, text, _) in enumerate(SCENES)]
        captions.write_text(webvtt.written(lines), encoding="utf-8")
        draw_thumbnail("Three stories of the day", "3", INK, WIDTH, HEIGHT, thumbnail)
        return Ok({"duration": float(SECONDS)}, {"video": video, "captions": captions, "thumbnail": thumbnail})


def film(out: Path, picture: Path) -> None:
    """Four seconds of `picture` under a moving counter, with a tone: enough to play, seek and hear."""
    sound = ["-f", "lavfi", "-i", f"sine=frequency=330:sample_rate=48000:duration={SECONDS}"]
    form = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart"]
    still = ["-loop", "1", "-framerate", "30", "-t", str(SECONDS), "-i", picture]
    ffmpeg.run([*still, *sound, *form, "-g", "30", "-shortest", "-y", out], seconds=60)


def _tone(path: Path, seconds: float) -> None:
    rate = 48_000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        wanted = (math.sin(2 * math.pi * 220 * n / rate) for n in range(int(rate * seconds)))
        file.writeframes(b"".join(struct.pack("<h", int(8000 * value)) for value in wanted))
