"""The program that the worker starts and keeps: takes scenes as lines of JSON, answers with lines of JSON.

First it says `{"ready": version}`, or `{"missing": why}` where Manim is not installed. For each line
`{payload, video, scratch, ffmpeg}` it answers `{made: {...}}`, `{refused: {field: problem}}` or
`{failed: message, stack, memory}`, always with `peak_mb`. It ends when nobody asks for `IDLE_SECONDS`.
"""

from __future__ import annotations

import json
import os
import select
import sys
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

IDLE_SECONDS = 120.0
"""A warm engine holds memory: one that nobody uses ends, and the next scene starts another."""


def main() -> int:
    # Whatever a library prints must not be taken for an answer: our own words go to a copy of the pipe.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        import manim

        from renders.providers.manim.engine.work import work
    except ImportError as error:
        say(answers, {"missing": str(error)})
        return 3
    say(answers, {"ready": str(manim.__version__)})
    for line in lines(0):
        say(answers, work(json.loads(line)))
    return 0


def say(answers: TextIO, answer: Mapping[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def lines(fd: int) -> Iterator[bytes]:
    """Lines as they come; ends with the pipe, or when none comes for too long."""
    unread = b""
    while select.select([fd], [], [], IDLE_SECONDS)[0]:
        chunk = os.read(fd, 1 << 20)
        if not chunk:
            return
        *whole, unread = (unread + chunk).split(b"\n")
        yield from whole


if __name__ == "__main__":
    sys.exit(main())
