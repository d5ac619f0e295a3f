"""A machine's clock that is set to a wrong time, as the Python of one process reads it: `time.time`, `datetime.now` and
their like, in whichever modules have them by name already. The monotonic clock goes on, as a machine's does."""

from __future__ import annotations

import copyreg
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any

REMEMBERED = 0.1
"""Seconds for which a reading of `ahead` holds: the clock is asked for with every line of a log."""


class _Ahead:
    """Seconds by which the clock is ahead now."""

    def __init__(self, ahead: Callable[[], float]) -> None:
        self._ahead = ahead
        self._seconds, self._read_at = 0.0, -float("inf")

    def __call__(self) -> float:
        if time.monotonic() - self._read_at > REMEMBERED:
            self._seconds, self._read_at = self._ahead(), time.monotonic()
        return self._seconds


class _Likewise(type):
    """Every moment is one of it."""

    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, datetime)

    def __subclasscheck__(cls, one: type) -> bool:
        return issubclass(one, datetime)


def install(ahead: Callable[[], float]) -> None:
    """From now on this process's clock shows `ahead()` seconds more than the machine's."""
    told = _Ahead(ahead)
    right, right_ns = time.time, time.time_ns
    wrong: list[tuple[object, object]] = [
        (time.time, lambda: right() + told()),
        (time.time_ns, lambda: right_ns() + round(told() * 1e9)),
        (datetime, _wrong_datetime(lambda: right() + told())),
    ]
    copyreg.pickle(datetime, lambda moment: (_moment, (moment.isoformat(),)))  # by its name it is found no more
    for module in [module for name, module in sys.modules.items() if name != __name__]:
        for name, value in list(vars(module).items()):
            for known, instead in wrong:
                if value is known:
                    setattr(module, name, instead)


def _wrong_datetime(now: Callable[[], float]) -> type:
    class Wrong(datetime, metaclass=_Likewise):
        def __new__(cls, *args: Any, **named: Any) -> Any:
            return datetime(*args, **named) if cls is Wrong else super().__new__(cls, *args, **named)

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.fromtimestamp(now(), tz)

        @classmethod
        def utcnow(cls) -> Any:
            return datetime.fromtimestamp(now(), UTC).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return datetime.fromtimestamp(now())

    return Wrong


def _moment(told: str) -> datetime:
    return datetime.fromisoformat(told)
