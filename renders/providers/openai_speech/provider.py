"""The provider `openai_speech` of `tts`."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.job import INPUT_TEXT_LIMIT, Voice
from renders.domain.outcomes import Err, Ok, Outcome
from renders.media.forms import Refused, form_of
from renders.narration import Take, describe, make, pieces
from renders.providers.base import Immediate, Request
from renders.providers.http import SMALL_ANSWER, Client, NoReply, gateway_error, object_of, unusable
from renders.text.languages import SUPPORTED, base_language

NAME = "openai_speech"
LARGEST_ANSWER = 50 * 1024 * 1024
"""Bytes of sound (SPEC section 19)."""
_NARRATION = "narration.wav"
_TOO_LONG, _LEAST_CHARACTERS = "max_character_limit_exceeded", 200


@dataclass(frozen=True)
class _Lost(Exception):
    """The service did not deliver."""

    error: GenerationError


class OpenAiSpeech(Immediate):
    """Narration by `POST {base}/audio/speech`; text over the service's limit is sent in several parts and joined.

    The text is sent as it is written: numbers and units are the service's to read out. Result: `{duration, timings,
    spoken, voice, speaker, model}`; `timings` by sentence, found from the pauses; file `narration`: WAV, 48 kHz, mono,
    16 bit, without silence at its ends, about -20 LUFS.
    """

    name = NAME

    def __init__(
        self, url: str, key: str, model: str, voices: Mapping[str, str], *, form: str = "mp3", characters: int = 4_000
    ) -> None:
        """`voices`: the service's name of each voice of ours; `form`: the form of sound that it is asked for;
        `characters`: how many it takes at once."""
        self._client = Client(NAME, url, key=key)
        self._model = model
        self._voices = dict(voices)
        self._form = form
        self._characters = max(characters, 20)

    def submit(self, request: Request, key: str) -> Outcome:
        speaker = self._speaker(request)
        try:
            outcome = self._speak(request, speaker)
        except _Lost as lost:
            outcome = Err(lost.error)
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            outcome = Err(describe(NAME, problem))
        if isinstance(outcome, Err):
            asked = {"model": self._model, "speaker": speaker, "segment": str(request.payload.get("segment_id", ""))}
            return Err(outcome.error.with_context(**asked))
        return outcome

    def ping(self, seconds: float) -> GenerationError | None:
        """Whether the service is there and takes our key: its list of models costs nothing (R40)."""
        reply = self._client.call("GET", "models", seconds=seconds, limit=SMALL_ANSWER)
        if isinstance(reply, NoReply):
            return reply.error
        # Not every gateway has such a list; one that says so is there, and has not refused the key.
        return None if reply.status in (200, 404, 405) else gateway_error(NAME, reply)

    def _speaker(self, request: Request) -> str:
        voice = str(request.payload.get("voice") or Voice.DEFAULT)
        return self._voices.get(voice) or self._voices.get(Voice.DEFAULT, "")

    def _speak(self, request: Request, speaker: str) -> Ok | Err:
        deadline = time.monotonic() + request.seconds
        given = request.payload.get("text")
        text = given if isinstance(given, str) else ""
        language = base_language(str(request.payload.get("language", "")))
        if language not in SUPPORTED:
            return Err(
                _refused(f"Narration in the language {language[:20]!r} is not made.", "Choose another language.")
            )
        if len(text) > INPUT_TEXT_LIMIT:
            return Err(_refused(f"The narration has {len(text)} characters.", "Shorten the narration or split it."))
        parts = pieces(text, language, self._characters)
        if not parts:
            return Err(_refused("The narration holds nothing that can be said.", "Write the narration in words."))
        takes = self._takes(parts, speaker, request, deadline)
        target = request.workdir / _NARRATION
        left = max(0.1, deadline - time.monotonic())
        made = make(takes, target, language=language, seconds=left, cancel=request.cancelled)
        return Ok(
            {
                "duration": made.duration,
                "timings": made.timings,
                "spoken": " ".join(parts),
                "voice": str(request.payload.get("voice") or Voice.DEFAULT),
                "speaker": speaker,
                "model": self._model,
            },
            files={"narration": target},
        )

    def _takes(self, parts: Sequence[str], speaker: str, request: Request, deadline: float) -> list[Take]:
        """What the service says of all parts; of one that it finds too long, in two. Raises `_Lost`."""
        waiting = list(parts)
        takes: list[Take] = []
        while waiting:
            part = waiting.pop(0)
            try:
                file = request.workdir / f"take{len(takes)}"
                takes.append(self._take(part, speaker, file, deadline, request.cancelled))
            except _Lost as lost:
                if lost.error.provider_code != _TOO_LONG or len(part) < _LEAST_CHARACTERS:
                    raise
                language = base_language(str(request.payload.get("language", "")))
                waiting = pieces(part, language, len(part) // 2 + 1) + waiting
        return takes

    def _take(self, text: str, speaker: str, file: Path, deadline: float, cancelled: threading.Event) -> Take:
        """One call. Raises `_Lost`."""
        reply = self._client.call(
            "POST",
            "audio/speech",
            seconds=max(deadline - time.monotonic(), 0.0),
            limit=LARGEST_ANSWER,
            json={"model": self._model, "input": text, "voice": speaker, "response_format": self._form},
            cancelled=cancelled,
            save_to=file,
        )
        if isinstance(reply, NoReply):
            raise _Lost(reply.error)
        if reply.status != 200 or object_of(reply):
            raise _Lost(gateway_error(NAME, reply))
        if reply.saved is None:
            # Some gateways do not say that it is sound; whether it is, the decoder knows.
            file.write_bytes(reply.body)
        try:
            form_of(file)
        except Refused as problem:
            raise _Lost(unusable(NAME, reply, f"What the service sent is no sound: {problem}.")) from problem
        return Take(text, file)


def _refused(message: str, remedy: str) -> GenerationError:
    return GenerationError(ErrorCode.INVALID_INPUT, NAME, message, remedy=remedy)
