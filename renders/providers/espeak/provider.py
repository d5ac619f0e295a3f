"""The `tts` provider that needs nothing but this machine."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import espeakng_loader

from renderhub.lib import child
from renders.domain.errors import GenerationError
from renders.domain.job import INPUT_TEXT_LIMIT, SAMPLE_RATE, Voice
from renders.domain.outcomes import Err, Ok, Outcome
from renders.narration import sound
from renders.providers.base import Immediate, Request
from renders.providers.espeak import errors, voices, words
from renders.providers.espeak.sentences import Sentence, prepare

_PROGRAM = Path(__file__).with_name("speak.py")
_RAW, _NARRATION = "speech.wav", "narration.wav"
_MEMORY_MB = 1024


class Espeak(Immediate):
    """Narration by espeak-ng: English, Russian and Hindi, two voices each, with timings by sentence (R14).

    Payload: `{text, language, voice}`; result: `{duration, timings: [{start, end, text}], words: [{start, end, text}],
    spoken, voice}` in seconds; `timings` by sentence, `words` by word, `text` as written; file `narration`: WAV,
    48 kHz, mono, 16 bit, without silence at its ends, about -20 LUFS.
    """

    name = errors.NAME

    def submit(self, request: Request, key: str) -> Outcome:
        try:
            outcome = self._speak(request)
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            outcome = Err(errors.describe(problem))
        if isinstance(outcome, Err):
            return Err(outcome.error.with_context(segment=str(request.payload.get("segment_id", ""))))
        return outcome

    def ping(self, seconds: float) -> GenerationError | None:
        """Has one word spoken, and thrown away (R40)."""
        try:
            with tempfile.TemporaryDirectory() as folder:
                trial = Request("tts", {}, Path(folder) / "trial", seconds)
                _record(trial, prepare("Ready.", "en"), voices.accent("en") or "", voices.SPEAKERS[Voice.DEFAULT.value])
        except Exception as problem:
            return errors.describe(problem)
        return None

    def _speak(self, request: Request) -> Ok | Err:
        deadline = time.monotonic() + request.seconds
        text, language = str(request.payload.get("text", "")), str(request.payload.get("language", ""))
        voice = str(request.payload.get("voice", Voice.DEFAULT))
        accent = voices.accent(language)
        if accent is None:
            names = ", ".join(voices.LANGUAGES)
            message = f"No voice on this machine speaks the language {language[:20]!r}; there are voices for {names}."
            return Err(errors.refusal(message, "Choose another language, or configure a speech service."))
        if voice not in voices.SPEAKERS:
            known = ", ".join(voices.SPEAKERS)
            return Err(errors.refusal(f"There is no voice {voice[:20]!r}; there are {known}.", "Choose another voice."))
        if len(text) > INPUT_TEXT_LIMIT:
            message = f"The narration has {len(text)} characters; at most {INPUT_TEXT_LIMIT} can be spoken."
            return Err(errors.refusal(message, "Shorten the narration or split it."))
        sentences = prepare(text, accent[:2])
        answer = _record(request, sentences, accent, voices.SPEAKERS[voice]) if sentences else {}
        if not answer.get("frames"):
            message = "The narration holds nothing that can be said."
            return Err(errors.refusal(message, "Write the narration in words.", text=text[:80]))
        return self._master(request, sentences, answer, deadline, voices.SPEAKERS[voice], voice, accent[:2])

    def _master(
        self,
        request: Request,
        sentences: Sequence[Sentence],
        answer: Mapping[str, Any],
        deadline: float,
        speaker: voices.Speaker,
        voice: str,
        language: str,
    ) -> Ok:
        target = request.workdir / _NARRATION
        raw = request.workdir / _RAW
        sound.master(
            raw,
            target,
            frames=round(answer["frames"] * SAMPLE_RATE / answer["rate"]),
            level=answer["level"] - speaker.trim,
            tone=speaker.tone,
            seconds=max(0.1, deadline - time.monotonic()),
            cancel=request.cancelled,
        )
        raw.unlink()
        duration = sound.length(target)
        said = [one for one in zip(sentences, answer["spans"], answer["words"], strict=True) if one[1]]
        return Ok(
            result={
                "duration": duration,
                **_times(said, answer["rate"], duration, language),
                "spoken": " ".join(sentence.spoken for sentence, _, _ in said),
                "voice": voice,
            },
            files={"narration": target},
        )


def _times(said: Sequence[tuple[Sentence, Any, Any]], rate: int, duration: float, language: str) -> dict[str, Any]:
    """`timings` and `words` of the sentences, each with its samples and its words', in seconds of the narration."""
    timings, spoken_words = [], []
    for sentence, (first, last), heard in said:
        start, end = first / rate, min(last / rate, duration)
        timings.append({"start": round(start, 3), "end": round(end, 3), "text": sentence.written})
        in_seconds = [(place, begin / rate, stop / rate) for place, begin, stop in heard]
        spoken_words += [
            {"start": round(word.start, 3), "end": round(word.end, 3), "text": word.text}
            for word in words.timed(sentence, language, in_seconds, start, end)
        ]
    return {"timings": timings, "words": spoken_words}


def _record(request: Request, sentences: Sequence[Sentence], accent: str, speaker: voices.Speaker) -> Mapping[str, Any]:
    """Have the sentences spoken into the raw recording; what `speak.py` answers."""
    order = {
        "library": espeakng_loader.get_library_path(),
        "data": espeakng_loader.get_data_path(),
        "voice": f"{accent}+{speaker.variant}",
        "rate": voices.WORDS_A_MINUTE,
        "pitch": speaker.pitch,
        "range": speaker.pitch_range,
        "output": _RAW,
        "sentences": [{"text": sentence.spoken, "pause": sentence.pause} for sentence in sentences],
    }
    finished = child.run(
        [sys.executable, "-I", "-S", _PROGRAM],
        limits=child.Limits(seconds=request.seconds, memory_mb=_MEMORY_MB, file_mb=500),
        cwd=request.workdir,
        stdin=json.dumps(order).encode(),
        cancel=request.cancelled,
    )
    answer: dict[str, Any] = json.loads(finished.stdout)
    if "error" in answer:
        raise errors.VoiceRefused(answer["error"])
    return answer
