"""How long a service wants to be left alone: in a header, as seconds or a date, or in words (R35)."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from renders.providers.http.reply import Reply

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_PARTS = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_EPOCH = 1_000_000_000
"""A larger number of seconds is a moment, not a wait."""
_WORDS = re.compile(
    r"(?:resets?|reset\s+in|try again|retry|wait|available|expected\s+available)\D{0,40}?"
    r"(\d{1,9}(?:\.\d{1,6})?)\s*(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)\b",
    re.IGNORECASE,
)


def retry_after(reply: Reply) -> float | None:
    """Seconds from now before which the service does not want to be asked again; None where it does not say."""
    headers = reply.headers
    return _first(
        _of_header(headers.get("retry-after-ms", ""), headers, 0.001),
        _of_header(headers.get("retry-after", ""), headers),
        _of_rate_limit(headers),
        _of_words(reply.body[:4096].decode("utf-8", "replace")),
    )


def _first(*waits: float | None) -> float | None:
    return next((max(wait, 0.0) for wait in waits if wait is not None and math.isfinite(wait)), None)


def _of_header(value: str, headers: Mapping[str, str], unit: float = 1.0) -> float | None:
    if not value.strip():
        return None
    number = _number(value)
    if number is not None:
        return number * unit
    moment = _moment(value)
    # By the service's own clock where it tells it: ours may differ.
    return None if moment is None else moment - (_moment(headers.get("date", "")) or time.time())


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _moment(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _of_rate_limit(headers: Mapping[str, str]) -> float | None:
    """`x-ratelimit-reset*`: of the limits that are used up, or else of all, the one that lasts longest."""
    waits: dict[str, float] = {}
    for name, value in headers.items():
        if "ratelimit-reset" in name:
            wait = _duration(value)
            if wait is not None:
                waits[name] = wait
    used_up = [wait for name, wait in waits.items() if headers.get(name.replace("reset", "remaining"), "") == "0"]
    return max(used_up or waits.values(), default=None)


def _duration(value: str) -> float | None:
    """`6m0s`, `20ms`, `1.5`, or a moment in seconds since 1970."""
    number = _number(value)
    if number is not None:
        return number - time.time() if number > _EPOCH else number
    if re.fullmatch(rf"(?:{_PARTS.pattern})+", value.strip()):
        return sum(float(amount) * _UNITS[unit] for amount, unit in _PARTS.findall(value))
    return None


def _of_words(text: str) -> float | None:
    found = _WORDS.search(text)
    if found is None:
        return None
    unit = found[2].lower()
    name = "ms" if unit.startswith(("ms", "milli")) else unit[0]
    return float(found[1]) * _UNITS[name]
