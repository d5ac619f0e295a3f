"""What a better voice makes is kept, for the day on which it does not answer (R14)."""

from __future__ import annotations

import logging
from collections.abc import Collection

from renders.domain.errors import GenerationError
from renders.domain.outcomes import Ok, Outcome
from renders.providers.base import Pingable, Provider, Request
from renders.providers.cached_speech.speeches import Speech, Speeches, key_of

logger = logging.getLogger(__name__)


class Remembered:
    """A provider of `tts` whose narrations are kept. It answers what that one answers, whatever keeping comes to."""

    def __init__(self, provider: Provider, speeches: Speeches, better: Collection[str] = ()) -> None:
        """`better`: the providers whose narrations are not replaced by this one's."""
        self.name = provider.name
        self._provider = provider
        self._speeches = speeches
        self._better = frozenset(better)

    def submit(self, request: Request, key: str) -> Outcome:
        return self._kept(request, self._provider.submit(request, key))

    def check(self, request: Request, job_id: str) -> Outcome:
        return self._kept(request, self._provider.check(request, job_id))

    def find(self, request: Request, key: str) -> Outcome | None:
        found = self._provider.find(request, key)
        return None if found is None else self._kept(request, found)

    def cancel(self, job_id: str) -> None:
        self._provider.cancel(job_id)

    def ping(self, seconds: float) -> GenerationError | None:
        return self._provider.ping(seconds) if isinstance(self._provider, Pingable) else None

    def _kept(self, request: Request, outcome: Outcome) -> Outcome:
        # A narration that is less than was wanted is not worth another video.
        if isinstance(outcome, Ok) and "narration" in outcome.files and not outcome.degraded:
            speech = Speech(self.name, str(outcome.result.get("model", "")), outcome.result)
            key = key_of(request.payload)
            try:
                if self._speeches.speaker(key) not in self._better:
                    self._speeches.keep(key, outcome.files["narration"], speech)
            except (OSError, TypeError, ValueError):
                logger.exception("A narration of %s could not be kept", self.name)
        return outcome
