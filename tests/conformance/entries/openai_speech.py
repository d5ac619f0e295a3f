"""The provider `openai_speech`."""

from __future__ import annotations

import wave

from renders.domain.outcomes import Ok
from renders.providers.openai_speech import OpenAiSpeech
from tests.conformance.gateway_rows import ROWS
from tests.conformance.http_providers import KEY, Entry
from tests.support.gateway import speech
from tests.support.misbehaving import answer


def _is_narration(ok: Ok) -> bool:
    with wave.open(str(ok.files["narration"])) as file:
        form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        return form == (48_000, 1, 2) and abs(file.getnframes() / 48_000 - ok.result["duration"]) < 0.01


ENTRIES = (
    Entry(
        name="openai_speech",
        stage="tts",
        make=lambda url, folder: OpenAiSpeech(f"{url}/v1", KEY, "tts-1", {"default": "alloy"}),
        payload={"text": "The sky is blue. It is wide.", "language": "en", "voice": "default", "segment_id": "s1"},
        good=answer(200, speech(2.0), {"Content-Type": "audio/wav"}),
        judge=_is_narration,
        media="audio/mpeg",
        limit=2 * 1024 * 1024,
        table=ROWS,
    ),
)
