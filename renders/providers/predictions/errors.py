"""What a prediction service can answer, in the words of R31 (contracts: Replicate-style predictions).

One message carries several numbers: a number counts together with its words, or where it is the only one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from renders.domain.errors import ErrorCode, GenerationError
from renders.providers.http import BY_STATUS, Reply, Row, read_error, read_words

OUT_OF_MEMORY = "E1001"
_NUMBER = re.compile(r"\bE\d{3,5}\b")
_REFUSED = r"flagged as sensitive|content (?:was )?flagged|(?<!no )\bNSFW\b(?! (?:check|filter|detector))"
_SPEAKS_FOR_ITSELF = frozenset({401, 402, 403, 404, 429})
"""Statuses of the door: they say nothing about a prediction, whatever else the body talks about."""
_LOGS = 5_000
"""Characters at the end of the logs in which the reason is looked for."""
_SMALLER = (
    "The model ran out of memory. It is asked again only for less: set the smaller input of the model "
    "(PREDICTION_IMAGE_SMALLER and its like), or use a model that needs less."
)


@dataclass(frozen=True)
class Signal:
    code: ErrorCode
    words: str
    """A regular expression."""
    numbers: tuple[str, ...] = ()
    max_attempts: int | None = None
    remedy: str = ""


SIGNALS: tuple[Signal, ...] = (
    Signal(ErrorCode.SENSITIVE_CONTENT, r"sensitive|NSFW|flagged|safety", ("E005",)),
    Signal(ErrorCode.TRANSIENT_PROVIDER_ERROR, "high demand", ("E003",)),
    Signal(ErrorCode.TRANSIENT_PROVIDER_ERROR, "temporarily unavailable", ("E004",)),
    Signal(ErrorCode.TRANSIENT_PROVIDER_ERROR, "timeout starting", ("E6716",)),
    Signal(ErrorCode.TRANSIENT_PROVIDER_ERROR, "unknown error", ("E1000",)),
    # It fails again for the same input: one more try is all that makes sense.
    Signal(
        ErrorCode.TRANSIENT_PROVIDER_ERROR,
        "Director: unexpected error handling prediction",
        ("E9243", "E8765", "E9828"),
        max_attempts=2,
    ),
    Signal(ErrorCode.PROVIDER_FAILURE, "out of memory", (OUT_OF_MEMORY,), max_attempts=1, remedy=_SMALLER),
    Signal(
        ErrorCode.INVALID_INPUT,
        "webhook",
        ("E4875",),
        remedy="The address for the service's messages is wrong: check BASE_URL and PREDICTIONS_WEBHOOKS.",
    ),
    Signal(ErrorCode.TRANSIENT_PROVIDER_ERROR, r"Prediction interrupted.{0,80}code: PA\b"),
    Signal(ErrorCode.SENSITIVE_CONTENT, _REFUSED),
)
"""The most specific first: those with a number, then those that are known by their words alone."""


def of_reply(provider: str, reply: Reply) -> GenerationError:
    """The error of an answer that is no success."""
    found = None if reply.status in _SPEAKS_FOR_ITSELF else _signal(reply.text(4_000))
    if found is None:
        error = read_error(provider, BY_STATUS, reply)
        return replace(error, provider_code=_only_number(error.message) or error.provider_code)
    signal, number = found
    return replace(read_error(provider, (_row(signal),), reply), provider_code=number)


def of_failure(provider: str, said: str, logs: str, **context: Any) -> GenerationError:
    """The error of a prediction that failed: told by its `error`, or else by the end of its logs."""
    for words in (said, logs[-_LOGS:]):
        found = _signal(words)
        if found is not None:
            signal, number = found
            error = read_words(provider, (_row(signal),), said or words)
            return replace(error, provider_code=number, context={**error.context, **context})
    row = Row(ErrorCode.PROVIDER_FAILURE)
    error = read_words(provider, (row,), said or logs[-_LOGS:])
    told = {**error.context, "logs": logs[-500:], **context}
    return replace(error, provider_code=_only_number(said), context=told)


def stopped(provider: str, status: str, said: str, **context: Any) -> GenerationError:
    """The error of a prediction that somebody else ended (we did not ask for it)."""
    message = f"The service ended the prediction ({status}){f': {said}' if said else '.'}"
    return GenerationError(ErrorCode.TIMEOUT, provider, message[:400], provider_code=status, context=context)


def _signal(said: str) -> tuple[Signal, str] | None:
    """The signal in a text, and its number."""
    numbers = list(dict.fromkeys(_NUMBER.findall(said)))
    for signal in SIGNALS:
        if not re.search(signal.words, said, re.IGNORECASE | re.DOTALL):
            continue
        number = next((one for one in numbers if one in signal.numbers), "")
        if number or not signal.numbers:
            return signal, number
    if len(numbers) == 1:
        return next(((signal, numbers[0]) for signal in SIGNALS if numbers[0] in signal.numbers), None)
    return None


def _only_number(said: str) -> str:
    numbers = set(_NUMBER.findall(said))
    return numbers.pop() if len(numbers) == 1 else ""


def _row(signal: Signal) -> Row:
    return Row(signal.code, max_attempts=signal.max_attempts, remedy=signal.remedy)
