"""Questions that hang, raise and pile up (R40)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from renders.domain.errors import ErrorCode, GenerationError
from renders.health import asking


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """What somebody who hangs waits for; it comes when the test is over."""
    event = threading.Event()
    yield event
    event.set()
    for thread in asking._asked.values():
        thread.join(5)


def test_questions_are_asked_side_by_side() -> None:
    meeting = threading.Barrier(3)

    def meet() -> None:
        meeting.wait(5)

    replies = asking.ask(dict.fromkeys(("one", "two", "three"), meet), 5.0)
    assert [reply.error for reply in replies.values()] == [None, None, None]


def test_who_hangs_is_not_waited_for_and_the_others_are_heard(never: threading.Event) -> None:
    began = time.monotonic()
    replies = asking.ask({"deaf": lambda: bool(never.wait()) and None, "well": lambda: None}, 0.2)
    assert time.monotonic() - began < 2
    assert replies["well"].error is None
    assert replies["deaf"].error is not None
    assert replies["deaf"].error.code is ErrorCode.TIMEOUT
    assert "0.2 s" in replies["deaf"].error.message


def test_who_hangs_is_not_asked_again_before_that_has_ended(never: threading.Event) -> None:
    asked = []

    def question() -> None:
        asked.append(1)
        never.wait()

    for _ in range(5):
        asking.ask({"stuck": question}, 0.02)
    assert asked == [1]
    never.set()
    asking._asked["stuck"].join(5)
    assert asking.ask({"stuck": lambda: None}, 5.0)["stuck"].error is None


def test_a_check_that_raises_is_a_finding_and_not_a_crash() -> None:
    def broken() -> GenerationError | None:
        raise RuntimeError("oh")

    error = asking.ask({"broken": broken}, 5.0)["broken"].error
    assert error is not None
    assert (error.code, error.message) == (ErrorCode.UNKNOWN, "RuntimeError: oh")
