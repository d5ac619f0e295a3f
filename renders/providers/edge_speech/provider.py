"""The provider `edge_speech` of `tts`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renderhub.lib import child
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.job import INPUT_TEXT_LIMIT, Voice
from renders.domain.outcomes import Err, Ok, Outcome
from renders.narration import Take, make
from renders.narration import describe as describe_narration
from renders.providers.base import Immediate, Request
from renders.providers.edge_speech.errors import NAME, describe
from renders.text.characters import cleaned
from renders.text.languages import base_language

_PROGRAM = Path(__file__).with_name("speak.py")
_RAW, _NARRATION = "edge.mp3", "narration.wav"
_MEMORY_MB = 512
_LARGEST = 50 * 1024 * 1024
"""Bytes of sound (SPEC section 19)."""

_ANDREW, _DMITRY, _MADHUR = "en-US-AndrewNeural", "ru-RU-DmitryNeural", "hi-IN-MadhurNeural"
VOICES: dict[str, str] = {
    **{f"en:{voice}": _ANDREW for voice in (Voice.DEFAULT, Voice.MALE)},
    **{f"ru:{voice}": _DMITRY for voice in (Voice.DEFAULT, Voice.MALE)},
    **{f"hi:{voice}": _MADHUR for voice in (Voice.DEFAULT, Voice.MALE)},
    "en:female": "en-US-AvaNeural",
    "ru:female": "ru-RU-SvetlanaNeural",
    "hi:female": "hi-IN-SwaraNeural",
}
"""The service's voice for each language and voice of ours."""


class EdgeSpeech(Immediate):
    """Narration by the Edge service, with the times of its words as the service tells them. It takes no key.

    Result: `{duration, timings, words, spoken, voice, speaker, model}`; file `narration`: WAV, 48 kHz, mono, 16 bit,
    without silence at its ends, about -20 LUFS.
    """

    name = NAME

    def __init__(self, voices: Mapping[str, str] | None = None, address: str = "", python: str = "") -> None:
        """`voices`: over `VOICES`, by `language:voice`; `address`: another server of the same protocol (`ws://...`);
        `python`: one that has `edge-tts`, where it is not the one that runs this."""
        self._voices = VOICES | dict(voices or {})
        self._address = address.rstrip("/")
        self._python = python or sys.executable

    def submit(self, request: Request, key: str) -> Outcome:
        language = base_language(str(request.payload.get("language", "")))
        voice = str(request.payload.get("voice") or Voice.DEFAULT)
        speaker = self._voices.get(f"{language}:{voice}") or self._voices.get(f"{language}:{Voice.DEFAULT}", "")
        try:
            outcome = self._speak(request, language, voice, speaker)
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            outcome = Err(describe_narration(NAME, problem))
        if isinstance(outcome, Err):
            segment = str(request.payload.get("segment_id", ""))
            return Err(outcome.error.with_context(speaker=speaker, segment=segment))
        return outcome

    def ping(self, seconds: float) -> GenerationError | None:
        """Whether the service lists its voices (R40)."""
        try:
            told = self._run({}, Path.cwd(), child.Limits(seconds=seconds, memory_mb=_MEMORY_MB, file_mb=0))
        except Exception as problem:
            return describe_narration(NAME, problem)
        return describe(told["fault"]) if "fault" in told else None

    def _speak(self, request: Request, language: str, voice: str, speaker: str) -> Ok | Err:
        deadline = time.monotonic() + request.seconds
        given = request.payload.get("text")
        text = " ".join(cleaned(given if isinstance(given, str) else "").split())
        if not speaker:
            return Err(_refused(f"No voice there speaks the language {language[:20]!r}.", "Choose another language."))
        if len(text) > INPUT_TEXT_LIMIT:
            return Err(_refused(f"The narration has {len(text)} characters.", "Shorten the narration or split it."))
        if not any(map(str.isalnum, text)):
            return Err(_refused("The narration holds nothing that can be said.", "Write the narration in words."))
        raw = request.workdir / _RAW
        limits = child.Limits(seconds=request.seconds, memory_mb=_MEMORY_MB, file_mb=60, output_bytes=4_000_000)
        order = {"text": text, "voice": speaker, "output": raw.name, "most": _LARGEST}
        told = self._run(order, request.workdir, limits, request)
        if "fault" in told:
            raw.unlink(missing_ok=True)
            return Err(describe(told["fault"]))
        words = [(float(start), float(end), str(word)) for start, end, word in told["words"]]
        target = request.workdir / _NARRATION
        left = max(0.1, deadline - time.monotonic())
        made = make([Take(text, raw, words)], target, language=language, seconds=left, cancel=request.cancelled)
        result = {"duration": made.duration, "timings": made.timings, "words": made.words, "spoken": text}
        return Ok({**result, "voice": voice, "speaker": speaker, "model": speaker}, files={"narration": target})

    def _run(
        self, order: Mapping[str, Any], folder: Path, limits: child.Limits, request: Request | None = None
    ) -> dict[str, Any]:
        """What `speak.py` answers. Raises `child.ChildError`."""
        finished = child.run(
            [self._python, "-I", _PROGRAM],
            limits=limits,
            cwd=folder,
            stdin=json.dumps({**order, "address": self._address}).encode(),
            cancel=request.cancelled if request else None,
        )
        answer: dict[str, Any] = json.loads(finished.stdout)
        return answer


def _refused(message: str, remedy: str) -> GenerationError:
    return GenerationError(ErrorCode.INVALID_INPUT, NAME, message, remedy=remedy)
