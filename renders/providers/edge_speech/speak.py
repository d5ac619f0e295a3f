"""A program of its own: has the Edge service speak a text, or list its voices. It loads `edge-tts`, and is therefore
never imported.

Reads one JSON object on stdin: `{text, voice, output, most, address}`; without `text` the voices are listed. Writes the
sound (MP3, at most `most` bytes) to `output` and answers on stdout `{words: [[start, end, text]]}`, in seconds; on
trouble `{fault: {kind, message, status, headers}}`, with `kind` one of missing, connection, status, voice, answer,
large. `address`: where another server speaks the same protocol, such as `ws://127.0.0.1:8001`; empty for the service.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from typing import Any

TICKS = 10_000_000
"""A second, as the service counts it."""


class Large(Exception):
    """More sound than is taken."""


def main() -> None:
    order = json.load(sys.stdin)
    try:
        import edge_tts
    except ImportError as problem:
        answer: dict[str, Any] = fault("missing", problem)
    else:
        direct(order.get("address", ""))
        answer = work(order, edge_tts)
    json.dump(answer, sys.stdout)
    sys.stdout.flush()
    # Without waiting for connections that nobody needs any more.
    os._exit(0)


def direct(address: str) -> None:
    """The package knows one address, as a constant of its modules: point them at another one."""
    if not address:
        return
    from edge_tts import communicate, voices

    communicate.WSS_URL = f"{address}/edge/v1?TrustedClientToken=none"
    voices.VOICE_LIST = f"{address.replace('ws', 'http', 1)}/voices/list?trustedclienttoken=none"


def work(order: dict[str, Any], edge_tts: Any) -> dict[str, Any]:
    if "text" not in order:
        return guarded(lambda: asyncio.run(edge_tts.list_voices()) and {"words": []}, edge_tts)
    try:
        speech = edge_tts.Communicate(order["text"], order["voice"], boundary="WordBoundary")
    except (TypeError, ValueError) as problem:
        return fault("voice", problem)
    return guarded(lambda: asyncio.run(record(speech, order["output"], order["most"])), edge_tts)


async def record(speech: Any, output: str, most: int) -> dict[str, Any]:
    words: list[list[Any]] = []
    size = 0
    with open(output, "wb") as file:  # noqa: PTH123
        async for part in speech.stream():
            if part["type"] == "audio":
                size += len(part["data"])
                if size > most:
                    raise Large(f"more than {most} bytes")
                file.write(part["data"])
            elif len(words) < 20_000:
                start = part["offset"] / TICKS
                words.append([start, start + part["duration"] / TICKS, str(part["text"])[:200]])
    return {"words": words}


def guarded(task: Callable[[], Any], edge_tts: Any) -> dict[str, Any]:
    import aiohttp

    own = edge_tts.exceptions
    try:
        return task() or fault("answer", ValueError("nothing came"))
    except own.SkewAdjustmentError as problem:  # a refusal that told no date to set our clock by
        return refused(problem.__cause__ or problem)
    except aiohttp.ClientResponseError as problem:
        # One without headers was never sent: the package's own parser did not understand what came.
        return refused(problem) if problem.headers is not None else fault("answer", problem)
    except (aiohttp.ClientError, OSError) as problem:
        return fault("connection", problem)
    except Large as problem:
        return fault("large", problem)
    except Exception as problem:  # whatever else came: it is no answer of that service
        return fault("answer", problem)


def refused(problem: Any) -> dict[str, Any]:
    status = getattr(problem, "status", 0) or 0
    given = getattr(problem, "headers", None) or {}
    headers = {str(name).lower(): str(value)[:200] for name, value in given.items()}
    told = fault("status" if status >= 300 else "answer", problem)
    told["fault"] |= {
        "status": status,
        "headers": {name: headers[name] for name in ("retry-after", "date") if name in headers},
    }
    return told


def fault(kind: str, problem: BaseException) -> dict[str, Any]:
    message = getattr(problem, "message", "") or str(problem) or type(problem).__name__
    return {"fault": {"kind": kind, "message": f"{type(problem).__name__}: {message}"[:400]}}


if __name__ == "__main__":
    main()
