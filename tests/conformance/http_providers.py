"""The registry of HTTP providers that the conformance suite (`test_http_providers.py`) asks the same of all.

To add a provider, write `tests/conformance/entries/<name>.py` with `ENTRIES = (Entry(...), ...)`; it is found there:

    ENTRIES = (
        Entry(
            name="openai_speech",
            stage="tts",
            make=lambda url, folder: OpenAiSpeech(url, KEY, ...),
            payload={"text": "Hello.", "language": "en", "voice": "default", "segment_id": "s1"},
            good=answer(200, wav_bytes(), {"Content-Type": "audio/wav"}),
            judge=lambda ok: ok.result["duration"] > 0,
            media="audio/wav",
            table=(Told(429, {"error": {"code": "insufficient_quota"}}, ErrorCode.QUOTA_EXCEEDED), ...),
        ),
    )

What the suite sends, it sends to *every* request of a provider (`server.does(act)`), until the outcome is there.
`settle` drives a provider that answers `Pending` to its end. A call of `submit` has `seconds` to answer in.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Ok, Outcome, Pending
from renders.providers.base import Provider, Request
from tests.conformance import entries
from tests.support.misbehaving import Act, answer

KEY = "sk-conformance/secret+0123456789"
"""The key that providers are made with: it must appear nowhere."""
RETRYABLE_SIGHT = (ErrorCode.PROVIDER_FAILURE, ErrorCode.TIMEOUT)


@dataclass(frozen=True)
class Told:
    """One row of the provider's error table, as the service tells it."""

    status: int
    body: Any
    """Bytes, text, or what is sent as JSON."""
    code: ErrorCode
    headers: Mapping[str, str] = field(default_factory=dict)
    provider_code: str | None = None
    """What the error's `provider_code` must be, where that is of interest."""
    retry_after: float | None = None
    max_attempts: int | None = None

    @property
    def act(self) -> Act:
        return answer(self.status, self.body, self.headers)

    def __str__(self) -> str:
        return f"{self.status} {str(self.body)[:40]} is {self.code.value}"


def settle(provider: Provider, request: Request, outcome: Outcome) -> Outcome:
    """Look at pending work until it is done, as the pipeline would; an answer after 50 looks is none."""
    for _ in range(50):
        if not isinstance(outcome, Pending):
            return outcome
        outcome = provider.check(request, outcome.job_id)
    raise AssertionError("it is never done")


@dataclass(frozen=True)
class Entry:
    name: str
    stage: str
    make: Callable[[str, Path], Provider]
    """From the base URL of the server and a folder for what it keeps. Its key is `KEY`, where it has one."""
    payload: Mapping[str, Any]
    """Of a request that is good."""
    good: Act
    """How the service answers it when it is well; `misbehaving.when` chooses by what is asked."""
    table: Collection[Told] = ()
    judge: Callable[[Ok], bool] = lambda ok: True
    """Whether what came of `good` is what was to come of it."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Input files of the request: role with suffix (`video.mp4`) to content."""
    media: str = ""
    """The content type of an answer that is media itself; empty where answers are JSON."""
    with_url: Callable[[str], Act] | None = None
    """How the service answers whose product lies at this address; None where it has no such answers."""
    status_is_enough: bool = True
    """Whether statuses alone mean what R31 says (401, 402, 404, 429, 500, ...): false for services of another kind."""
    limit: int = 2 * 1024 * 1024
    """Bytes of an answer that the provider may hold in memory."""
    largest: str = ""
    """Where the most bytes of its media are written down, for the suite to make them fewer: half a gigabyte takes long
    to be refused."""
    spoilt: int = 12
    """How many good answers are spoilt: fewer where most of them are still good enough for a child process."""
    examples: int = 25
    """How many answers are made up at random, of a hundred: fewer where each costs a child process."""
    unusable: Collection[ErrorCode] = RETRYABLE_SIGHT
    """What answers of status 200 that cannot be used may come to."""


@cache
def all_entries() -> tuple[Entry, ...]:
    """Every entry. Not at import: the entries import this module."""
    found: list[Entry] = []
    for module in pkgutil.iter_modules(entries.__path__):
        found += importlib.import_module(f"{entries.__name__}.{module.name}").ENTRIES
    return tuple(sorted(found, key=lambda entry: entry.name))
