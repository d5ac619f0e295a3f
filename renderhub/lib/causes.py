"""What an exception carries or came from: libraries wrap what they meet, often twice."""

from __future__ import annotations

from collections.abc import Iterator

_MOST = 20


def causes(problem: BaseException) -> Iterator[BaseException]:
    """The exception and those that it carries or came from, innermost first; at most twenty."""
    found: list[BaseException] = []
    waiting = [problem]
    while waiting and len(found) < _MOST:
        one = waiting.pop(0)
        if any(one is other for other in found):
            continue
        found.append(one)
        inner = [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
        waiting += [other for other in inner if isinstance(other, BaseException)]
    return reversed(found)
