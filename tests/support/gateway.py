"""An OpenAI-compatible gateway on loopback: what it answers when it is well, and pieces to build worse answers of."""

from __future__ import annotations

import io
import json
import tempfile
import wave
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from renders.media import ffmpeg
from tests.support.misbehaving import Act, Asked, answer, when

_SENTENCES = (
    "The sky looks blue because air scatters short waves of light far more than long ones.",
    "Sunlight is a mixture of all colours, and each of them has a wave of its own length.",
    "Molecules of air are much smaller than these waves, and they throw blue light in every direction.",
    "In the evening the light comes a longer way through the air, and most of the blue is lost on it.",
    "What is left is red and orange, which is why the sun seems to glow when it sets.",
)


def narration(words: int, start: int = 0) -> str:
    """So many words, and a few more to end the sentence."""
    told: list[str] = []
    while sum(len(sentence.split()) for sentence in told) < words:
        told.append(_SENTENCES[(start + len(told)) % len(_SENTENCES)])
    return " ".join(told)


def script(words: int = 160, **more: Any) -> dict[str, Any]:
    """A script as the model is asked for it."""
    each = max(8, (words - 30) // 3)
    return {
        "title": "Why the sky is blue",
        "hook": {"narration": narration(12), "headline": "Why is the sky blue?", "kicker": "Light"},
        "segments": [
            segment(narration(each), "Air scatters blue light"),
            segment(
                narration(each, 1),
                "Waves of different length",
                scene="comparison",
                data={
                    "left": {"label": "Blue", "value": "450 nm", "points": []},
                    "right": {"label": "Red", "value": "700 nm", "points": []},
                },
            ),
            segment(narration(each, 2), "A longer way in the evening", scene="bullets"),
        ],
        "closing": {"narration": narration(12, 3), "headline": "To remember", "points": ["Short waves scatter more"]},
        **more,
    }


def segment(said: str, headline: str, **more: Any) -> dict[str, Any]:
    return {
        "narration": said,
        "headline": headline,
        "scene": "bullets",
        "data": {"points": ["Short waves are scattered most"]},
        "visual": "scene",
        "image_prompt": "",
        **more,
    }


def completion(content: Any, reason: str = "stop", **message: Any) -> dict[str, Any]:
    """The body of `POST /chat/completions`; content that is no text is said as JSON."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "choices": [
            {"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": text, **message}}
        ],
    }


def says(content: Any, reason: str = "stop", **message: Any) -> Act:
    return answer(200, completion(content, reason, **message))


def speech(seconds: float = 1.0, *, rate: int = 24_000, pauses: tuple[tuple[float, float], ...] = ()) -> bytes:
    """A WAV file with something like a voice: a tone that swells, silent before, after, and in the pauses given."""
    at = np.arange(round(seconds * rate)) / rate
    swell = 0.3 * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * at))
    for start, end in pauses:
        swell[(at >= start) & (at < end)] = 0
    voice = 32_767 * swell * np.sin(2 * np.pi * 180 * at)
    frames = np.pad(voice.astype("<i2"), round(0.3 * rate)).tobytes()
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(frames)
    return made.getvalue()


def speaks(body: Callable[[Mapping[str, Any]], bytes]) -> Act:
    """`POST /audio/speech` answered with what `body` makes of the request."""
    return when(lambda asked: answer(200, body(asked.json()), {"Content-Type": "audio/wav"}))


def gateway(chat: Act, voice: Act) -> Act:
    """Both services behind one address."""

    def choose(asked: Asked) -> Act:
        if asked.path.endswith("/chat/completions"):
            return chat
        if asked.path.endswith("/audio/speech"):
            return voice
        return answer(200, {"object": "list", "data": [{"id": "model-1"}]})

    return when(choose)


@cache
def mp3(seconds: float) -> bytes:
    """The same as MP3, as the Edge service sends it."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "speech.mp3"
        (Path(folder) / "speech.wav").write_bytes(speech(seconds))
        form = ("-c:a", "libmp3lame", "-b:a", "48k", "-ar", "24000", "-f", "mp3")
        ffmpeg.run(["-v", "error", "-i", Path(folder) / "speech.wav", *form, made], seconds=20)
        return made.read_bytes()
