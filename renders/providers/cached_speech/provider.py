"""The `tts` provider that has heard this text before."""

from __future__ import annotations

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.shortage import shortage
from renders.providers.base import Immediate, Request
from renders.providers.cached_speech.speeches import Speeches, key_of

NAME = "cached_speech"
NOT_CACHED = "NOT_CACHED"
"""`provider_code` of the one answer that is no fault of anybody: this text was not spoken before. No alarm."""


class CachedSpeech(Immediate):
    """The narration of the same text, language and voice that a better provider made before (R14).

    Payload as `tts` has it. Result: that of the narration, with `provider` for who spoke it, and `model` as
    `provider/model`; file `narration`. Where there is none: NOT_FOUND with the provider code `NOT_CACHED`, and
    the chain goes on.
    """

    name = NAME

    def __init__(self, speeches: Speeches) -> None:
        self._speeches = speeches

    def submit(self, request: Request, key: str) -> Outcome:
        segment = str(request.payload.get("segment_id", ""))
        try:
            found = self._speeches.fetch(key_of(request.payload), request.workdir)
        except OSError as problem:
            return Err(
                shortage(NAME, problem)
                or GenerationError(
                    ErrorCode.PROVIDER_FAILURE,
                    NAME,
                    "The cached narrations cannot be read.",
                    max_attempts=1,
                    remedy="Check the folder of cached speech and its rights.",
                    context={"cause": str(problem)[:500], "segment": segment},
                )
            )
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            context = {"cause": repr(problem)[:500], "segment": segment}
            return Err(GenerationError(ErrorCode.UNKNOWN, NAME, "The cache failed in an unknown way.", context=context))
        if found is None:
            return Err(_not_cached(segment))
        speech, audio = found
        # The asset records its model: there it is told who spoke (R14).
        model = "/".join(filter(None, (speech.provider, speech.model)))
        result = {**speech.result, "provider": speech.provider, "model": model}
        return Ok(result=result, files={"narration": audio})


def _not_cached(segment: str) -> GenerationError:
    return GenerationError(
        ErrorCode.NOT_FOUND,
        NAME,
        "No better voice has spoken this text before.",
        provider_code=NOT_CACHED,
        max_attempts=1,
        remedy="Nothing to do: the next voice of the chain speaks.",
        context={"segment": segment},
    )
