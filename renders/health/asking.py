"""Questions asked side by side, each bounded in time, whatever the one who is asked does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from renders.domain.errors import ErrorCode, GenerationError

Question = Callable[[], GenerationError | None]
"""None where all is well. May hang: nobody waits for it for longer than is said."""

_asked: dict[str, threading.Thread] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Reply:
    error: GenerationError | None
    seconds: float
    """How long it took; the time limit where there was no answer."""


def ask(questions: Mapping[str, Question], seconds: float) -> dict[str, Reply]:
    """The reply to each question, within `seconds` for all of them together.

    A question that hangs keeps its thread, and is not asked again before that has ended: threads do not pile up.
    """
    replies: dict[str, Reply] = {}
    threads = {name: _start(name, question, replies) for name, question in questions.items()}
    deadline = time.monotonic() + seconds
    for thread in threads.values():
        thread.join(max(0.0, deadline - time.monotonic()))
    return {name: replies.get(name) or _silence(name, seconds) for name in questions}


def _start(name: str, question: Question, replies: dict[str, Reply]) -> threading.Thread:
    with _lock:
        before = _asked.get(name)
        if before is not None and before.is_alive():
            return before
        thread = threading.Thread(target=_put, args=(name, question, replies), name=f"check {name}", daemon=True)
        _asked[name] = thread
        thread.start()
        return thread


def _put(name: str, question: Question, replies: dict[str, Reply]) -> None:
    began = time.monotonic()
    try:
        error = question()
    except Exception as problem:  # a check that is broken tells nothing of the service, but must be seen
        error = GenerationError(ErrorCode.UNKNOWN, name, f"{type(problem).__name__}: {problem}"[:500])
    replies[name] = Reply(error, time.monotonic() - began)


def _silence(name: str, seconds: float) -> Reply:
    return Reply(GenerationError(ErrorCode.TIMEOUT, name, f"No answer within {seconds:g} s."), seconds)
